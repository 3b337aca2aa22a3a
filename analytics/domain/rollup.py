"""From pulls to daily facts. Every function makes the facts of a day anew from the pulls, so running it twice, or
rebuilding everything, gives the same rows.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction

from analytics.catalogue import ADDED, INTERACTIONS
from analytics.enums import TOLD, SubjectKind
from analytics.models import ChannelDay, DailyFact, Subject
from municipalities.tenancy import require

_COLUMNS = ", ".join(ADDED)
_SUMS = ", ".join(f"sum({key})" for key in ADDED)
# NULL where the network told none of them; num_nonnulls and the sum skip what was not told.
_ADDED_UP = " + ".join(f"coalesce({key}, 0)" for key in INTERACTIONS)
_ALL = f"(CASE WHEN num_nonnulls({', '.join(INTERACTIONS)}) = 0 THEN NULL ELSE {_ADDED_UP} END)"

PUBLICATION_DAY = f"""
INSERT INTO analytics_dailyfact
    (municipality_id, channel_id, day, traits_id, basis, posts, {_COLUMNS}, interactions)
SELECT municipality_id, channel_id, published_on, traits_id, 'publication', count(*), {_SUMS},
    sum(interactions)
FROM analytics_subject
WHERE channel_id = %s AND published_on = %s AND kind <> 'channel'
GROUP BY municipality_id, channel_id, published_on, traits_id
"""  # noqa: S608 -- column names from the catalogue

# The growth of a post on a day: its last reading of that day minus its last reading before it; where a network began
# to tell a metric only that day, all of it counts. Days are Belgrade's.
ACTIVITY_DAY = f"""
WITH bounds AS (
    SELECT %(day)s::timestamp AT TIME ZONE 'Europe/Belgrade' AS since,
           (%(day)s::timestamp + interval '1 day') AT TIME ZONE 'Europe/Belgrade' AS until
), grown AS (
    SELECT s.municipality_id, s.channel_id, s.traits_id,
           {", ".join(f"now_.{k} - coalesce(before_.{k}, 0) AS {k}" for k in ADDED)}
    FROM analytics_subject s CROSS JOIN bounds b
    CROSS JOIN LATERAL (
        SELECT * FROM analytics_pull p
        WHERE p.subject_id = s.id AND p.at >= b.since AND p.at < b.until AND p.outcome = 'read'
        ORDER BY p.at DESC LIMIT 1
    ) now_
    LEFT JOIN LATERAL (
        SELECT * FROM analytics_pull p
        WHERE p.subject_id = s.id AND p.at < b.since AND p.outcome = 'read' AND p.at >= b.since - interval '100 days'
        ORDER BY p.at DESC LIMIT 1
    ) before_ ON true
    WHERE s.channel_id = %(channel)s AND s.kind <> 'channel' AND s.published_on <= %(day)s
      AND s.published_on > %(day)s::date - 100
)
INSERT INTO analytics_dailyfact
    (municipality_id, channel_id, day, traits_id, basis, posts, {_COLUMNS}, interactions)
SELECT municipality_id, channel_id, %(day)s, traits_id, 'activity', 0, {_SUMS}, sum({_ALL})
FROM grown GROUP BY municipality_id, channel_id, traits_id
"""  # noqa: S608 -- column names from the catalogue


def renew(subjects: Iterable[Subject], day: date) -> None:
    """Renew the facts that readings of `subjects`, taken on `day`, touch."""
    rows = list(subjects)
    posts = [s for s in rows if s.kind != SubjectKind.CHANNEL]
    for channel_id, published_on in {(s.channel_id, s.published_on) for s in posts}:
        assert published_on is not None  # a constraint says so
        publication_day(channel_id, published_on)
    for channel_id in {s.channel_id for s in posts}:
        activity_day(channel_id, day)
    for subject in rows:
        if subject.kind == SubjectKind.CHANNEL:
            channel_day(subject, day)


@transaction.atomic
def publication_day(channel_id: int, day: date) -> None:
    """Facts of the posts published on `day`: their latest numbers."""
    _forget(channel_id, day, "publication")
    with connection.cursor() as cursor:
        cursor.execute(PUBLICATION_DAY, [channel_id, day])


@transaction.atomic
def activity_day(channel_id: int, day: date) -> None:
    """Facts of what happened on `day` below posts of any age."""
    _forget(channel_id, day, "activity")
    with connection.cursor() as cursor:
        cursor.execute(ACTIVITY_DAY, {"channel": channel_id, "day": day})


def _forget(channel_id: int, day: date, basis: str) -> None:
    # the lock makes two workers renew one channel's day one after the other
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"fact {channel_id} {day} {basis}"])
    DailyFact.objects.filter(channel_id=channel_id, day=day, basis=basis).delete()


def channel_day(subject: Subject, day: date) -> None:
    """Followers at the end of `day`; a look that brought nothing leaves an earlier number and names the gap else."""
    read = subject.last_outcome in TOLD
    row = ChannelDay(
        municipality_id=subject.municipality_id,
        channel_id=subject.channel_id,
        day=day,
        followers=subject.followers if read else None,
        gap="" if read else subject.last_outcome,
    )
    if read:
        ChannelDay.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["channel", "day"], update_fields=["followers", "gap"]
        )
    else:
        ChannelDay.objects.bulk_create([row], ignore_conflicts=True)


def rebuild(channel_id: int, first: date, last: date) -> None:
    """Make the facts of a channel from `first` to `last` again from its pulls."""
    require()
    for offset in range((last - first).days + 1):
        publication_day(channel_id, first + timedelta(days=offset))
        activity_day(channel_id, first + timedelta(days=offset))
