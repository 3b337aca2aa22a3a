"""Functions that searches need behind a policy. No Django: a database is also made without it (`portal/schema.py`).

Behind a policy PostgreSQL uses an index only for functions that are known not to reveal values of rows that the policy
hides. These are the operators of searches, `LIKE`, and `@>` of JSON: they raise no error that depends on such a value
(`LIKE` complains about its pattern, which is ours), and have no other output.
"""

from typing import Any

FUNCTIONS = ("pg_catalog.textlike(text, text)", "pg_catalog.jsonb_contains(jsonb, jsonb)")


def mark(cursor: Any) -> None:
    """Only a superuser may; without it searches are correct and slow."""
    cursor.execute(
        "SELECT name FROM unnest(%s) AS name JOIN pg_proc p ON p.oid = name::regprocedure "
        "WHERE NOT proleakproof AND current_setting('is_superuser')::bool",
        [list(FUNCTIONS)],
    )
    for row in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {row[0]} LEAKPROOF")
