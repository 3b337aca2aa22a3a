"""Which migrations made a database, and whether they are those of this version. No Django: the launcher uses it too.

Until version 0.1.0 migrations were amended (ADR 23), so a name alone does not identify one: databases of that time are
refused. So are those of a newer version. `migrate` stores a fingerprint of each migration that it applies in the
comment of the table `django_migrations`, which backups include.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = "django_migrations"
# What Django keeps of a field and no database does: another wording of a choice leaves the tables as they are.
NOT_STORED = {
    "blank", "choices", "default", "editable", "error_messages", "help_text", "on_delete", "related_name",
    "related_query_name", "validators", "verbose_name", "verbose_name_plural",
}  # fmt: skip


@cache
def current() -> dict[str, str]:
    """Name ("posts.0001_initial") and fingerprint of each migration of this version."""
    paths = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
    return {f"{path.parents[1].name}.{path.stem}": fingerprint(path) for path in paths}


def fingerprint(path: Path) -> str:
    """Of what a migration does to the tables, with the hand-written operations and SQL files of its app."""
    stored = _Stored().visit(ast.parse(path.read_text(encoding="utf-8")))
    digest = hashlib.sha256(ast.unparse(stored).encode())
    for beside in (path.parent / "_hand_written.py", *sorted((path.parents[1] / "sql").glob("*.sql"))):
        if beside.exists():
            digest.update(beside.read_bytes())
    return digest.hexdigest()[:16]


class _Stored(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [keyword for keyword in node.keywords if keyword.arg not in NOT_STORED]
        return self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        stored = [
            (key, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if not (isinstance(key, ast.Constant) and key.value in NOT_STORED)
        ]
        node.keys, node.values = [key for key, _ in stored], [value for _, value in stored]
        return self.generic_visit(node)


def applied(cursor: Any) -> dict[str, str]:
    """The migrations of our apps that made the database; the fingerprint is "" where none was kept."""
    cursor.execute("SELECT to_regclass(%s)::text", [TABLE])
    if cursor.fetchone()[0] is None:
        return {}
    fingerprints, labels = _recorded(cursor), {path.parents[1].name for path in ROOT.glob("*/migrations/__init__.py")}
    cursor.execute(f"SELECT app, name FROM {TABLE} WHERE app = ANY(%s)", [sorted(labels)])  # noqa: S608 -- our own name
    names = [f"{app}.{name}" for app, name in cursor.fetchall()]
    return {name: fingerprints.get(name, "") for name in names}


def is_current(migrations: Mapping[str, str]) -> bool:
    """Whether this version can work on what these made. Some of its own may be missing: they can still be applied."""
    return all(current().get(name) == made_by for name, made_by in migrations.items())


def record(cursor: Any, name: str) -> None:
    """Keep the fingerprint of a migration that is about to be applied; of other people's apps none."""
    if name in current():
        fingerprints = json.dumps({**_recorded(cursor), name: current()[name]}, sort_keys=True)
        cursor.execute(f"COMMENT ON TABLE {TABLE} IS %s", [fingerprints])


def _recorded(cursor: Any) -> dict[str, str]:
    cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [TABLE])
    try:
        return dict(json.loads(cursor.fetchone()[0] or "{}"))
    except ValueError:
        return {}


def refusal(place: str, way_out: str) -> str:
    """The message when this version cannot use the database."""
    return (
        f"{place} made by another version of Dobošar with other tables: one from before 0.1.0, of which no upgrade is "
        f"possible, or a newer one than this. Nothing was changed. {way_out}"
    )
