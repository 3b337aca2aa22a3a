"""The tables after a test that committed: emptied as Django's `flush` empties them, in a tenth of the time.

`flush` gives each of the tables and indexes new files, and then makes all content types and permissions anew, which
nothing here reads. Most tests leave rows in a few tables: those are deleted from, with the triggers that guard rows
switched off. Everything is locked first, so that whoever still writes is waited for, as `TRUNCATE` does.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import psycopg2

from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

# Beyond this size new files are cheaper, and get rid of what deleting leaves behind.
LARGE = 4 * 1024 * 1024
KEPT = {"django_content_type", "auth_permission"}


def install() -> None:
    TransactionTestCase._fixture_teardown = _emptied  # type: ignore[method-assign]


def _emptied(case: Any) -> None:
    empty()


def empty() -> None:
    with _owner(connection.settings_dict["NAME"]) as owner, owner.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(_filled())
        rows = cursor.fetchall()
        if any(size > LARGE for _table, size in rows):
            for statement in connection.ops.sql_flush(no_style(), [name.strip('"') for name in _tables()]):
                cursor.execute(statement)
        elif rows:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table, _size in rows))


def filled_tables(cursor: Any) -> list[str]:
    """The tables with a row, quoted. `cursor` is the owner's."""
    cursor.execute(_filled())
    return [table for table, _size in cursor.fetchall()]


@cache
def _owner(database: str) -> Any:
    """A connection of the owner: the role of the tests may neither empty a table nor switch triggers off."""
    return psycopg2.connect(os.environ["DATABASE_OWNER_URL"], dbname=database)


@cache
def _tables() -> tuple[str, ...]:
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    return tuple(connection.ops.quote_name(name) for name in sorted(names))


@cache
def _filled() -> str:
    """Of each table that has a row: its name, quoted, and its size in bytes."""
    statements = (
        f"SELECT '{name}', pg_total_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})" for name in _tables()
    )
    return " UNION ALL ".join(statements)
