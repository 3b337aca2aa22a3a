"""Counts days again, and closes days whose sources are about to be erased.

Whoever changes something marks its day in the same transaction (`mark`). `rebuild_dirty_days` counts marked days again,
`sweep` also those that change with the clock alone, `rebuild` any days. All of them compute a day in the same way, and
rows that are correct already are not touched. Before retention erases the sources of a day, `close` counts it a last
time: a closed day is never counted again, so it cannot be overwritten by what is left of its sources.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics.models import DirtyTally, Tally
from analytics.rollups.daily_counts import DailyTally, Days, Source, source, sources
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

BATCH_SIZE = 2000
# A younger day may still change in what was not erased. Nothing is lost meanwhile: rows of what was erased stay and
# still hold what is counted.
CLOSED_AFTER = timedelta(days=60)
FIGURES = ("counted", "met", "minutes")

Key = tuple[int, str, date]


def mark(name: str, municipality_id: int, days: Iterable[date] | None = None) -> None:
    """Mark these days of a source as dirty; without `days` all days of the municipality."""
    marked: Sequence[date | None] = [None] if days is None else sorted(set(days))
    DirtyTally.objects.bulk_create(DirtyTally(municipality_id=municipality_id, source=name, day=day) for day in marked)


def rebuild_dirty_days() -> int:
    """Count marked days again; returns how many rows were written or deleted. Sources that another process counts are
    skipped."""
    with everywhere("days that were marked are counted again"):
        return sum(_rebuild_source(source) for source in sources())


def sweep(today: date | None = None) -> int:
    """Like `rebuild_dirty_days`, plus days that change with the clock or without a verb of the portal. All days of a
    source that has no counts yet. Returns how many rows changed."""
    today = today or timezone.localdate()
    with everywhere("recent days are counted again"):
        changed = sum(_rebuild_source(source) for source in sources())
        for source in sources():
            is_new = not Tally.objects.filter(code__in=source.codes).exists()
            first = None if source.recent is None or is_new else today - source.recent
            changed += _make(source, Days(first=first))
        return changed


def rebuild(first: date | None = None, last: date | None = None, *, municipality: Municipality | None = None) -> int:
    """Count all days again, or those from `first` to `last`; returns how many rows that changed."""
    places = None if municipality is None else frozenset({municipality.pk})
    with everywhere("days are counted again"):
        return sum(_make(source, Days(places, first, last)) for source in sources())


def close(name: str, days: Collection[tuple[int, date]], today: date | None = None) -> int:
    """Count these days (municipality, day) a last time, before their sources are erased; returns how many were closed.

    Days that are too recent stay open. Runs within the scope of the municipalities.
    """
    counter, youngest, closed = source(name), (today or timezone.localdate()) - CLOSED_AFTER, 0
    for day, places in _by_day(day for day in days if day[1] <= youngest).items():
        with transaction.atomic():
            _write(counter, Days(places, day, day))
            closed += _freeze(counter, places, day)
    return closed


def _by_day(days: Iterable[tuple[int, date]]) -> dict[date, frozenset[int]]:
    by_day: dict[date, set[int]] = defaultdict(set)
    for place, day in days:
        by_day[day].add(place)
    return {day: frozenset(by_day[day]) for day in sorted(by_day)}


def _freeze(counter: Source, places: frozenset[int], day: date) -> int:
    """Close all codes of that day; one without a count is closed at zero."""
    known = set(_rows(counter, Days(places, day, day)).values_list("municipality_id", "code"))
    empty = [(place, code) for place in sorted(places) for code in counter.codes if (place, code) not in known]
    Tally.objects.bulk_create(Tally(municipality_id=place, code=code, day=day, counted=0) for place, code in empty)
    return _rows(counter, Days(places, day, day)).filter(closed_at=None).update(closed_at=timezone.now())


# ---------------------------------------------------------------- making


@transaction.atomic
def _rebuild_source(counter: Source) -> int:
    if not _lock(counter, wait=False):
        return 0
    # What is marked while we read has a row of its own, which stays for the next rebuild.
    marks = list(DirtyTally.objects.filter(source=counter.name).order_by("pk")[:BATCH_SIZE])
    whole = frozenset(row.municipality_id for row in marks if row.day is None)
    single = [(row.municipality_id, row.day) for row in marks if row.day and row.municipality_id not in whole]
    changed = _write(counter, Days(whole)) if whole else 0
    for day, places in _by_day(single).items():
        changed += _write(counter, Days(places, day, day))
    DirtyTally.objects.filter(pk__in=[row.pk for row in marks]).delete()
    return changed


@transaction.atomic
def _make(counter: Source, days: Days) -> int:
    return _write(counter, days)


def _write(counter: Source, days: Days) -> int:
    _lock(counter)
    counted: dict[Key, DailyTally] = {(row.municipality_id, row.code, row.day): row for row in counter.read(days)}
    stored = {(row.municipality_id, row.code, row.day): row for row in _rows(counter, days)}
    obsolete = [row.pk for key, row in stored.items() if key not in counted and not row.closed_at]
    new, changed = [], []
    for key, daily_tally in counted.items():
        row = stored.get(key)
        figures = {"counted": daily_tally.counted, "met": daily_tally.met, "minutes": sorted(daily_tally.minutes)}
        if row is None:
            new.append(
                Tally(
                    municipality_id=daily_tally.municipality_id, code=daily_tally.code, day=daily_tally.day, **figures
                )
            )
        elif not row.closed_at and any(getattr(row, name) != value for name, value in figures.items()):
            for name, value in figures.items():
                setattr(row, name, value)
            changed.append(row)
    if obsolete:
        Tally.objects.filter(pk__in=obsolete).delete()
    Tally.objects.bulk_create(new, batch_size=5000)
    Tally.objects.bulk_update(changed, FIGURES, batch_size=1000)
    return len(obsolete) + len(new) + len(changed)


def _rows(counter: Source, days: Days) -> QuerySet[Any]:
    rows = Tally.objects.filter(code__in=counter.codes)
    if days.places is not None:
        rows = rows.filter(municipality_id__in=days.places)
    if days.first is not None:
        rows = rows.filter(day__gte=days.first)
    return rows if days.last is None else rows.filter(day__lte=days.last)


def _lock(counter: Source, *, wait: bool = True) -> bool:
    """Keep others from counting this source until the transaction ends; else a later write could hold an earlier
    read."""
    name = f"tallies {counter.name}"
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name])
        return bool(cursor.fetchone()[0])
