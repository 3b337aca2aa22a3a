"""Figures of many municipalities at once, each in one query: by month from monthly facts, by any days from daily facts.
The caller opens the scope of exactly the municipalities that it passes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection

from analytics.comparison.measures import Figures
from analytics.months import Months
from municipalities.tenancy import require

# Posts of a kind, in the order of the columns below.
KINDS = ("calls", "services", "informing", "ceremonies", "interactive", "boosted", "bought")
# Followers older than this are no longer "now".
STALE = timedelta(days=14)

MONTHS = """
SELECT f.*, d.counted, d.median FROM (
    SELECT m.municipality_id, m.month, sum(m.posts) AS posts, sum(m.interactions) AS interactions,
           sum(m.calls) AS calls, sum(m.services) AS services, sum(m.informing) AS informing,
           sum(m.ceremonies) AS ceremonies, sum(m.interactive) AS interactive, sum(m.boosted) AS boosted,
           sum(m.bought) AS bought,
           sum(m.followers) FILTER (WHERE c.state <> 'disconnected') AS followers,
           count(m.followers) FILTER (WHERE c.state <> 'disconnected') AS channels
    FROM analytics_monthlyfact m JOIN channels_channel c ON c.id = m.channel_id
    WHERE m.municipality_id = ANY(%(ids)s) AND m.basis = 'publication' AND m.month BETWEEN %(first)s AND %(last)s
      AND (%(practice)s OR NOT c.is_practice)
    GROUP BY m.municipality_id, m.month
) f LEFT JOIN analytics_monthlymedian d ON d.municipality_id = f.municipality_id AND d.month = f.month
"""

# `since` and `until` are around all windows: without them an index would be read from end to end. MATERIALIZED keeps
# PostgreSQL from starting processes beside its own for a page: that takes longer than what they would do.
_WINDOWS = """
WITH w AS MATERIALIZED (
    SELECT * FROM unnest(%(n)s::int[], %(ids)s::bigint[], %(first)s::date[], %(last)s::date[])
        AS w(n, municipality_id, first, last)
)
"""

# Summed by window and traits first: each of the ten sums below would otherwise look at the traits of every fact.
DAYS = """
{windows}
, sums AS MATERIALIZED (
    SELECT w.n, f.traits_id, sum(f.posts) AS posts, sum(f.interactions) AS interactions, min(f.day) AS day
    FROM w
    JOIN analytics_dailyfact f
      ON f.municipality_id = w.municipality_id AND f.basis = 'publication' AND f.day BETWEEN w.first AND w.last
    WHERE f.day BETWEEN %(since)s AND %(until)s AND f.municipality_id = ANY(%(places)s)
      AND (%(practice)s OR f.channel_id NOT IN (SELECT id FROM channels_channel WHERE is_practice))
    GROUP BY w.n, f.traits_id
)
SELECT f.n, sum(f.posts)::bigint, sum(f.interactions)::bigint,
       sum(f.posts) FILTER (WHERE t.call_kind <> '')::bigint, sum(f.posts) FILTER (WHERE t.service <> '')::bigint,
       sum(f.posts) FILTER (WHERE t.category = 'service')::bigint,
       sum(f.posts) FILTER (WHERE t.category = 'ceremony')::bigint,
       sum(f.posts) FILTER (WHERE t.interactive <> '')::bigint, sum(f.posts) FILTER (WHERE t.boosted)::bigint,
       sum(f.interactions) FILTER (WHERE t.boosted)::bigint, min(f.day)
FROM sums f JOIN analytics_traits t ON t.id = f.traits_id
GROUP BY f.n
""".replace("{windows}", _WINDOWS)

# Of each channel the last that was read up to the end of the window; NULL when that is too long ago.
FOLLOWERS = """
{windows}
SELECT w.n, sum(d.followers), count(*)
FROM w
JOIN channels_channel c ON c.municipality_id = w.municipality_id AND c.state <> 'disconnected'
  AND (%(practice)s OR NOT c.is_practice)
CROSS JOIN LATERAL (
    SELECT d.followers FROM analytics_channelday d
    WHERE d.channel_id = c.id AND d.day <= w.last AND d.day > w.last - %(stale)s::int AND d.followers IS NOT NULL
    ORDER BY d.day DESC LIMIT 1
) d
GROUP BY w.n
""".replace("{windows}", _WINDOWS)

# Boosted posts are left out: what people paid for says nothing of what followers care for. MATERIALIZED here: followers
# are looked up once for each channel, not for each of its posts.
MEDIANS = """
{windows}
, read AS MATERIALIZED (
    SELECT w.n, w.municipality_id, w.first, w.last, c.id AS channel_id, d.followers
    FROM w
    JOIN channels_channel c ON c.municipality_id = w.municipality_id AND (%(practice)s OR NOT c.is_practice)
    CROSS JOIN LATERAL (
        SELECT d.followers FROM analytics_channelday d
        WHERE d.channel_id = c.id AND d.day <= w.last AND d.day > w.last - %(stale)s::int AND d.followers > 0
        ORDER BY d.day DESC LIMIT 1
    ) d
)
SELECT r.n, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.interactions * 1000.0::float8 / r.followers), count(*)
FROM read r
JOIN analytics_subject s ON s.channel_id = r.channel_id AND s.published_on BETWEEN r.first AND r.last
WHERE s.kind <> 'channel' AND s.interactions IS NOT NULL
  AND s.traits_id IS NOT NULL AND s.traits_id NOT IN (SELECT id FROM analytics_traits WHERE boosted)
  AND s.published_on BETWEEN %(since)s AND %(until)s AND s.municipality_id = ANY(%(places)s)
