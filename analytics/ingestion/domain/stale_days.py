"""The doorbell between looks and facts: which days of which channels must be made again.

A look, a new post or a corrected category only marks days; `rollup.fold` makes them anew, many at once. A day that is
marked already keeps the older `since`. A mark waits for a fold that is just making the same day, and rings again then.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from analytics.enums import Basis, PullOutcome
from analytics.models import Pull, Subject

Day = tuple[int, int, date, Basis]
"""Municipality, channel, day in Belgrade, basis."""

# In one order, so that two who mark the same days wait for each other in a row. The row is locked even where nothing
# changes: a fold that holds it may have read before we wrote.
STORE = """
INSERT INTO analytics_staleday AS stale (municipality_id, channel_id, day, basis, since)
SELECT DISTINCT municipality_id, channel_id, day, basis, %(now)s::timestamptz FROM days
ORDER BY channel_id, day, basis
ON CONFLICT (channel_id, day, basis) DO UPDATE SET since = excluded.since WHERE excluded.since < stale.since
"""

DAYS = f"""
WITH days (municipality_id, channel_id, day, basis) AS (
    SELECT * FROM unnest(%(municipalities)s::bigint[], %(channels)s::bigint[], %(days)s::date[], %(bases)s::text[])
)
{STORE}
"""  # noqa: S608 -- our own statement from above

# What a look touches: the day a post was published on, the day of the look, and the day of the next look when this one
# was written afterwards (the growth until then is counted from here). A look at followers touches its own day, and the
# days of later looks, up to the next number, that say that nothing has changed since.
LOOKS = f"""
WITH looks AS (
    SELECT s.id, s.municipality_id, s.channel_id, s.kind, s.published_on, at
    FROM unnest(%(subjects)s::bigint[], %(at)s::timestamptz[]) AS told (subject_id, at)
    JOIN analytics_subject s ON s.id = told.subject_id
), days AS (
    SELECT municipality_id, channel_id, published_on AS day, 'publication' AS basis FROM looks WHERE kind <> 'channel'
    UNION
    SELECT municipality_id, channel_id, (at AT TIME ZONE 'Europe/Belgrade')::date, 'publication'
    FROM looks WHERE kind = 'channel'
    UNION
    SELECT municipality_id, channel_id, (later.at AT TIME ZONE 'Europe/Belgrade')::date, 'publication'
    FROM looks CROSS JOIN LATERAL (
        SELECT p.at FROM analytics_pull p
        WHERE p.subject_id = looks.id AND p.at > looks.at AND p.outcome = 'unchanged' AND p.at < COALESCE((
            SELECT r.at FROM analytics_pull r
            WHERE r.subject_id = looks.id AND r.at > looks.at AND r.outcome = 'read' ORDER BY r.at LIMIT 1
        ), 'infinity')
    ) later
    WHERE kind = 'channel'
    UNION
    SELECT municipality_id, channel_id, (at AT TIME ZONE 'Europe/Belgrade')::date, 'activity'
    FROM looks WHERE kind <> 'channel'
    UNION
    SELECT municipality_id, channel_id, (next.at AT TIME ZONE 'Europe/Belgrade')::date, 'activity'
    FROM looks CROSS JOIN LATERAL (
        SELECT p.at FROM analytics_pull p
        WHERE p.subject_id = looks.id AND p.at > looks.at AND p.outcome = 'read' ORDER BY p.at LIMIT 1
    ) next
    WHERE kind <> 'channel'
)
{STORE}
"""  # noqa: S608 -- our own statement from above

# Every day on which a reading of these posts counts.
TRACES = f"""
WITH days AS (
    SELECT DISTINCT s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day,
           'activity' AS basis
    FROM analytics_subject s JOIN analytics_pull p ON p.subject_id = s.id
    WHERE s.id = ANY(%(subjects)s) AND p.outcome = 'read'
    UNION
    SELECT municipality_id, channel_id, published_on, 'publication' FROM analytics_subject
    WHERE id = ANY(%(subjects)s) AND published_on IS NOT NULL
)
{STORE}
"""  # noqa: S608 -- our own statement from above


def mark(days: Iterable[Day], since: datetime | None = None) -> None:
    """Have these days made again. One statement."""
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
    """Have the days made again on which these posts were published."""
    mark({(s.municipality_id, s.channel_id, s.published_on, Basis.PUBLICATION) for s in subjects if s.published_on})


def mark_looks(pulls: Iterable[Pull], of_channels: frozenset[int] = frozenset()) -> None:
    """Have the days made again that these pulls touch; they are written already.

    A look at a post that brought no number changes no fact. One at a channel (`of_channels`: ids of such subjects)
    leaves a gap that the day names.
    """
    told = [pull for pull in pulls if pull.outcome == PullOutcome.READ or pull.subject_id in of_channels]
    if told:
        subjects, at = [pull.subject_id for pull in told], [pull.at for pull in told]
        _run(LOOKS, {"subjects": subjects, "at": at, "now": timezone.now()})


def mark_traces(subjects: Iterable[int]) -> None:
    """Have all days made again on which numbers of these subjects count."""
    _run(TRACES, {"subjects": list(subjects), "now": timezone.now()})


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
