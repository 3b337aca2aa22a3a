"""Counting days again, and closing those whose sources go.

Whoever changes something marks its day in the same transaction (`mark`). `fold` counts marked days again, `sweep`
besides those that change by the clock alone, `rebuild` any days. All do the same to a day, so all come to the same;
rows that are right already are left untouched. Before retention takes away what a day was made of, `close` counts it a
last time: a closed day is never made again, so it cannot be overwritten by what little is left.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics.models import StaleTally, Tally
from analytics.rollups.daily_counts import DailyTally, Days, Source, source, sources
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

MARKS_AT_ONCE = 2000
# A younger day may still change in what was not erased. Nothing of it is lost meanwhile: rows of what was erased stay,
# and still say what is counted.
CLOSED_AFTER = timedelta(days=60)
FIGURES = ("counted", "met", "minutes")

Key = tuple[int, str, date]


def mark(name: str, municipality_id: int, days: Iterable[date] | None = None) -> None:
    """Have these days of a source counted again; all of the municipality without `days`."""
    found: Sequence[date | None] = [None] if days is None else sorted(set(days))
    StaleTally.objects.bulk_create(StaleTally(municipality_id=municipality_id, source=name, day=day) for day in found)


def fold() -> int:
    """Count again what is marked; returns how many rows were written or taken away. One that is at it goes on alone."""
    with everywhere("days that were marked are counted again"):
        return sum(_fold(source) for source in sources())


def sweep(today: date | None = None) -> int:
    """The same, and days that change by the clock or by what no verb of ours does. Where a source never told anything
    yet, all its days."""
    today = today or timezone.localdate()
    with everywhere("recent days are counted again"):
        changed = sum(_fold(source) for source in sources())
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

    What is too young to be closed is left open. The scope of the municipalities is open.
    """
    told, youngest, closed = source(name), (today or timezone.localdate()) - CLOSED_AFTER, 0
    for day, places in _by_day(day for day in days if day[1] <= youngest).items():
        with transaction.atomic():
            _write(told, Days(places, day, day))
            closed += _freeze(told, places, day)
    return closed


def _by_day(days: Iterable[tuple[int, date]]) -> dict[date, frozenset[int]]:
    found: dict[date, set[int]] = defaultdict(set)
    for place, day in days:
        found[day].add(place)
    return {day: frozenset(found[day]) for day in sorted(found)}


def _freeze(told: Source, places: frozenset[int], day: date) -> int:
    """A code that had nothing on that day is closed, too, at none."""
    known = set(_rows(told, Days(places, day, day)).values_list("municipality_id", "code"))
    empty = [(place, code) for place in sorted(places) for code in told.codes if (place, code) not in known]
    Tally.objects.bulk_create(Tally(municipality_id=place, code=code, day=day, counted=0) for place, code in empty)
    return _rows(told, Days(places, day, day)).filter(closed_at=None).update(closed_at=timezone.now())


# ---------------------------------------------------------------- making


@transaction.atomic
def _fold(told: Source) -> int:
    if not _lock(told, wait=False):
        return 0
    # What is marked while we read has a row of its own, which stays for the next fold.
    marks = list(StaleTally.objects.filter(source=told.name).order_by("pk")[:MARKS_AT_ONCE])
    whole = frozenset(row.municipality_id for row in marks if row.day is None)
    single = [(row.municipality_id, row.day) for row in marks if row.day and row.municipality_id not in whole]
    changed = _write(told, Days(whole)) if whole else 0
    for day, places in _by_day(single).items():
        changed += _write(told, Days(places, day, day))
    StaleTally.objects.filter(pk__in=[row.pk for row in marks]).delete()
    return changed


@transaction.atomic
def _make(told: Source, days: Days) -> int:
    return _write(told, days)


def _write(told: Source, days: Days) -> int:
    _lock(told)
    found: dict[Key, DailyTally] = {(row.municipality_id, row.code, row.day): row for row in told.read(days)}
    stored = {(row.municipality_id, row.code, row.day): row for row in _rows(told, days)}
    gone = [row.pk for key, row in stored.items() if key not in found and not row.closed_at]
    new, changed = [], []
    for key, daily_tally in found.items():
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
    if gone:
        Tally.objects.filter(pk__in=gone).delete()
    Tally.objects.bulk_create(new, batch_size=5000)
    Tally.objects.bulk_update(changed, FIGURES, batch_size=1000)
    return len(gone) + len(new) + len(changed)


def _rows(told: Source, days: Days) -> QuerySet[Any]:
    rows = Tally.objects.filter(code__in=told.codes)
    if days.places is not None:
        rows = rows.filter(municipality_id__in=days.places)
    if days.first is not None:
        rows = rows.filter(day__gte=days.first)
    return rows if days.last is None else rows.filter(day__lte=days.last)


def _lock(told: Source, *, wait: bool = True) -> bool:
    """Until the transaction ends nobody else counts this source: the later one could write what it read earlier."""
    name = f"tallies {told.name}"
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name])
        return bool(cursor.fetchone()[0])
