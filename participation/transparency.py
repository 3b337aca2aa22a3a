"""The published fields of the Local Transparency Index (`participation/transparency.toml`), with their sources."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from common import languages
from serbian.folding import fold

FILE = Path(__file__).parent / "transparency.toml"


@dataclass(frozen=True)
class Category:
    """A field of the index. `is_translated`: its Serbian name is our translation."""

    key: str
    name_cyrl: str
    name_en: str
    is_translated: bool = False

    @property
    def name(self) -> str:
        return languages.stored_text(self.name_cyrl, self.name_en)


@dataclass(frozen=True)
class Source:
    """A page that was read. `gives`: "fields", "names" (of them in Serbian) or "numbers" (of questions and places)."""

    address: str
    title: str
    gives: str


@dataclass(frozen=True)
class Index:
    """What is known of the index, and when it was read."""

    name_cyrl: str
    name_en: str
    keeper_cyrl: str
    keeper_en: str
    keeper_address: str
    checked_on: date
    sources: tuple[Source, ...]
    categories: tuple[Category, ...]

    @property
    def name(self) -> str:
        return languages.stored_text(self.name_cyrl, self.name_en)

    @property
    def keeper(self) -> str:
        return languages.stored_text(self.keeper_cyrl, self.keeper_en)


@cache
def index() -> Index:
    with FILE.open("rb") as file:
        entries: dict[str, Any] = tomllib.load(file)
    return Index(
        **entries["index"],
        sources=tuple(Source(**entry) for entry in entries["source"]),
        categories=tuple(Category(**entry) for entry in entries["category"]),
    )


def category_of(text: str) -> Category | None:
    """The field with this key or name, in either script or in English; None where there is none."""
    wanted = fold(text)
    for category in index().categories:
        if wanted in (fold(category.key), fold(category.name_cyrl), fold(category.name_en)):
            return category
    return None
