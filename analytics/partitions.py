"""Months of the table of pulls.

Each month is a partition, made ahead by a daily task; what has no month falls into the default partition, and then
`/readyz` raises the alarm, because a filled default partition keeps the missing month from being made.

Months that are no longer kept (`forget_before`) leave one partition behind, `BEFORE`: of each post and channel the last
reading from before that time, because growth is counted from it when somebody looks again.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.utils import timezone

TABLE = "analytics_pull"
BEFORE = f"{TABLE}_before"
MONTHS_AHEAD = 3
# Bytes of the key for each look: 28 and a tenth of free space when it is packed.
LOOSE, WORTH_PACKING = 36, 10_000


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
    """Make the partitions from the month of `first` to the month of `last` that are missing. Months are UTC.

    What lies before the months that are kept has a partition already.
    """
    kept = kept_from()
    with connection.cursor() as cursor:
        for month in months(max(first, kept.date()) if kept else first, last):
            name = f"{TABLE}_{month:%Y_%m}"
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE} "
                f"FOR VALUES FROM ('{month:%Y-%m-%d} 00:00+00') TO ('{_next(month):%Y-%m-%d} 00:00+00')"
            )


def kept_from() -> datetime | None:
    """From when on every look is stored; None: all there ever were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(pg_get_expr(relpartbound, oid) from $$TO \\('([0-9-]+)$$) FROM pg_class "
            "WHERE oid = to_regclass(%s)",
            [BEFORE],
        )
        row = cursor.fetchone()
    return datetime.combine(date.fromisoformat(row[0]), datetime.min.time(), UTC) if row and row[0] else None


def first_whole_day() -> date | None:
    """The first day in Belgrade whose looks are all stored; None: any. Months begin there before they do in UTC."""
    kept = kept_from()
    return kept.date() + timedelta(days=1) if kept else None


def stored() -> list[date]:
    """First days of the months that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(c.relname from '[0-9]{4}_[0-9]{2}$') FROM pg_inherits i JOIN pg_class c "
            "ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)",
            [TABLE],
        )
        named = sorted(row[0] for row in cursor.fetchall() if row[0])
    return [date(int(name[:4]), int(name[5:]), 1) for name in named]


def tidy() -> list[str]:
    """Pack the keys of months that are over, while they are read and written; returns their names.

    Looks arrive in the order of time and the key begins with the subject, so its pages end up two thirds full. Nothing
    is remembered: a key that is packed is small. Not inside a transaction.
    """
    this_month = timezone.now().date().replace(day=1)
    names = [f"{TABLE}_{month:%Y_%m}" for month in stored() if month < this_month]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "WHERE i.indisprimary AND c.relname = ANY(%s) AND pg_relation_size(i.indexrelid) > c.reltuples * %s "
            "AND c.reltuples > %s ORDER BY c.relname",
            [names, LOOSE, WORTH_PACKING],
        )
        loose = [row[0] for row in cursor.fetchall()]
        for key in loose:
            cursor.execute(f"REINDEX INDEX CONCURRENTLY {key}")
    return loose


def forget_before(month: date) -> list[date]:
    """Drop all months before `month`, but for the last reading of each subject; returns them. In a transaction."""
    gone = [day for day in stored() if day < month]
    if not gone:
        return []
    until = f"{month:%Y-%m-%d} 00:00+00"
    with connection.cursor() as cursor:
        # Read and copied first: the table is shut only while partitions change places.
        cursor.execute(f"CREATE TABLE {TABLE}_last (LIKE {TABLE} INCLUDING ALL)")
        cursor.execute(
            f"INSERT INTO {TABLE}_last SELECT DISTINCT ON (subject_id) * FROM {TABLE} "  # noqa: S608 -- our own names
            "WHERE at < %s AND outcome = 'read' ORDER BY subject_id, at DESC",
            [until],
        )
        cursor.execute(f"DELETE FROM {TABLE}_default WHERE at < %s", [until])  # noqa: S608 -- our own names
        for name in (BEFORE, *(f"{TABLE}_{day:%Y_%m}" for day in gone)):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {name}")
                cursor.execute(f"DROP TABLE {name}")
        cursor.execute(f"ALTER TABLE {TABLE}_last RENAME TO {BEFORE}")
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {BEFORE} FOR VALUES FROM (MINVALUE) TO ('{until}')")
    return gone


def healthy() -> bool:
    """The next month has its partition and nothing fell into the default one."""
    first, _last = ahead()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{TABLE}_{_next(first):%Y_%m}"])
        there = cursor.fetchone()[0]
        cursor.execute("SELECT EXISTS (SELECT 1 FROM analytics_pull_default)")
        return bool(there and not cursor.fetchone()[0])
