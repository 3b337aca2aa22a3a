"""Daily counts of a municipality from packages above, so that an indicator can be added up over any days.

A share is two numbers of each day, how many there were and how many of them kept what is asked; a median is the working
minutes of each of them, because medians cannot be added. No word, no name and no id of a message is among them.

A package above registers its source when the portal starts; `analytics.rollups.domain.daily_counts` asks it for days
and stores the answer (`Tally`). An answer depends only on what is stored and on the clock: asking twice gives the same.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class DailyTally:
    """One day of one municipality. `minutes`: working minutes of each that was answered; empty for a share."""

    municipality_id: int
    code: str
    day: date
    counted: int
    met: int = 0
    minutes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Days:
    """Which days are asked for: of these municipalities (None: of all), from `first` to `last` (None: no end there)."""

    places: frozenset[int] | None = None
    first: date | None = None
    last: date | None = None


Read = Callable[[Days], Iterable[DailyTally]]


@dataclass(frozen=True)
class Source:
    """`recent`: for so long a day may change without anybody marking it, as when the time for an answer runs out; None:
    each day may, as when a page that everybody reads is switched off."""

    name: str
    codes: tuple[str, ...]
    read: Read
    recent: timedelta | None


_SOURCES: dict[str, Source] = {}


def provide(name: str, codes: Collection[str], read: Read, *, recent: timedelta | None) -> None:
    """Let a layer above tell the days of `codes`."""
    _SOURCES[name] = Source(name, tuple(codes), read, recent)


def sources() -> tuple[Source, ...]:
    return tuple(_SOURCES.values())


def source(name: str) -> Source:
    """Raises `KeyError` for a name that nobody provides."""
    return _SOURCES[name]
