"""The role that the application signs in with: it owns nothing, and row-level security holds for it.

Its rights are those of the roles in `municipalities.row_security.roles`. No Django.
"""

from __future__ import annotations

from contextlib import closing
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from launcher.errors import LauncherError
from municipalities.row_security import roles
from municipalities.row_security.roles import APP, EVERYWHERE


def ensure(owner_url: str, application_url: str) -> None:
    """Create the login of `application_url`, or give it the password that stands there. Idempotent."""
    at = urlsplit(application_url)
    name, password = unquote(at.username or ""), unquote(at.password or "")
    with closing(psycopg2.connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == name:
            raise LauncherError(
                f"DATABASE_URL and DATABASE_OWNER_URL both name the role {name}. The application needs one of its own."
            )
        roles.ensure(cursor)
        login = sql.Identifier(name)
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(login))
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %s").format(login),
            [password],
        )
        cursor.execute(sql.SQL("GRANT {} TO {} WITH INHERIT TRUE").format(sql.Identifier(APP), login))
        cursor.execute(sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(EVERYWHERE), login))


def ensure_groups(owner_url: str) -> None:
    """Create the roles that grants and policies name, which a backup does not bring along."""
    with closing(psycopg2.connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        roles.ensure(cursor)
