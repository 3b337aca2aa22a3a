"""Daily counts of a municipality from higher packages, so that an indicator can be summed over any days.

A share is two numbers a day: how many there were, and how many of them met the requirement. A median needs the working
minutes of each of them, because medians cannot be added. No text, name or id of a message is stored.

A higher package registers its source when the portal starts; `analytics.rollups.domain.daily_counts` asks it for days
and stores the answer (`Tally`). An answer depends only on stored data and on the clock: asking twice gives the same.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class DailyTally:
    """The count of one day of a municipality. `minutes`: working minutes of each answered message; empty for a
    share."""

    municipality_id: int
    code: str
    day: date
    counted: int
    met: int = 0
    minutes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Days:
    """Requested days: of these municipalities (None: of all), from `first` to `last` (None: open-ended)."""

    places: frozenset[int] | None = None
    first: date | None = None
    last: date | None = None


Read = Callable[[Days], Iterable[DailyTally]]


@dataclass(frozen=True)
class Source:
    """Counts days of `codes`. `recent`: for how long a day may change without being marked, as when the time for an
    answer runs out; None: any day may, as when a public page is switched off."""

    name: str
    codes: tuple[str, ...]
    read: Read
    recent: timedelta | None


_SOURCES: dict[str, Source] = {}


def provide(name: str, codes: Collection[str], read: Read, *, recent: timedelta | None) -> None:
    """Register a source of a higher package for `codes`."""
    _SOURCES[name] = Source(name, tuple(codes), read, recent)


def sources() -> tuple[Source, ...]:
    return tuple(_SOURCES.values())


def source(name: str) -> Source:
    """Raises `KeyError` for a name that is not registered."""
    return _SOURCES[name]
