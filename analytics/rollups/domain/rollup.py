"""Rolls metric snapshots up into facts. New snapshots only mark days (`dirty_days`); `rebuild_dirty_days` rebuilds
them.

Every fact is computed from stored data, never by adding to an older fact, so rebuilding twice, or rebuilding everything
(`rebuild`), gives the same rows. One transaction at a time builds facts, so a month is always the sum of existing days.
What is built:

- followers of a channel at the end of a day (`ChannelDay`), from the snapshots of the channel;
- basis *publication*: the latest metric values of the posts published on a day, as their subjects hold them;
- basis *activity*: by how much the metrics of all posts grew on a day in Belgrade: the last value of that day minus the
  last value before. A metric that was not returned that day did not grow. Where snapshots lie days apart, all growth
  between them counts to the day of the later one. Days without growth have no row;
- months, from the days.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from analytics import partitions
from analytics.enums import Basis
from analytics.metrics import ADDED, INTERACTIONS
from municipalities.holidays import BELGRADE
from municipalities.tenancy import everywhere

Day = tuple[int, date]
"""Channel and day."""

# Days rebuilt in one transaction: others that mark the same days wait no longer than it takes.
BATCH_SIZE = 3000
# A month of all municipalities is sorted and hashed in memory.
WORK_MEMORY = "48MB"
# Snapshots of a post are a week apart at most, unless it was not fetched for a while.
RECENT = timedelta(days=60)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('facts'))"
# Channels can be built in parallel, each always in the same lane, while nobody holds the whole lock.
LANES = 2
LOCK_LANE = (
    "SELECT pg_advisory_xact_lock_shared(hashtext('facts'))",
    "SELECT pg_advisory_xact_lock(hashtext('facts of a lane'), %s)",
)
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('facts'))"
# Days are deleted first and built afterwards: whatever is written from here on marks its days again. A day that another
# transaction is marking right now is left to the next rebuild.
CLAIM = """
DELETE FROM analytics_dirtyday WHERE id IN (
    SELECT id FROM analytics_dirtyday ORDER BY since LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING channel_id, day, basis
"""

_METRICS = (*ADDED, "interactions")
_COLUMNS = ", ".join(_METRICS)
_SUM = " + ".join(f"coalesce({key}, 0)" for key in INTERACTIONS)
# NULL where the network returned none of them; num_nonnulls and the sum skip missing values.
_INTERACTIONS = f"(CASE WHEN num_nonnulls({', '.join(INTERACTIONS)}) = 0 THEN NULL ELSE {_SUM} END)"
# In addition to `days`, so that the index is read for these channels and days only and not from end to end.
_IN_RANGE = "f.channel_id = ANY(%(among)s::bigint[]) AND {0} >= %(first)s AND {0} < {1}"
_DAYS = "days (channel_id, day) AS (SELECT * FROM unnest(%(channels)s::bigint[], %(days)s::date[]))"


def _stored(basis: Basis) -> str:
    """Replace the facts of `days` by the rows of `made`: equal rows are not touched, obsolete ones are deleted."""
    return f"""
obsolete AS (
    DELETE FROM analytics_dailyfact f
    WHERE {_IN_RANGE.format("f.day", "%(last)s::date + 1")} AND f.basis = '{basis}'
      AND (f.channel_id, f.day) IN (SELECT channel_id, day FROM days)
      AND NOT EXISTS (
          SELECT FROM made m WHERE m.channel_id = f.channel_id AND m.day = f.day AND m.traits_id = f.traits_id
      )
)
INSERT INTO analytics_dailyfact AS f (municipality_id, channel_id, day, traits_id, basis, posts, {_COLUMNS})
SELECT municipality_id, channel_id, day, traits_id, '{basis}', posts, {_COLUMNS} FROM made
ON CONFLICT (channel_id, day, basis, traits_id) DO UPDATE SET
    posts = excluded.posts, {", ".join(f"{key} = excluded.{key}" for key in _METRICS)}
WHERE (f.posts, {", ".join(f"f.{key}" for key in _METRICS)})
    IS DISTINCT FROM (excluded.posts, {", ".join(f"excluded.{key}" for key in _METRICS)})
"""  # noqa: S608 -- column names from the catalogue


PUBLICATION = f"""
WITH {_DAYS}, made AS (
    SELECT s.municipality_id, s.channel_id, s.published_on AS day, s.traits_id, count(*) AS posts,
           {", ".join(f"sum({key}) AS {key}" for key in _METRICS)}
    FROM days d JOIN analytics_subject s ON s.channel_id = d.channel_id AND s.published_on = d.day
    WHERE s.kind <> 'channel'
    GROUP BY s.municipality_id, s.channel_id, s.published_on, s.traits_id
), {_stored(Basis.PUBLICATION)}
"""  # noqa: S608 -- column names from the catalogue

# The value of the nth snapshot of a post goes through max() as n * 2^32 + value: the greatest is the last value,
# snapshots without one are skipped, and one pass over the snapshots is enough for all metrics.
_LAST_VALUES = ", ".join(f"max(position << 32 | {key}) AS {key}" for key in ADDED)
_VALUE_MASK = 0xFFFFFFFF
# Snapshots from before the day of publication cannot belong to this post.
_OF_THE_POST = "p.outcome = 'read' AND p.at >= s.published_on::timestamp AT TIME ZONE 'Europe/Belgrade'"
_VALUE_BEFORE = (
    "SELECT p.{key} FROM analytics_metricsnapshot p WHERE p.subject_id = s.id AND p.at < %(since)s AND {of} "
)
_VALUE_BEFORE += "AND p.{key} IS NOT NULL ORDER BY p.at DESC LIMIT 1"


# On which days the first values of an imported post came is unknown.
_FIRST = f"CASE WHEN s.kind = 'imported' THEN g.{{key}} & {_VALUE_MASK} ELSE 0 END"


def _before(key: str) -> str:
    """The last value before `since`; nearly always the snapshot right before has it."""
    earlier = _VALUE_BEFORE.format(key=key, of=_OF_THE_POST)
    is_needed = f"coalesce(l.subject_id, o.subject_id) IS NOT NULL AND t.{key} IS NOT NULL"
    return f"coalesce(l.{key}, o.{key}, CASE WHEN {is_needed} THEN ({earlier}) END)::bigint AS {key}"


# `since` and `until` are the first and the last midnight around the days, so that only their partitions are read.
# Days in between that were not requested are read as well, because they hold the values before the later ones. The
# snapshot before `since` is searched in the months before it (`recent`), and only where there is none, in all others.
# Its values stand among the days as the first day of the post, with position 0, so that any later value replaces
# them.
ACTIVITY = f"""
WITH {_DAYS}, posts AS NOT MATERIALIZED (
    SELECT id, kind, municipality_id, channel_id, traits_id, published_on FROM analytics_subject
    WHERE kind <> 'channel' AND channel_id = ANY(%(among)s::bigint[]) AND published_on <= %(last)s
), snapshots AS (
    SELECT p.subject_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day, {", ".join(f"p.{key}" for key in ADDED)},
           row_number() OVER (PARTITION BY p.subject_id ORDER BY p.at) AS position
    FROM analytics_metricsnapshot p JOIN posts s ON s.id = p.subject_id
    WHERE p.at >= %(since)s AND p.at < %(until)s AND {_OF_THE_POST}
), days_with_values AS MATERIALIZED (
    SELECT subject_id, day, {_LAST_VALUES} FROM snapshots GROUP BY subject_id, day
), before AS (
    SELECT s.id AS subject_id, '-infinity'::date AS day, {", ".join(_before(key) for key in ADDED)}
    FROM (
        SELECT subject_id, {
    ", ".join(f"max({key}) AS {key}" for key in ADDED)
} FROM days_with_values GROUP BY subject_id
    ) t JOIN posts s ON s.id = t.subject_id AND s.published_on < %(first)s
    LEFT JOIN LATERAL (
        SELECT p.* FROM analytics_metricsnapshot p
        WHERE p.subject_id = s.id AND p.at >= %(recent)s AND p.at < %(since)s AND {_OF_THE_POST}
        ORDER BY p.at DESC LIMIT 1
    ) l ON true
    LEFT JOIN LATERAL (
        SELECT p.* FROM analytics_metricsnapshot p
        WHERE l.subject_id IS NULL AND p.subject_id = s.id AND p.at < %(recent)s AND {_OF_THE_POST}
        ORDER BY p.at DESC LIMIT 1
    ) o ON true
), growing AS (
    SELECT subject_id, day, {", ".join(f"{key}, max({key}) OVER earlier AS {key}_earlier" for key in ADDED)}
    FROM (SELECT * FROM days_with_values UNION ALL SELECT * FROM before) known
    WINDOW earlier AS (PARTITION BY subject_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), grown AS (
    SELECT g.subject_id, g.day, {
    ", ".join(
        f"(g.{key} & {_VALUE_MASK}) - coalesce(g.{key}_earlier & {_VALUE_MASK}, {_FIRST.format(key=key)}) AS {key}"
        for key in ADDED
    )
}
    FROM growing g JOIN posts s ON s.id = g.subject_id WHERE g.day > '-infinity'
), made AS (
    SELECT s.municipality_id, s.channel_id, g.day, s.traits_id, 0 AS posts,
           {", ".join(f"sum({key}) AS {key}" for key in ADDED)}, sum({_INTERACTIONS}) AS interactions
    FROM grown g JOIN posts s ON s.id = g.subject_id JOIN days d ON d.channel_id = s.channel_id AND d.day = g.day
    GROUP BY s.municipality_id, s.channel_id, g.day, s.traits_id
    HAVING {" OR ".join(f"sum({key}) <> 0" for key in ADDED)}
), {_stored(Basis.ACTIVITY)}
"""  # noqa: S608 -- column names from the catalogue

# The last followers of that day; "unchanged" means as before. Where no snapshot has any, the day gets the outcome of
# the last one as its reason, and a value that is stored already (from a file or an earlier snapshot) stays.
FOLLOWERS = f"""
WITH {_DAYS}, snapshots AS (
    SELECT s.id, s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day,
           (array_agg(p.outcome ORDER BY p.at DESC))[1] AS outcome,
           bool_or(p.outcome IN ('read', 'unchanged')) AS answered, bool_or(p.outcome = 'unchanged') AS unchanged,
           (array_agg(p.followers ORDER BY p.at DESC) FILTER (WHERE p.followers IS NOT NULL))[1] AS followers
    FROM analytics_subject s JOIN analytics_metricsnapshot p ON p.subject_id = s.id
    WHERE s.kind = 'channel' AND s.channel_id = ANY(%(among)s::bigint[])
      AND p.at >= %(since)s AND p.at < %(until)s
    GROUP BY s.id, s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date
)
INSERT INTO analytics_channelday AS c (municipality_id, channel_id, day, followers, gap, imported)
SELECT municipality_id, channel_id, day, coalesce(followers, CASE WHEN unchanged THEN (
           SELECT p.followers FROM analytics_metricsnapshot p
           WHERE p.subject_id = snapshots.id AND p.at < snapshots.day::timestamp AT TIME ZONE 'Europe/Belgrade'
             AND p.followers IS NOT NULL
           ORDER BY p.at DESC LIMIT 1
       ) END), CASE WHEN answered THEN '' ELSE outcome END, false
FROM snapshots JOIN days USING (channel_id, day)
ON CONFLICT (channel_id, day) DO UPDATE SET followers = excluded.followers, gap = excluded.gap, imported = false
WHERE (excluded.followers IS NOT NULL OR c.followers IS NULL)
  AND (c.followers, c.gap, c.imported) IS DISTINCT FROM (excluded.followers, excluded.gap, false)
"""  # noqa: S608 -- our own words from above

# Kinds of the posts of a month: the summed column, and the condition on their traits.
_KINDS = {
    "calls": ("posts", "t.call_kind <> ''"),
    "services": ("posts", "t.service <> ''"),
    "informing": ("posts", "t.category = 'service'"),
    "ceremonies": ("posts", "t.category = 'ceremony'"),
    "interactive": ("posts", "t.interactive <> ''"),
    "boosted": ("posts", "t.boosted"),
    "bought": ("interactions", "t.boosted"),
}
_KIND_SUMS = ", ".join(
    f"coalesce(sum(f.{column}) FILTER (WHERE {condition}), 0) AS {key}" for key, (column, condition) in _KINDS.items()
)
_MONTHLY = ("posts", *_METRICS, *_KINDS, "followers")
MONTHS = f"""
WITH wanted (channel_id, month) AS (SELECT * FROM unnest(%(channels)s::bigint[], %(days)s::date[])), sums AS (
    SELECT f.municipality_id, f.channel_id, w.month, f.basis, sum(f.posts) AS posts,
           {", ".join(f"sum(f.{key}) AS {key}" for key in _METRICS)},
           {_KIND_SUMS}
    FROM wanted w JOIN analytics_dailyfact f
        ON f.channel_id = w.channel_id AND f.day >= w.month AND f.day < w.month + interval '1 month'
    JOIN analytics_traits t ON t.id = f.traits_id
    WHERE {_IN_RANGE.format("f.day", "%(last)s::date + interval '1 month'")}
    GROUP BY f.municipality_id, f.channel_id, w.month, f.basis
), followed AS (
    SELECT DISTINCT ON (w.channel_id, w.month) c.municipality_id, w.channel_id, w.month, 'publication' AS basis,
           c.followers
    FROM wanted w JOIN analytics_channelday c
        ON c.channel_id = w.channel_id AND c.day >= w.month AND c.day < w.month + interval '1 month'
    WHERE c.followers IS NOT NULL ORDER BY w.channel_id, w.month, c.day DESC
), made AS (
    SELECT coalesce(s.municipality_id, d.municipality_id) AS municipality_id, channel_id, month, basis,
           coalesce(s.posts, 0) AS posts, {", ".join(f"s.{key}" for key in _METRICS)},
           {", ".join(f"coalesce(s.{key}, 0) AS {key}" for key in _KINDS)}, d.followers
    FROM sums s FULL JOIN followed d USING (channel_id, month, basis)
), obsolete AS (
    DELETE FROM analytics_monthlyfact f
    WHERE {_IN_RANGE.format("f.month", "%(last)s::date + 1")}
      AND (f.channel_id, f.month) IN (SELECT channel_id, month FROM wanted)
      AND NOT EXISTS (
          SELECT FROM made m WHERE m.channel_id = f.channel_id AND m.month = f.month AND m.basis = f.basis
      )
)
INSERT INTO analytics_monthlyfact AS f (municipality_id, channel_id, month, basis, {", ".join(_MONTHLY)})
SELECT municipality_id, channel_id, month, basis, {", ".join(_MONTHLY)} FROM made
ON CONFLICT (channel_id, month, basis) DO UPDATE SET {", ".join(f"{key} = excluded.{key}" for key in _MONTHLY)}
WHERE ({", ".join(f"f.{key}" for key in _MONTHLY)})
    IS DISTINCT FROM ({", ".join(f"excluded.{key}" for key in _MONTHLY)})
"""  # noqa: S608 -- column names from the catalogue


def rebuild_dirty_days(*, wait: bool = True) -> int:
    """Rebuild all dirty days; returns how many. While another process builds facts, `wait` for it or return at once."""
    rebuilt = 0
    with everywhere("dirty days of all municipalities are rebuilt"):
        while count := _rebuild_batch(wait):
            rebuilt += count
    return rebuilt


@transaction.atomic
def _rebuild_batch(wait: bool) -> int:
    if not lock(wait=wait):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH_SIZE])
        claimed = cursor.fetchall()
    make(
        published=[(channel, day) for channel, day, basis in claimed if basis == Basis.PUBLICATION],
        active=[(channel, day) for channel, day, basis in claimed if basis == Basis.ACTIVITY],
    )
    return len(claimed)


def lock(*, wait: bool = True) -> bool:
    """Keep others from building facts until the transaction ends. Returns False when somebody does and `wait` is
    off."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK if wait else TRY_LOCK)
        return wait or bool(cursor.fetchone()[0])


def lock_lane(lane: int) -> None:
    """Like `lock`, for channels of one lane: those whose id modulo `LANES` is `lane`."""
    with connection.cursor() as cursor:
        for statement, values in zip(LOCK_LANE, (None, [lane]), strict=True):
            cursor.execute(statement, values)


def make(*, published: Iterable[Day], active: Iterable[Day]) -> None:
    """Build the facts of these days and of their months, in a transaction that holds the `lock` or that of their lane.

    Activity of days whose snapshots have been dropped stays as it is, because there is nothing to compute it from.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
    first_day = partitions.first_whole_day()
    touched: set[Day] = set()
    for month, days in _by_month(published):
        _run(FOLLOWERS, days)
        _run(PUBLICATION, days)
        touched.update((channel, month) for channel, _day in days)
    for month, days in _by_month(day for day in active if first_day is None or day[1] >= first_day):
        _run(ACTIVITY, days)
        touched.update((channel, month) for channel, _day in days)
    _run(MONTHS, sorted(touched))


def _by_month(days: Iterable[Day]) -> Iterable[tuple[date, list[Day]]]:
    by_month: dict[date, list[Day]] = defaultdict(list)
    for channel, day in days:
        by_month[day.replace(day=1)].append((channel, day))
    return by_month.items()


def _run(statement: str, days: list[Day]) -> None:
    if days:
        channels, dates = zip(*days, strict=True)
        first, last = min(dates), max(dates)
        since = _midnight(first)
        # As text: quoting a month of all channels value by value takes longer than the query itself.
        rows = {"channels": _array(channels), "days": _array(dates), "among": _array(sorted(set(channels)))}
        times = {"since": since, "until": _midnight(last + timedelta(days=1)), "recent": since - RECENT}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**rows, "first": first, "last": last, **times})


def _array(values: Iterable[int | date]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BELGRADE)
