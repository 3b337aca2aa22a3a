"""The open scope, sent to the database in front of each statement.

`SET LOCAL` lasts until the end of a transaction. In a transaction of Django's it is sent with each statement, as the
scope may have changed since the last one. Outside of one, PostgreSQL runs the statements of one request in a
transaction of their own, so that the scope ends with the statement. Both need no round trip of their own, no
transaction around a page or a network call, and no state of the connection: it works behind PgBouncer in transaction
mode.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

from psycopg2 import sql as composing

from django.db.backends.signals import connection_created

from common.database_owner import has_owner_rights
from municipalities.row_security.roles import EVERYWHERE
from municipalities.tenancy import OutOfScope, Scope, current, tenant_tables

SETTING = "dobosar.scope"
NO_SCOPE = f"SET LOCAL ROLE NONE; SET LOCAL {SETTING} = ''; "
ALL = f"SET LOCAL ROLE {EVERYWHERE}; "
REMEMBERED = 10_000  # characters; longer statements, such as those with many rows, hardly repeat
# Django's own, which must also run in a transaction that failed.
OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def install() -> None:
    """Send the scope on every connection that this process opens from now on."""
    connection_created.connect(_connected, dispatch_uid="municipalities.row_security")


def _connected(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql" and send_scope not in connection.execute_wrappers:
        connection.execute_wrappers.append(send_scope)


def scope_statements(scope: Scope | None, *, in_transaction: bool) -> str:
    """The statements that make `scope` the one that policies see; "" where there is nothing to say."""
    if scope is None:
        return NO_SCOPE if in_transaction else ""
    if scope.municipality_ids is None:
        return ALL
    ids = ",".join(str(int(id_)) for id_ in scope.municipality_ids)
    role = "SET LOCAL ROLE NONE; " if in_transaction else ""
    return f"{role}SET LOCAL {SETTING} = '{ids}'; "


def send_scope(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An execute wrapper of Django."""
    connection = context["connection"]
    if has_owner_rights(connection) or (isinstance(sql, str) and sql.startswith(OF_TRANSACTIONS)):
        return execute(sql, params, many, context)
    if isinstance(sql, composing.Composable):
        sql = sql.as_string(context["cursor"].cursor)
    scope = current()
    if scope is None and (table := tenant_table_in(sql)):
        raise OutOfScope(f"A statement without a scope reads {table}: PostgreSQL would show no row of it.")
    before = scope_statements(scope, in_transaction=connection.in_atomic_block)
    if not before:
        return execute(sql, params, many, context)
    if getattr(context["cursor"].cursor, "name", None):
        return _on_the_server(connection, before, partial(execute, sql, params, many, context))
    # psycopg2's `execute_values` sends bytes.
    return execute(before.encode() + sql if isinstance(sql, bytes) else before + sql, params, many, context)


def tenant_table_in(sql: str | bytes) -> str:
    """The first tenant table that a statement names; "" for none."""
    text = sql.decode(errors="replace") if isinstance(sql, bytes) else sql
    return _remembered(text) if len(text) <= REMEMBERED else _search(text)


def _search(sql: str) -> str:
    match = _tenant_tables().search(sql)
    return match.group() if match else ""


# Statements repeat, as their values are not part of them.
_remembered = lru_cache(maxsize=2048)(_search)


@cache
def _tenant_tables() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, tenant_tables()))})\b")


def _on_the_server(connection: Any, before: str, execute: Callable[[], Any]) -> Any:
    """A cursor of `QuerySet.iterator()`. psycopg2 writes its DECLARE itself, so that nothing can stand in front of it.

    Outside a transaction the cursor is WITH HOLD: PostgreSQL reads all rows before the transaction ends.
    """
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute(before)
            return execute()
        cursor.execute(f"BEGIN; {before}")
        try:
            result = execute()
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
        return result
