"""Rebuilds facts of any days from the stored snapshots: after a mistake in a formula, or as a check.

Uses the statements of `rollup` for all days of a month at once, so it produces the same rows and does not touch those
that are correct already. Many channels are rebuilt in parallel lanes: nearly all of it is processor time of the
database, and no fact belongs to two channels.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from analytics import partitions
from analytics.rollups.domain import rollup
from channels.models import Channel
from common import audit
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

# Fewer channels than that are not worth a second connection.
MIN_CHANNELS_FOR_LANES = 20


class SnapshotsExpired(ValueError):
    """The snapshots of the first days have been dropped; `since` is the first day that can be rebuilt."""

    def __init__(self, since: date) -> None:
        super().__init__(
            f"Readings from before {since:%d.%m.%Y.} are no longer kept, so facts of earlier days cannot be made again."
        )
        self.since = since


def rebuild(
    first: date, last: date, *, municipality: Municipality | None = None, channels: Sequence[int] = (), by: User | None
) -> int:
    """Rebuild facts from `first` to `last`: of these channels, of a municipality, or of all. Returns the channel days
    rebuilt.

    Raises `SnapshotsExpired`.
    """
    with everywhere("facts are made again"):
        days = rebuild_channels(first, last, sorted(channels) or _channels(municipality))
        audit.record(
            "facts.rebuild",
            by=by,
            target=municipality,
            municipality_id=municipality.pk if municipality else None,
            label=str(municipality or ""),
            first=first.isoformat(),
            last=last.isoformat(),
        )
        return days


def rebuild_channels(first: date, last: date, channels: Sequence[int]) -> int:
    """Like `rebuild`, without an audit event. A month is one transaction, so fetches and pages are not blocked.

    Raises `SnapshotsExpired`.
    """
    since = partitions.first_whole_day()
    if since and first < since:
        raise SnapshotsExpired(since)
    if len(channels) < MIN_CHANNELS_FOR_LANES or connection.in_atomic_block:
        with everywhere("facts are made again"):
            return sum(_month(channels, begin, end) for begin, end in _months(first, last))
    stop = Event()
    with ThreadPoolExecutor(rollup.LANES) as pool:
        lanes = [pool.submit(_lane, lane, channels, first, last, stop) for lane in range(rollup.LANES)]
        return sum(lane.result() for lane in lanes)


def _lane(lane: int, channels: Sequence[int], first: date, last: date, stop: Event) -> int:
    """Rebuild all months of the channels of this lane on its own connection. When a lane fails, the others stop."""
    rebuilt, own = 0, [channel for channel in channels if channel % rollup.LANES == lane]
    try:
        with everywhere("facts are made again"):
            for begin, end in _months(first, last):
                if not stop.is_set():
                    rebuilt += _month(own, begin, end, lane)
    except BaseException:
        stop.set()
        raise
    finally:
        connection.close()
    return rebuilt


def oldest() -> date:
    """The first day that `rebuild` accepts: since when snapshots are kept, else the day of the oldest post or
    snapshot."""
    with everywhere("the oldest day with facts"), connection.cursor() as cursor:
        cursor.execute("SELECT min(published_on) FROM analytics_subject")
        first = cursor.fetchone()[0] or timezone.localdate()
        cursor.execute("SELECT min(at AT TIME ZONE 'Europe/Belgrade')::date FROM analytics_metricsnapshot")
        first_snapshot = cursor.fetchone()[0] or first
    since = partitions.first_whole_day()
    return max(min(first, first_snapshot), since) if since else min(first, first_snapshot)


def _channels(municipality: Municipality | None) -> list[int]:
    rows = Channel.objects.order_by("pk")
    return list((rows.filter(municipality=municipality) if municipality else rows).values_list("pk", flat=True))


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    for month in partitions.months(first, last):
        end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield max(first, month), min(last, end)


@transaction.atomic
def _month(channels: Sequence[int], first: date, last: date, lane: int | None = None) -> int:
    rollup.lock() if lane is None else rollup.lock_lane(lane)
    days = [(channel, first + timedelta(n)) for channel in channels for n in range((last - first).days + 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM analytics_dirtyday WHERE id IN (SELECT id FROM analytics_dirtyday "
            "WHERE channel_id = ANY(%s) AND day BETWEEN %s AND %s FOR UPDATE SKIP LOCKED)",
            [list(channels), first, last],
        )
    rollup.make(published=days, active=days)
    return len(days)
