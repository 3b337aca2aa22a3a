"""The role that the application signs in with: it owns nothing, and row-level security holds for it.

`municipalities.row_security.schema` creates the roles whose rights it has; this module makes the login. No Django.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from launcher.errors import LauncherError

APP, EVERYWHERE = "dobosar_app", "dobosar_everywhere"
LOCK = 0x446F626F + 1  # any number that nothing else locks


def ensure(owner_url: str, application_url: str) -> None:
    """Create the login of `application_url`, or give it the password that stands there. Idempotent."""
    at = urlsplit(application_url)
    name, password = unquote(at.username or ""), unquote(at.password or "")
    with closing(psycopg2.connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s), current_user", [LOCK])
        if cursor.fetchone()[1] == name:
            raise LauncherError(
                f"DATABASE_URL and DATABASE_OWNER_URL both name the role {name}. The application needs one of its own."
            )
        for role in (APP, EVERYWHERE):
            _create(cursor, role, "NOLOGIN")
        _create(cursor, name, "LOGIN")
        login = sql.Identifier(name)
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %s").format(login),
            [password],
        )
        cursor.execute(sql.SQL("GRANT {} TO {} WITH INHERIT TRUE").format(sql.Identifier(APP), login))
        # Not inherited: a policy for a role also holds for those who inherit its rights.
        cursor.execute(sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(EVERYWHERE), login))


def ensure_groups(owner_url: str) -> None:
    """Create the roles that grants and policies name, which a backup does not bring along."""
    with closing(psycopg2.connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for role in (APP, EVERYWHERE):
            _create(cursor, role, "NOLOGIN")


def _create(cursor: Any, name: str, login: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {} " + login).format(sql.Identifier(name)))
