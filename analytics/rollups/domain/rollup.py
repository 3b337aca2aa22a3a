"""From looks to facts. Looks only mark days (`stale_days`); `fold` makes all of them anew, many in one statement.

Every fact is made from what is stored, never by adding to an older fact: a fold that runs twice, or a rebuild of
everything (`rebuild`), gives the same rows. One transaction makes facts at a time, so that a month is always the sum of
days that are there. What is made:

- followers of a channel at the end of a day (`ChannelDay`), from the looks at the channel;
- basis *publication*: the latest numbers of the posts published on a day, as their subjects hold them;
- basis *activity*: by how much the numbers of all posts grew on a day of Belgrade: each number as it was last told that
  day, minus as it was last told before. What the network did not tell that day did not grow. Where looks lie days
  apart, all that happened in between counts to the day of the later look. Days without growth have no row;
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

# So many days in one transaction: those who mark the same days wait for no longer than it takes.
BATCH = 3000
# A month of all municipalities is sorted and hashed in memory.
WORK_MEMORY = "48MB"
# Looks at a post lie a week apart at most, unless it was left alone for a while.
LATELY = timedelta(days=60)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('facts'))"
# Channels can be made side by side, each always in the same lane, while nobody has the whole lock.
LANES = 2
LOCK_LANE = (
    "SELECT pg_advisory_xact_lock_shared(hashtext('facts'))",
    "SELECT pg_advisory_xact_lock(hashtext('facts of a lane'), %s)",
)
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('facts'))"
# Taken away first and made afterwards: what is written from here on marks its days again. A day that somebody is just
# marking is left to the next fold.
CLAIM = """
DELETE FROM analytics_staleday WHERE id IN (
    SELECT id FROM analytics_staleday ORDER BY since LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING channel_id, day, basis
"""

_NUMBERS = (*ADDED, "interactions")
_COLUMNS = ", ".join(_NUMBERS)
_ADDED_UP = " + ".join(f"coalesce({key}, 0)" for key in INTERACTIONS)
# NULL where the network told none of them; num_nonnulls and the sum skip what was not told.
_ALL = f"(CASE WHEN num_nonnulls({', '.join(INTERACTIONS)}) = 0 THEN NULL ELSE {_ADDED_UP} END)"
# Said besides `days`, so that an index is read at these channels and days alone and not from end to end.
_OURS = "f.channel_id = ANY(%(among)s::bigint[]) AND {0} >= %(first)s AND {0} < {1}"
_DAYS = "days (channel_id, day) AS (SELECT * FROM unnest(%(channels)s::bigint[], %(days)s::date[]))"


def _stored(basis: Basis) -> str:
    """Facts of `days` become what stands in `made`: what is the same stays untouched, what is no more goes."""
    return f"""
gone AS (
    DELETE FROM analytics_dailyfact f
    WHERE {_OURS.format("f.day", "%(last)s::date + 1")} AND f.basis = '{basis}'
      AND (f.channel_id, f.day) IN (SELECT channel_id, day FROM days)
      AND NOT EXISTS (
          SELECT FROM made m WHERE m.channel_id = f.channel_id AND m.day = f.day AND m.traits_id = f.traits_id
      )
)
INSERT INTO analytics_dailyfact AS f (municipality_id, channel_id, day, traits_id, basis, posts, {_COLUMNS})
SELECT municipality_id, channel_id, day, traits_id, '{basis}', posts, {_COLUMNS} FROM made
ON CONFLICT (channel_id, day, basis, traits_id) DO UPDATE SET
    posts = excluded.posts, {", ".join(f"{key} = excluded.{key}" for key in _NUMBERS)}
WHERE (f.posts, {", ".join(f"f.{key}" for key in _NUMBERS)})
    IS DISTINCT FROM (excluded.posts, {", ".join(f"excluded.{key}" for key in _NUMBERS)})
"""  # noqa: S608 -- column names from the catalogue


PUBLICATION = f"""
WITH {_DAYS}, made AS (
    SELECT s.municipality_id, s.channel_id, s.published_on AS day, s.traits_id, count(*) AS posts,
           {", ".join(f"sum({key}) AS {key}" for key in _NUMBERS)}
    FROM days d JOIN analytics_subject s ON s.channel_id = d.channel_id AND s.published_on = d.day
    WHERE s.kind <> 'channel'
    GROUP BY s.municipality_id, s.channel_id, s.published_on, s.traits_id
), {_stored(Basis.PUBLICATION)}
"""  # noqa: S608 -- column names from the catalogue

# A number that was told at the nth look of a post goes through max() as n * 2^32 + number: the greatest is the one told
# last, looks that did not tell it fall out, and one pass over the looks does for all metrics.
_LAST_TOLD = ", ".join(f"max(place << 32 | {key}) AS {key}" for key in ADDED)
_NUMBER = 0xFFFFFFFF
# Looks from before the post's own day are not of this post, whoever wrote them.
_OF_THE_POST = "p.outcome = 'read' AND p.at >= s.published_on::timestamp AT TIME ZONE 'Europe/Belgrade'"
_TOLD_BEFORE = "SELECT p.{key} FROM analytics_pull p WHERE p.subject_id = s.id AND p.at < %(since)s AND {of} "
_TOLD_BEFORE += "AND p.{key} IS NOT NULL ORDER BY p.at DESC LIMIT 1"


# What an imported post had at its first look came on days that nobody knows.
_FIRST = f"CASE WHEN s.kind = 'imported' THEN g.{{key}} & {_NUMBER} ELSE 0 END"


def _before(key: str) -> str:
    """The number as it was last told before `since`; the look right before tells it nearly always."""
    found = _TOLD_BEFORE.format(key=key, of=_OF_THE_POST)
    is_told = f"coalesce(l.subject_id, o.subject_id) IS NOT NULL AND t.{key} IS NOT NULL"
    return f"coalesce(l.{key}, o.{key}, CASE WHEN {is_told} THEN ({found}) END)::bigint AS {key}"


# `since` and `until` are the first and the last midnight around the days, so that only their partitions are read. Days
# in between that nobody asked for are read as well, because they say what was told before the later ones. The look
# before `since` is sought in the months before it (`lately`), and only where there is none, in all the others. What was
# told then stands among the days as the first of its post: of no place, so that whatever is told later counts instead.
ACTIVITY = f"""
WITH {_DAYS}, posts AS NOT MATERIALIZED (
    SELECT id, kind, municipality_id, channel_id, traits_id, published_on FROM analytics_subject
    WHERE kind <> 'channel' AND channel_id = ANY(%(among)s::bigint[]) AND published_on <= %(last)s
), looks AS (
    SELECT p.subject_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day, {", ".join(f"p.{key}" for key in ADDED)},
           row_number() OVER (PARTITION BY p.subject_id ORDER BY p.at) AS place
    FROM analytics_pull p JOIN posts s ON s.id = p.subject_id
    WHERE p.at >= %(since)s AND p.at < %(until)s AND {_OF_THE_POST}
), told AS MATERIALIZED (
    SELECT subject_id, day, {_LAST_TOLD} FROM looks GROUP BY subject_id, day
), before AS (
    SELECT s.id AS subject_id, '-infinity'::date AS day, {", ".join(_before(key) for key in ADDED)}
    FROM (
        SELECT subject_id, {", ".join(f"max({key}) AS {key}" for key in ADDED)} FROM told GROUP BY subject_id
    ) t JOIN posts s ON s.id = t.subject_id AND s.published_on < %(first)s
    LEFT JOIN LATERAL (
        SELECT p.* FROM analytics_pull p
        WHERE p.subject_id = s.id AND p.at >= %(lately)s AND p.at < %(since)s AND {_OF_THE_POST}
        ORDER BY p.at DESC LIMIT 1
    ) l ON true
    LEFT JOIN LATERAL (
        SELECT p.* FROM analytics_pull p
        WHERE l.subject_id IS NULL AND p.subject_id = s.id AND p.at < %(lately)s AND {_OF_THE_POST}
        ORDER BY p.at DESC LIMIT 1
    ) o ON true
), growing AS (
    SELECT subject_id, day, {", ".join(f"{key}, max({key}) OVER earlier AS {key}_earlier" for key in ADDED)}
    FROM (SELECT * FROM told UNION ALL SELECT * FROM before) known
    WINDOW earlier AS (PARTITION BY subject_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), grown AS (
    SELECT g.subject_id, g.day, {
    ", ".join(
        f"(g.{key} & {_NUMBER}) - coalesce(g.{key}_earlier & {_NUMBER}, {_FIRST.format(key=key)}) AS {key}"
        for key in ADDED
    )
}
    FROM growing g JOIN posts s ON s.id = g.subject_id WHERE g.day > '-infinity'
), made AS (
    SELECT s.municipality_id, s.channel_id, g.day, s.traits_id, 0 AS posts,
           {", ".join(f"sum({key}) AS {key}" for key in ADDED)}, sum({_ALL}) AS interactions
    FROM grown g JOIN posts s ON s.id = g.subject_id JOIN days d ON d.channel_id = s.channel_id AND d.day = g.day
    GROUP BY s.municipality_id, s.channel_id, g.day, s.traits_id
    HAVING {" OR ".join(f"sum({key}) <> 0" for key in ADDED)}
), {_stored(Basis.ACTIVITY)}
"""  # noqa: S608 -- column names from the catalogue

# Followers as they were last told that day; "unchanged" means as before. Where no look brought any, the reason of the
# last one, and a number that is there (a file's, or an earlier look's) stays.
FOLLOWERS = f"""
WITH {_DAYS}, looks AS (
    SELECT s.id, s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day,
           (array_agg(p.outcome ORDER BY p.at DESC))[1] AS outcome,
           bool_or(p.outcome IN ('read', 'unchanged')) AS answered, bool_or(p.outcome = 'unchanged') AS unchanged,
           (array_agg(p.followers ORDER BY p.at DESC) FILTER (WHERE p.followers IS NOT NULL))[1] AS followers
    FROM analytics_subject s JOIN analytics_pull p ON p.subject_id = s.id
    WHERE s.kind = 'channel' AND s.channel_id = ANY(%(among)s::bigint[])
      AND p.at >= %(since)s AND p.at < %(until)s
    GROUP BY s.id, s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date
)
INSERT INTO analytics_channelday AS c (municipality_id, channel_id, day, followers, gap, imported)
SELECT municipality_id, channel_id, day, coalesce(followers, CASE WHEN unchanged THEN (
           SELECT p.followers FROM analytics_pull p
           WHERE p.subject_id = looks.id AND p.at < looks.day::timestamp AT TIME ZONE 'Europe/Belgrade'
             AND p.followers IS NOT NULL
           ORDER BY p.at DESC LIMIT 1
       ) END), CASE WHEN answered THEN '' ELSE outcome END, false
FROM looks JOIN days USING (channel_id, day)
ON CONFLICT (channel_id, day) DO UPDATE SET followers = excluded.followers, gap = excluded.gap, imported = false
WHERE (excluded.followers IS NOT NULL OR c.followers IS NULL)
  AND (c.followers, c.gap, c.imported) IS DISTINCT FROM (excluded.followers, excluded.gap, false)
"""  # noqa: S608 -- our own words from above

# What posts of a month were: what is summed, of those with these traits.
_KINDS = {
    "calls": ("posts", "t.call_kind <> ''"),
    "services": ("posts", "t.service <> ''"),
    "informing": ("posts", "t.category = 'service'"),
    "ceremonies": ("posts", "t.category = 'ceremony'"),
    "interactive": ("posts", "t.interactive <> ''"),
    "boosted": ("posts", "t.boosted"),
    "bought": ("interactions", "t.boosted"),
}
_OF_A_KIND = ", ".join(
    f"coalesce(sum(f.{what}) FILTER (WHERE {said}), 0) AS {key}" for key, (what, said) in _KINDS.items()
)
_MONTHLY = ("posts", *_NUMBERS, *_KINDS, "followers")
MONTHS = f"""
WITH wanted (channel_id, month) AS (SELECT * FROM unnest(%(channels)s::bigint[], %(days)s::date[])), sums AS (
    SELECT f.municipality_id, f.channel_id, w.month, f.basis, sum(f.posts) AS posts,
           {", ".join(f"sum(f.{key}) AS {key}" for key in _NUMBERS)},
           {_OF_A_KIND}
    FROM wanted w JOIN analytics_dailyfact f
        ON f.channel_id = w.channel_id AND f.day >= w.month AND f.day < w.month + interval '1 month'
    JOIN analytics_traits t ON t.id = f.traits_id
    WHERE {_OURS.format("f.day", "%(last)s::date + interval '1 month'")}
    GROUP BY f.municipality_id, f.channel_id, w.month, f.basis
), followed AS (
    SELECT DISTINCT ON (w.channel_id, w.month) c.municipality_id, w.channel_id, w.month, 'publication' AS basis,
           c.followers
    FROM wanted w JOIN analytics_channelday c
        ON c.channel_id = w.channel_id AND c.day >= w.month AND c.day < w.month + interval '1 month'
    WHERE c.followers IS NOT NULL ORDER BY w.channel_id, w.month, c.day DESC
), made AS (
    SELECT coalesce(s.municipality_id, d.municipality_id) AS municipality_id, channel_id, month, basis,
           coalesce(s.posts, 0) AS posts, {", ".join(f"s.{key}" for key in _NUMBERS)},
           {", ".join(f"coalesce(s.{key}, 0) AS {key}" for key in _KINDS)}, d.followers
    FROM sums s FULL JOIN followed d USING (channel_id, month, basis)
), gone AS (
    DELETE FROM analytics_monthlyfact f
    WHERE {_OURS.format("f.month", "%(last)s::date + 1")}
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


def fold(*, wait: bool = True) -> int:
    """Make all stale days anew; returns how many. While another process makes facts, `wait` for it or leave it all."""
    folded = 0
    with everywhere("stale days of all municipalities are made anew"):
        while some := _fold_some(wait):
            folded += some
    return folded


@transaction.atomic
def _fold_some(wait: bool) -> int:
    if not lock(wait=wait):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        claimed = cursor.fetchall()
    make(
        published=[(channel, day) for channel, day, basis in claimed if basis == Basis.PUBLICATION],
        active=[(channel, day) for channel, day, basis in claimed if basis == Basis.ACTIVITY],
    )
    return len(claimed)


def lock(*, wait: bool = True) -> bool:
    """Nobody else makes facts until the transaction ends. False: somebody does, and we did not wait."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK if wait else TRY_LOCK)
        return wait or bool(cursor.fetchone()[0])


def lock_lane(lane: int) -> None:
    """As `lock`, for channels of one lane: those whose id leaves `lane` when it is divided by `LANES`."""
    with connection.cursor() as cursor:
        for statement, values in zip(LOCK_LANE, (None, [lane]), strict=True):
            cursor.execute(statement, values)


def make(*, published: Iterable[Day], active: Iterable[Day]) -> None:
    """Make the facts of these days and of their months, in a transaction that holds the `lock` or that of their lane.

    Activity of days whose readings are no longer kept stays as it is: nothing is left to make it of.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
    kept = partitions.first_whole_day()
    touched: set[Day] = set()
    for month, days in _by_month(published):
        _run(FOLLOWERS, days)
        _run(PUBLICATION, days)
        touched.update((channel, month) for channel, _day in days)
    for month, days in _by_month(day for day in active if kept is None or day[1] >= kept):
        _run(ACTIVITY, days)
        touched.update((channel, month) for channel, _day in days)
    _run(MONTHS, sorted(touched))


def _by_month(days: Iterable[Day]) -> Iterable[tuple[date, list[Day]]]:
    found: dict[date, list[Day]] = defaultdict(list)
    for channel, day in days:
        found[day.replace(day=1)].append((channel, day))
    return found.items()


def _run(statement: str, days: list[Day]) -> None:
    if days:
        channels, dates = zip(*days, strict=True)
        first, last = min(dates), max(dates)
        since = _midnight(first)
        # As texts: quoting a month of all channels value by value takes longer than to find out what happened in it.
        rows = {"channels": _array(channels), "days": _array(dates), "among": _array(sorted(set(channels)))}
        times = {"since": since, "until": _midnight(last + timedelta(days=1)), "lately": since - LATELY}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**rows, "first": first, "last": last, **times})


def _array(values: Iterable[int | date]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BELGRADE)
