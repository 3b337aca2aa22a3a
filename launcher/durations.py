"""How long the steps of a start took on this machine, so that an upgrade can say how long it is going to take."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from launcher import files

NAME = "durations.json"
REPORTED_IN_SECONDS_BELOW = 90


@dataclass(frozen=True)
class Durations:
    """Seconds for each migration, for the reference data and for the static files; None: never measured here."""

    migration: float | None = None
    reference: float | None = None
    static: float | None = None

    def estimate(self, migrations: int, *, tables: bool, static: bool) -> float | None:
        """Seconds of a start with so many pending migrations. `tables`: also without one they are gone through."""
        needed = [self.migration, self.reference] if tables else []
        needed += [self.static] if static else []
        if any(seconds is None for seconds in needed):
            return None
        of_tables = max(migrations, 1) * (self.migration or 0) + (self.reference or 0) if tables else 0
        return of_tables + ((self.static or 0) if static else 0)


def load(directory: Path) -> Durations:
    stored = files.load(directory / NAME)
    names = ("migration", "reference", "static")
    return Durations(**{name: stored[name] for name in names if isinstance(stored.get(name), int | float)})


@contextmanager
def measured(directory: Path | None, name: str, count: int = 1) -> Iterator[None]:
    """Store how long the block takes, divided by `count`; nothing where `count` is 0, or without a directory."""
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    if directory is not None and count:
        # Tables and static files are prepared by two processes at once. A full disk is not worth failing for.
        with suppress(OSError), files.exclusive(directory / f"{NAME}.lock"):
            files.update(directory / NAME, **{name: round(seconds / count, 3)})


def sentence(durations: Durations, migrations: int, *, tables: bool, static: bool) -> str:
    """What a start is about to do, and how long it takes by what was measured."""
    steps = []
    if tables:
        count = f"{migrations} migration{'' if migrations == 1 else 's'} of " if migrations else ""
        steps.append(f"{count}the tables")
    if static:
        steps.append("the static files")
    what = f"This start brings the data up to date: {' and '.join(steps)}."
    seconds = durations.estimate(migrations, tables=tables, static=static)
    if seconds is None:
        return f"{what} How long it takes is unknown, as it was never measured on this machine."
    basis = []
    if tables:
        basis.append(f"{durations.migration:.1f} s for a migration, {durations.reference:.1f} s for reference data")
    if static:
        basis.append(f"{durations.static:.1f} s for static files")
    careful = "; a migration of a large table takes longer" if migrations else ""
    return f"{what} It takes about {_words(seconds)}, by the last time on this machine ({', '.join(basis)}){careful}."


def _words(seconds: float) -> str:
    if seconds < REPORTED_IN_SECONDS_BELOW:
        return f"{max(math.ceil(seconds / 5) * 5, 5)} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
