"""The roles that grants and policies name. No Django: the launcher creates them too, before there are tables.

- `APP` holds what the application may do: read and write rows. The role that the application signs in with is a member.
- `EVERYWHERE` additionally sees the rows of all municipalities. The application may switch to it for a statement or a
  transaction, but does not inherit it: a policy for a role also holds for those who inherit its rights.
"""

from typing import Any

APP, EVERYWHERE = "dobosar_app", "dobosar_everywhere"
# Roles belong to the whole server, so processes that prepare different databases create them at the same time.
LOCK = 0x446F626F + 1  # any number that nothing else locks


def ensure(cursor: Any) -> None:
    """Create both roles. Runs inside a transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [APP, EVERYWHERE])
    existing = {row[0] for row in cursor.fetchall()}
    for role in (APP, EVERYWHERE):
        if role not in existing:
            cursor.execute(f"CREATE ROLE {role} NOLOGIN")
    cursor.execute(f"GRANT {APP} TO {EVERYWHERE}")
