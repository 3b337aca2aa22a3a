"""Months of the table of pulls.

Each month is a partition, made ahead by a daily task; what has no month falls into the default partition, and then
`/readyz` raises the alarm, because a filled default partition keeps the missing month from being made.
"""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.utils import timezone

TABLE = "analytics_pull"
MONTHS_AHEAD = 3


def months(first: date, last: date) -> Iterator[date]:
    """First days of the months from `first` to `last`, both included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ahead() -> tuple[date, date]:
    """From this month to `MONTHS_AHEAD` months later."""
    first = timezone.now().date().replace(day=1)
    last = first
    for _ in range(MONTHS_AHEAD):
        last = _next(last)
    return first, last


def ensure(first: date, last: date) -> None:
    """Make the partitions from the month of `first` to the month of `last` that are missing. Months are UTC."""
    with connection.cursor() as cursor:
        for month in months(first, last):
            name = f"{TABLE}_{month:%Y_%m}"
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE} "
                f"FOR VALUES FROM ('{month:%Y-%m-%d} 00:00+00') TO ('{_next(month):%Y-%m-%d} 00:00+00')"
            )


def healthy() -> bool:
    """The next month has its partition and nothing fell into the default one."""
    first, _last = ahead()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{TABLE}_{_next(first):%Y_%m}"])
        there = cursor.fetchone()[0]
        cursor.execute("SELECT EXISTS (SELECT 1 FROM analytics_pull_default)")
        return bool(there and not cursor.fetchone()[0])
