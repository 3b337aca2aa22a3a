"""What a test does to the database and the application may not: change tables, switch triggers off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from django.db import connection

from common.database_owner import set_owner


def let_tests_become_owner(login: str) -> None:
    """`owner_cursor` switches to the owner; rights of the owner are not inherited, so policies hold as ever."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"], dbname="postgres")) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x646F626F])
            cursor.execute(
                sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
                    sql.Identifier(_owner()), sql.Identifier(login)
                )
            )


@contextmanager
def owner_cursor() -> Iterator[Any]:
    """A cursor on the test's own connection, in its transaction, with the rights of the owner of the tables."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(_owner())))
        try:
            yield cursor
        finally:
            cursor.execute("SET ROLE NONE")


@contextmanager
def owner_rights() -> Iterator[None]:
    """The test's own connection with the rights of the owner, for code that fills a database."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(_owner())))
    set_owner(connection, is_owner=True)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
        set_owner(connection, is_owner=False)


def _owner() -> str:
    return unquote(urlsplit(os.environ["DATABASE_OWNER_URL"]).username or "")
