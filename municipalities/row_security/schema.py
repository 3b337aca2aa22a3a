"""Grants and policies, created by the owner of the tables after each `migrate`. Idempotent.

Every role, the owner of the tables included, sees the rows of the open scope, and `EVERYWHERE` all rows. Migrations and
backups need a role that bypasses row security.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction

from municipalities.row_security import leakproof, roles
from municipalities.row_security.roles import APP, EVERYWHERE
from municipalities.row_security.statements import SETTING
from municipalities.tenancy import tenant_tables

POLICY, POLICY_OF_ALL = "municipality_scope", "everywhere"
# A hash table of the ids is made once per statement, so that a row costs the same with one id and with 145.
# The planner expects IS NOT UNKNOWN to hold for nearly all rows (0.995). That is right, as the manager's filter is the
# same condition, and its selectivity must not count twice. It also keeps the condition from being one of an index.
CONDITION = (
    "NULLIF(municipality_id IN (SELECT unnest(string_to_array("
    f"current_setting('{SETTING}', true), ',')::bigint[])), false) IS NOT UNKNOWN"
)
# Kept as the comment of each policy, so that policies with an older condition are replaced.
VERSION = hashlib.sha256(CONDITION.encode()).hexdigest()[:16]


def bypassing_role(cursor: Any) -> str:
    """The name of the role that is signed in, where policies do not hold for it; "" where they do."""
    cursor.execute(
        "SELECT current_user FROM pg_roles r WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR EXISTS ("
        "SELECT FROM pg_class c WHERE c.oid = ANY (SELECT to_regclass(name) FROM unnest(%s) AS name)"
        " AND pg_has_role(c.relowner, 'USAGE')))",
        [tenant_tables()],
    )
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def apply(using: str = "default") -> None:
    """Create what is missing. Does nothing where the tables belong to another role."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not _owns_the_tables(cursor):
            return
        roles.ensure(cursor)
        _grants(cursor)
        leakproof.mark(cursor)
        for table in unprotected(cursor):
            for statement in _policies(table):
                cursor.execute(statement)
        for partition in _open_partitions(cursor):
            # No policy: nobody reads it but through its table. MAINTAIN is for REINDEX.
            cursor.execute(f"ALTER TABLE {partition} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            cursor.execute(f"GRANT MAINTAIN ON {partition} TO {APP}")


def _owns_the_tables(cursor: Any) -> bool:
    cursor.execute(
        "SELECT bool_and(pg_has_role(current_user, relowner, 'USAGE')) FROM pg_class "
        "WHERE oid = ANY (SELECT to_regclass(name) FROM unnest(%s) AS name)",
        [tenant_tables()],
    )
    return bool(cursor.fetchone()[0])


def _grants(cursor: Any) -> None:
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")


def unprotected(cursor: Any) -> list[str]:
    """Tenant tables without both policies in today's version, quoted."""
    cursor.execute(
        "SELECT c.oid::regclass::text FROM pg_class c "
        "WHERE c.oid = ANY (SELECT to_regclass(name) FROM unnest(%s) AS name) AND NOT ("
        "c.relrowsecurity AND c.relforcerowsecurity AND"
        " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = ANY(%s)"
        " AND obj_description(p.oid, 'pg_policy') = %s) = 2) ORDER BY 1",
        [tenant_tables(), [POLICY, POLICY_OF_ALL], VERSION],
    )
    return [row[0] for row in cursor.fetchall()]


def _open_partitions(cursor: Any) -> list[str]:
    """Partitions of tenant tables that can be read by their own name, quoted."""
    cursor.execute(
        "SELECT i.inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = ANY (SELECT to_regclass(name) FROM unnest(%s) AS name) AND c.relkind = 'r' AND NOT ("
        "c.relrowsecurity AND c.relforcerowsecurity AND has_table_privilege(%s, c.oid, 'MAINTAIN')) ORDER BY 1",
        [tenant_tables(), APP],
    )
    return [row[0] for row in cursor.fetchall()]


def _policies(table: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS {POLICY} ON {table}"
    yield f"DROP POLICY IF EXISTS {POLICY_OF_ALL} ON {table}"
    yield f"CREATE POLICY {POLICY} ON {table} USING ({CONDITION})"
    yield f"CREATE POLICY {POLICY_OF_ALL} ON {table} TO {EVERYWHERE} USING (true)"
    for policy in (POLICY, POLICY_OF_ALL):
        yield f"COMMENT ON POLICY {policy} ON {table} IS '{VERSION}'"
