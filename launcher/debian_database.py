"""The database of an installation from the Debian package, made by a superuser of PostgreSQL.

    python -m launcher.debian_database examine|create

Run as the user `postgres`, who signs in over the socket. `create` reads {"password": …} of the role that owns the
tables from standard input. Both write what is there (`State`) as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

import psycopg2
from psycopg2 import sql

SOCKET = "/var/run/postgresql"
NAME = "dobosar"
VERSIONS = (17, 18)
# Folds Serbian letters alike on every machine (launcher/postgres.py says why both).
LOCALE = {"provider": "b", "locale": "C.UTF-8", "collate": "C", "ctype": "C.UTF-8", "encoding": "UTF8"}


@dataclass(frozen=True)
class State:
    """`version`: major. `locale`: of the database, as in `LOCALE`; None where it does not exist yet."""

    version: int
    locale: dict[str, str] | None
    has_tables: bool


def examine(server: dict[str, Any], name: str = NAME) -> State:
    """`server`: arguments of `psycopg2.connect`, without the database."""
    with closing(psycopg2.connect(**server, dbname="postgres")) as connection, connection.cursor() as cursor:
        version = connection.server_version // 10_000
        if version < VERSIONS[0]:
            return State(version, None, False)
        cursor.execute(
            "SELECT datlocprovider, coalesce(datlocale, ''), datcollate, datctype, pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = %s",
            [name],
        )
        existing = cursor.fetchone()
    if existing is None:
        return State(version, None, False)
    with closing(psycopg2.connect(**server, dbname=name)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")
        return State(version, dict(zip(LOCALE, existing, strict=True)), bool(cursor.fetchone()[0]))


def create(server: dict[str, Any], password: str, name: str = NAME) -> None:
    """The role that owns the tables, with this password, and its database. Idempotent."""
    with closing(psycopg2.connect(**server, dbname="postgres")) as connection:
        connection.autocommit = True  # CREATE DATABASE is not possible in a transaction
        with connection.cursor() as cursor:
            role = sql.Identifier(name)
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
            # A superuser, so that searches can use their indexes: the portal itself signs in with another role.
            cursor.execute(sql.SQL("ALTER ROLE {} LOGIN SUPERUSER PASSWORD %s").format(role), [password])
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL(
                        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin"
                        " BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
                    ).format(role, role)
                )


def main(arguments: list[str]) -> int:
    server = {"host": SOCKET}
    try:
        match arguments:
            case ["examine"]:
                pass
            case ["create"]:
                create(server, json.load(sys.stdin)["password"])
            case _:
                print(__doc__, file=sys.stderr)
                return 2
        print(json.dumps(asdict(examine(server))))
    except psycopg2.Error as error:
        print(str(error).strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
