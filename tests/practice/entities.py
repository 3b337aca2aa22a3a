"""What Mastodon.py's own types require of an entity, read from its source: a judge that we did not write.

Mastodon.py fills what is missing with None and replaces what it cannot read by None. So an attribute that is not
optional there, and was there in the version of the API that the network speaks, must have a value.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from mastodon import return_types
from mastodon.types_base import AttribAccessDict

SPEAKS = (4, 3, 0)
_ADDED = re.compile(r"\* (\d+)\.(\d+)\.(\d+): added")
# Mastodon documents both as null where nobody is named: https://docs.joinmastodon.org/entities/Instance/#contact-account
NULLABLE = {("Instance", "contact_account"), ("InstanceContact", "account")}


@cache
def required() -> dict[str, frozenset[str]]:
    """The attributes that an entity must have, by the name of its type."""
    module = ast.parse(inspect.getsource(return_types))
    return {node.name: frozenset(_required(node)) for node in module.body if isinstance(node, ast.ClassDef)}


def _required(entity: ast.ClassDef) -> Iterator[str]:
    for attribute, after in zip(entity.body, entity.body[1:], strict=False):
        if not isinstance(attribute, ast.AnnAssign) or not isinstance(attribute.target, ast.Name):
            continue
        text = ast.unparse(after) if isinstance(after, ast.Expr) else ""
        added = _ADDED.search(text)
        is_there = added is None or tuple(int(part) for part in added.groups()) <= SPEAKS
        is_optional = "Optional[" in ast.unparse(attribute.annotation)
        name = attribute.target.id
        if is_there and not is_optional and (entity.name, name) not in NULLABLE:
            yield name


def gaps(value: Any, path: str = "") -> list[str]:
    """What is missing in an entity or a list of them, at whatever depth."""
    if isinstance(value, AttribAccessDict):
        kind = type(value).__name__
        wanted = required().get(kind, frozenset())
        own = [f"{path}{kind}.{name}" for name in sorted(wanted) if value.get(name) is None]
        return own + [gap for name, inner in value.items() for gap in gaps(inner, f"{path}{kind}.{name} > ")]
    if isinstance(value, list):
        return [gap for inner in value for gap in gaps(inner, path)]
    return []


def entities_in(value: Any) -> Iterator[str]:
    """The names of the types that occur."""
    if isinstance(value, AttribAccessDict):
        yield type(value).__name__
        for inner in value.values():
            yield from entities_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from entities_in(inner)
