"""The catalogue of legal grounds (`participation/grounds.toml`), and what a ground asks for.

A ground is data with article, source and the day on which the source was read. Where an article sets no term, `days` is
0, and the page says that the statute sets it.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from common import languages
from participation.enums import ConsultationKind, DayCount
from serbian.transliteration import to_latin

FILE = Path(__file__).parent / "grounds.toml"


@dataclass(frozen=True)
class Ground:
    """A legal ground. `days` is the least term, 0 where the article sets none; `notice` the days before the term begins
    on which it has to be announced; `valid_to` None while it is in force."""

    key: str
    kinds: Sequence[str]
    title_cyrl: str
    title_en: str
    article_cyrl: str
    article_en: str
    gazette: str
    days: int
    day_count: str
    answer_in: int
    notice: int
    valid_from: date
    source: str
    checked_on: date
    note_cyrl: str = ""
    note_en: str = ""
    valid_to: date | None = None

    @property
    def title(self) -> str:
        return self._in_language(self.title_cyrl, self.title_en)

    @property
    def article(self) -> str:
        return self._in_language(self.article_cyrl, self.article_en)

    @property
    def note(self) -> str:
        return self._in_language(self.note_cyrl, self.note_en)

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @staticmethod
    def _in_language(cyrl: str, en: str) -> str:
        variant = languages.current().text_variant
        return {"cyrl": cyrl, "latn": to_latin(cyrl), "en": en}[variant]


@cache
def catalogue() -> dict[str, Ground]:
    """By key, in the order of the file. Raises `ValueError` for an entry that makes no sense."""
    with FILE.open("rb") as file:
        entries: dict[str, dict[str, Any]] = tomllib.load(file)
    grounds = {key: Ground(key, **entry) for key, entry in entries.items()}
    for ground in grounds.values():
        unknown = set(ground.kinds) - set(ConsultationKind.values)
        if unknown or ground.day_count not in DayCount.values or not ground.source.startswith("http"):
            raise ValueError(f"{FILE.name}: {ground.key} has an unknown kind or count of days, or no source")
    return grounds


def ground_of(key: str) -> Ground | None:
    return catalogue().get(key)


def for_kind(kind: str, day: date) -> list[Ground]:
    """Those that fit the kind and are in force on that day."""
    return [ground for ground in catalogue().values() if kind in ground.kinds and ground.is_valid_on(day)]
