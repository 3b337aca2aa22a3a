"""Monthly partitions of the table of metric snapshots.

A daily task creates the partitions ahead of time. Rows without a month go into the default partition; then `/readyz`
reports an error, because rows in the default partition prevent the missing month from being created.

Tables are created and dropped by functions of the database (`sql/partitions.sql`), which run with the rights of the
owner: the role of the application may not.

Dropped months (`drop_before`) leave one partition, `BEFORE`: the last snapshot of each post and channel from before
that time, because growth is counted from it at the next fetch.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.utils import timezone

TABLE = "analytics_metricsnapshot"
BEFORE = f"{TABLE}_before"
MONTHS_AHEAD = 3
# Bytes of the primary key per row: 28 plus a tenth of free space when it is packed. Reindexed above the first number,
# and when the partition has more rows than the second.
MAX_BYTES_PER_ROW, MIN_ROWS = 36, 10_000


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
    """Create the missing partitions from the month of `first` to the month of `last`. Months are UTC.

    Everything before the months that are kept has a partition already.
    """
    since = kept_from()
    with connection.cursor() as cursor:
        cursor.execute("SELECT analytics_create_months(%s, %s)", [max(first, since.date()) if since else first, last])


def kept_from() -> datetime | None:
    """From when on every snapshot is stored; None: all of them are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(pg_get_expr(relpartbound, oid) from $$TO \\('([0-9-]+)$$) FROM pg_class "
            "WHERE oid = to_regclass(%s)",
            [BEFORE],
        )
        row = cursor.fetchone()
    return datetime.combine(date.fromisoformat(row[0]), datetime.min.time(), UTC) if row and row[0] else None


def first_whole_day() -> date | None:
    """The first day in Belgrade whose snapshots are all stored; None: any. Months begin there before they do in UTC."""
    since = kept_from()
    return since.date() + timedelta(days=1) if since else None


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


def reindex() -> list[str]:
    """Reindex the primary keys of past months concurrently; returns the names of the reindexed keys.

    Rows arrive in the order of time and the key begins with the subject, so its pages end up two thirds full. A packed
    key is recognised by its size. Must run outside a transaction.
    """
    this_month = timezone.now().date().replace(day=1)
    names = [f"{TABLE}_{month:%Y_%m}" for month in stored() if month < this_month]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "WHERE i.indisprimary AND c.relname = ANY(%s) AND pg_relation_size(i.indexrelid) > c.reltuples * %s "
            "AND c.reltuples > %s ORDER BY c.relname",
            [names, MAX_BYTES_PER_ROW, MIN_ROWS],
        )
        keys = [row[0] for row in cursor.fetchall()]
        for key in keys:
            cursor.execute(f"REINDEX INDEX CONCURRENTLY {key}")
    return keys


def drop_before(month: date) -> list[date]:
    """Drop all months before `month` except for the last snapshot of each subject; returns their first days."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT analytics_drop_months(%s)", [month])
        return [row[0] for row in cursor.fetchall()]


def healthy() -> bool:
    """Whether the next month has its partition and the default partition is empty."""
    first, _last = ahead()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{TABLE}_{_next(first):%Y_%m}"])
        has_next = cursor.fetchone()[0]
        cursor.execute("SELECT analytics_has_stray_snapshots()")
        return bool(has_next and not cursor.fetchone()[0])
