"""Dirty days: days of channels whose facts have to be rebuilt, because a metric snapshot or a post changed.

A new snapshot, a new post or a corrected category only marks days; `rollup.rebuild_dirty_days` rebuilds them in
batches. A day that is already marked keeps its older `since`. Marking a day waits for a running rebuild of the same day
and marks it again afterwards.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from analytics.enums import Basis, FetchOutcome
from analytics.models import MetricSnapshot, Subject

Day = tuple[int, int, date, Basis]
"""Municipality, channel, day in Belgrade, basis."""

# Ordered, so that two transactions which mark the same days cannot deadlock. The row is locked even where nothing
# changes: a rebuild that holds it may have read before we wrote.
STORE = """
INSERT INTO analytics_dirtyday AS dirty (municipality_id, channel_id, day, basis, since)
SELECT DISTINCT municipality_id, channel_id, day, basis, %(now)s::timestamptz FROM days
ORDER BY channel_id, day, basis
ON CONFLICT (channel_id, day, basis) DO UPDATE SET since = excluded.since WHERE excluded.since < dirty.since
"""

DAYS = f"""
WITH days (municipality_id, channel_id, day, basis) AS (
    SELECT * FROM unnest(%(municipalities)s::bigint[], %(channels)s::bigint[], %(days)s::date[], %(bases)s::text[])
)
{STORE}
"""  # noqa: S608 -- our own statement from above

# The days that a snapshot affects: the day on which the post was published, the day of the snapshot, and the day of
# the next snapshot when this one was stored after it (growth until then is counted from here). A snapshot of
# followers affects its own day and the days of later snapshots with the outcome "unchanged", up to the next value.
SNAPSHOTS = f"""
WITH snapshots AS (
    SELECT s.id, s.municipality_id, s.channel_id, s.kind, s.published_on, at
    FROM unnest(%(subjects)s::bigint[], %(at)s::timestamptz[]) AS new (subject_id, at)
    JOIN analytics_subject s ON s.id = new.subject_id
), days AS (
    SELECT municipality_id, channel_id, published_on AS day, 'publication' AS basis
    FROM snapshots WHERE kind <> 'channel'
    UNION
    SELECT municipality_id, channel_id, (at AT TIME ZONE 'Europe/Belgrade')::date, 'publication'
    FROM snapshots WHERE kind = 'channel'
    UNION
    SELECT municipality_id, channel_id, (later.at AT TIME ZONE 'Europe/Belgrade')::date, 'publication'
    FROM snapshots CROSS JOIN LATERAL (
        SELECT p.at FROM analytics_metricsnapshot p
        WHERE p.subject_id = snapshots.id AND p.at > snapshots.at AND p.outcome = 'unchanged' AND p.at < COALESCE((
            SELECT r.at FROM analytics_metricsnapshot r
            WHERE r.subject_id = snapshots.id AND r.at > snapshots.at AND r.outcome = 'read' ORDER BY r.at LIMIT 1
        ), 'infinity')
    ) later
    WHERE kind = 'channel'
    UNION
    SELECT municipality_id, channel_id, (at AT TIME ZONE 'Europe/Belgrade')::date, 'activity'
    FROM snapshots WHERE kind <> 'channel'
    UNION
    SELECT municipality_id, channel_id, (next.at AT TIME ZONE 'Europe/Belgrade')::date, 'activity'
    FROM snapshots CROSS JOIN LATERAL (
        SELECT p.at FROM analytics_metricsnapshot p
        WHERE p.subject_id = snapshots.id AND p.at > snapshots.at AND p.outcome = 'read' ORDER BY p.at LIMIT 1
    ) next
    WHERE kind <> 'channel'
)
{STORE}
"""  # noqa: S608 -- our own statement from above

# Every day on which metric values of these posts count.
DAYS_OF_SUBJECTS = f"""
WITH days AS (
    SELECT DISTINCT s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day,
           'activity' AS basis
    FROM analytics_subject s JOIN analytics_metricsnapshot p ON p.subject_id = s.id
    WHERE s.id = ANY(%(subjects)s) AND p.outcome = 'read'
    UNION
    SELECT municipality_id, channel_id, published_on, 'publication' FROM analytics_subject
    WHERE id = ANY(%(subjects)s) AND published_on IS NOT NULL
)
{STORE}
"""  # noqa: S608 -- our own statement from above


def mark(days: Iterable[Day], since: datetime | None = None) -> None:
    """Mark days as dirty. One statement."""
    rows = list(days)
    if rows:
        municipalities, channels, dates, bases = (list(column) for column in zip(*rows, strict=True))
        _run(
            DAYS,
            {
                "municipalities": municipalities,
                "channels": channels,
                "days": dates,
                "bases": [str(basis) for basis in bases],
                "now": since or timezone.now(),
            },
        )


def mark_published(subjects: Iterable[Subject]) -> None:
    """Mark the days on which these posts were published."""
    mark({(s.municipality_id, s.channel_id, s.published_on, Basis.PUBLICATION) for s in subjects if s.published_on})


def mark_snapshots(snapshots: Iterable[MetricSnapshot], of_channels: frozenset[int] = frozenset()) -> None:
    """Mark the days that these snapshots affect; the snapshots are already stored.

    A snapshot of a post without values changes no fact. One of a channel (`of_channels`: ids of such subjects) leaves a
    gap whose reason the day holds.
    """
    relevant = [row for row in snapshots if row.outcome == FetchOutcome.READ or row.subject_id in of_channels]
    if relevant:
        subjects, at = [row.subject_id for row in relevant], [row.at for row in relevant]
        _run(SNAPSHOTS, {"subjects": subjects, "at": at, "now": timezone.now()})


def mark_subjects(subjects: Iterable[int]) -> None:
    """Mark all days on which metric values of these subjects count."""
    _run(DAYS_OF_SUBJECTS, {"subjects": list(subjects), "now": timezone.now()})


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
