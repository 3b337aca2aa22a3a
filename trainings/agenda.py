"""The agenda that a new training begins with, from `reference/agenda.toml`. It becomes rows, which trainers change."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from common import languages
from serbian.transliteration import to_latin

FILE = Path(__file__).parent / "reference" / "agenda.toml"


@lru_cache(maxsize=1)
def _lines() -> tuple[Mapping[str, Any], ...]:
    with FILE.open("rb") as file:
        return tuple(tomllib.load(file)["session"])


def sessions(first: date, last: date, language: str) -> Iterator[dict[str, Any]]:
    """Fields of `Session` for the days from `first` to `last`; Latin letters for whoever works in them."""
    written = to_latin if languages.by_code()[language].words == languages.LATIN else str
    for line in _lines():
        day = first + timedelta(days=line["day"] - 1)
        if day <= last:
            yield {
                "day": day,
                "starts": time.fromisoformat(line["starts"]),
                "ends": time.fromisoformat(line["ends"]),
                "title": written(line["title"]),
                "description": written(line.get("about", "").strip()),
                "is_break": line.get("is_break", False),
            }