GROUP BY r.n
""".replace("{windows}", _WINDOWS)

# One row per municipality, because reading a row for each of their days would take most of the time of a page.
ACTIVITY = """
SELECT municipality_id, array_agg(n), array_agg(total) FROM (
    SELECT municipality_id, (%(last)s - day) / %(step)s AS n, sum(interactions) AS total
    FROM analytics_dailyfact
    WHERE municipality_id = ANY(%(ids)s) AND basis = 'activity' AND day BETWEEN %(first)s AND %(last)s
      AND interactions IS NOT NULL
      AND (%(practice)s OR channel_id NOT IN (SELECT id FROM channels_channel WHERE is_practice))
    GROUP BY municipality_id, n
) stretches GROUP BY municipality_id
"""


@dataclass(frozen=True)
class Window:
    """Days of one municipality; both ends belong to it."""

    municipality_id: int
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def by_days(
    windows: Sequence[Window], *, followers: bool = True, medians: bool | Collection[int] = True
) -> list[Figures]:
    """Figures of each window, in their order. One query, and one more for each of the two that cost.

    `medians`: of all windows, of none, or of those at these places.
    """
    figures = [Figures(window.days) for window in windows]
    if not windows:
        return figures
    params = {
        "n": list(range(len(windows))),
        "ids": [window.municipality_id for window in windows],
        "first": [window.first for window in windows],
        "last": [window.last for window in windows],
        "places": sorted({window.municipality_id for window in windows}),
        "since": min(window.first for window in windows),
        "until": max(window.last for window in windows),
        "practice": settings.DEMO,
        "stale": STALE.days,
    }
    for n, posts, interactions, *kinds, since in _run(DAYS, params):
        counted = {name: count or 0 for name, count in zip(KINDS, kinds, strict=True)}
        figures[n] = Figures(figures[n].days, posts, interactions, since=since, **counted)
    if followers:
        for n, total, channels in _run(FOLLOWERS, params):
            figures[n].followers, figures[n].channels = total, channels
    if medians:
        for n, value, counted in _run(MEDIANS, params if medians is True else _only(params, medians)):
            figures[n].median, figures[n].counted = value, counted
    return figures


def activity(ids: Collection[int], first: date, last: date, step: int) -> dict[int, list[float | None]]:
    """Interactions of each municipality by stretch of `step` days on which they happened, the last one ending with
    `last`; None where nothing grew. One query."""
    count = -(-((last - first).days + 1) // step)
    by_municipality: dict[int, list[float | None]] = {pk: [None] * count for pk in ids}
    params = {"ids": list(ids), "first": first, "last": last, "step": step, "practice": settings.DEMO}
    for pk, stretches, totals in _run(ACTIVITY, params):
        for n, total in zip(stretches, totals, strict=True):
            by_municipality[pk][count - 1 - n] = total
    return by_municipality


def _only(params: dict[str, Any], places: Collection[int]) -> dict[str, Any]:
    """The parameters of some windows."""
    chosen = sorted(places)
    selected = {name: [params[name][at] for at in chosen] for name in ("n", "ids", "first", "last")}
    edges = {"since": min(selected["first"]), "until": max(selected["last"])} if chosen else {}
    return {**params, **selected, **edges, "places": sorted(set(selected["ids"]))}


def by_month(ids: Iterable[int], period: Months) -> dict[int, dict[date, Figures]]:
    """Figures of each municipality and month that has facts. One query."""
    params = {
        "ids": list(ids),
        "first": period.first,
        "last": period.last,
        "practice": settings.DEMO,
    }
    lengths = {month: _length(month) for month in period.months}
    by_municipality: dict[int, dict[date, Figures]] = defaultdict(dict)
    for row in _run(MONTHS, params):
        pk, month, posts, interactions, *kinds, followers, channels, counted, middle = row
        kind_counts = dict(zip(KINDS, kinds, strict=True))
        by_municipality[pk][month] = Figures(
            lengths[month], posts, interactions, **kind_counts, followers=followers, channels=channels, median=middle,
            counted=counted or 0,
        )  # fmt: skip
    return by_municipality


def together(months: dict[date, Figures], period: Months) -> Figures:
    """A stretch of months as one: sums, the followers of its last month, the median of its months' medians."""
    total = Figures(period.days)
    medians = []
    for month in period.months:
        one = months.get(month)
        if one is None:
            continue
        total.posts += one.posts
        if one.posts and total.since is None:
            total.since = month
        for name in KINDS:
            setattr(total, name, getattr(total, name) + getattr(one, name))
        if one.interactions is not None:
            total.interactions = (total.interactions or 0) + one.interactions
        if one.median is not None:
            medians.append(one.median)
            total.counted += one.counted
    if medians:
        total.median = median(medians)
    if (end := months.get(period.months[-1])) is not None:
        total.followers, total.channels = end.followers, end.channels
    return total


def _length(month: date) -> int:
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month).days


def _run(sql: str, params: Any) -> Iterable[tuple[Any, ...]]:
    require()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
