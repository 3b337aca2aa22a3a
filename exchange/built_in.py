"""Examples that every programme starts with, read from `reference/practice.toml`.

They are not stored as rows: a programme that changes one keeps a copy of its own (`Example.starter`), the others get
the improved texts of the next release. Their drawings are `static/img/practice/<key>.svg`, made by
`python -m tools.practice.draw`.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from exchange.enums import Purpose
from exchange.models import Example
from exchange.rules import CATEGORY
from library.starters import fields_of
from serbian.folding import fold

FILE = Path(__file__).parent / "reference" / "practice.toml"
SAME = ("purpose", "shape", "name", "about", "why", "watch", "alt")


@lru_cache(maxsize=1)
def built_in() -> Mapping[str, Mapping[str, Any]]:
    """By key, in the order of the file: the fields of `Example`, `content` as JSON of a draft."""
    with FILE.open("rb") as file:
        return {key: _fields(key, raw) for key, raw in tomllib.load(file).items()}


def example(key: str) -> Example:
    """One of them as a row that is not stored. Raises `KeyError`."""
    return Example(starter=key, **built_in()[key])


def _fields(key: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        **{name: raw.get(name, "") for name in SAME},
        **fields_of({**raw, "category": CATEGORY[Purpose(raw["purpose"])].value}),
        "patterns": list(raw.get("patterns", ())),
        "networks": list(raw.get("networks", ())),
        "english": {name: text.strip() for name, text in raw.get("en", {}).items()},
        "drawing": key,
    }
    return {**fields, "search_key": key_of(fields)}


def key_of(fields: Mapping[str, Any]) -> str:
    """The folded text in which an example is searched, in Serbian and English."""
    texts = [str(text.get("text", "")) for text in fields["content"].get("texts", {}).values()]
    own = [str(fields[name]) for name in ("name", "about", "why", "watch")]
    return fold(" ".join([*own, *texts, *fields["english"].values()]))
