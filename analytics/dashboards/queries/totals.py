"""Sums of daily facts: of a period and those it is compared with, by stretch, and by traits of posts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics import months
from analytics.dashboards.queries.counted_channels import COUNTED, asked, rows_of
from analytics.dashboards.queries.dashboard import NUMBERS, Totals
from analytics.enums import Basis
from analytics.periods import Period, Stretches

# Dimensions of breakdowns: the name in the address, and the column.
DIMENSIONS = {
    "channel": "f.channel_id",
    "category": "t.category",
    "call": "t.call_kind",
    "service": "t.service",
    "material": "t.material",
    "languages": "t.languages",
    "interactive": "t.interactive",
    "boosted": "t.boosted",
}


def _totals(posts: int | None, values: tuple[int | None, ...]) -> Totals:
    sums: dict[str, int | None] = {
        key: int(value) for key, value in zip(NUMBERS, values, strict=True) if value is not None
    }
    return Totals(int(posts or 0), sums)


_SUMS = ", ".join(f"sum(f.{key})" for key in NUMBERS)

# Whole months are read from the facts of months, what is left of a period before and after them from those of days.
# OFFSET 0: each window is sought by itself; together they would be sought among everything the municipality ever had.
_OF_A_WINDOW = f"""
    SELECT w.n, f.*
    FROM unnest(%({{of}})s::int[], %({{of}}_firsts)s::date[], %({{of}}_lasts)s::date[]) w(n, first, last)
    CROSS JOIN LATERAL (
        SELECT f.channel_id, f.basis, f.posts, {", ".join(f"f.{key}" for key in NUMBERS)}
        FROM {{table}} f JOIN channels_channel c ON c.id = f.channel_id
        WHERE {COUNTED.format(x="f")} AND f.basis IN ('publication', 'activity')
          AND f.{{day}} BETWEEN w.first AND w.last
        OFFSET 0
    ) f
"""  # noqa: S608 -- column names from the catalogue
# Posts, each once, whatever the number of its channels. Sought one by one: for a join all publications are read.
_DIFFERENT = (
    "count(DISTINCT coalesce((SELECT p.post_id FROM posts_publication p WHERE p.id = s.publication_id), -s.id))"
)
WINDOWS = f"""
SELECT n, basis, sum(posts), {_SUMS} FROM (
    {_OF_A_WINDOW.format(of="days", table="analytics_dailyfact", day="day")}
    UNION ALL
    {_OF_A_WINDOW.format(of="months", table="analytics_monthlyfact", day="month")}
) f GROUP BY n, basis
UNION ALL
SELECT 0, 'different', {_DIFFERENT}, {", ".join("NULL" for _key in NUMBERS)}
FROM analytics_subject s
JOIN channels_channel c ON c.id = s.channel_id
WHERE {COUNTED.format(x="s")} AND s.kind <> 'channel' AND s.published_on BETWEEN %(first)s AND %(last)s
"""  # noqa: S608 -- column names from the catalogue


def windows(periods: list[Period], channel: int | None = None) -> list[dict[str, Totals]]:
    """Sums of each period by basis, with the number of different posts of the first. One query."""
    days: list[tuple[int, date, date]] = []
    whole: list[tuple[int, date, date]] = []
    for n, period in enumerate(periods):
        if (within := months.within(period)) is None:
            days.append((n, period.first, period.last))
            continue
        whole.append((n, within.first, within.last))
        before, after = within.first - timedelta(days=1), within.last + timedelta(days=1)
        days += [(n, first, last) for first, last in ((period.first, before), (after, period.last)) if first <= last]
    edges = {"first": periods[0].first, "last": periods[0].last}
    parameters = asked(channel, **_arrays("days", days), **_arrays("months", whole), **edges)
    totals: list[dict[str, Totals]] = [{basis: Totals() for basis in Basis.values} for _period in periods]
    different = 0
    for n, basis, posts, *values in rows_of(WINDOWS, parameters):
        if basis == "different":
            different = int(posts)
        else:
            totals[n][basis] = _totals(posts, tuple(values))
    totals[0][Basis.PUBLICATION].different = different
    return totals


def _arrays(name: str, windows: list[tuple[int, date, date]]) -> dict[str, list[Any]]:
    """Parameters of `_OF_A_WINDOW`."""
    numbers, firsts, lasts = ([window[at] for window in windows] for at in range(3))
    return {name: numbers, f"{name}_firsts": firsts, f"{name}_lasts": lasts}


# Stretches follow each other without a gap, so that the first days alone tell where a day belongs.
SERIES = f"""
SELECT width_bucket(f.day, %(firsts)s::date[]) AS n, f.basis, t.category, sum(f.posts), sum(f.interactions)
FROM analytics_dailyfact f
JOIN channels_channel c ON c.id = f.channel_id
JOIN analytics_traits t ON t.id = f.traits_id
WHERE {COUNTED.format(x="f")} AND f.basis IN ('publication', 'activity') AND f.day BETWEEN %(first)s AND %(last)s
GROUP BY n, f.basis, t.category
"""  # noqa: S608 -- no value of anybody's
# A post counts once for each of its channels; here those that were published since a day count once.
SERIES_WITH_DIFFERENT = f"""{SERIES}
UNION ALL
SELECT NULL, 'different', NULL, {_DIFFERENT}, NULL
FROM analytics_subject s
JOIN channels_channel c ON c.id = s.channel_id
WHERE {COUNTED.format(x="s")} AND s.kind <> 'channel' AND s.published_on BETWEEN %(since)s AND %(last)s
"""  # noqa: S608 -- no value of anybody's


@dataclass
class Series:
    """Stretch by stretch: interactions by each basis (absent where nothing was read), posts by category.

    `different`: posts since a day, each counted once; None where nobody needs it.
    """

    interactions: dict[str, dict[int, int | None]]
    posts: dict[int, dict[str, int]]
    different: int | None = None


def series(stretches: Stretches, channel: int | None = None, *, different_since: date | None = None) -> Series:
    """One query."""
    different = None
    interactions: dict[str, dict[int, int | None]] = {basis: {} for basis in Basis.values}
    posts: dict[int, dict[str, int]] = defaultdict(dict)
    parameters = asked(channel, firsts=stretches.firsts, first=stretches.firsts[0], last=stretches.lasts[-1])
    if different_since:
        parameters["since"] = different_since
    for n, basis, category, some, total in rows_of(SERIES_WITH_DIFFERENT if different_since else SERIES, parameters):
        if basis == "different":
            different = int(some)
            continue
        sums = interactions[basis]
        if total is None:
            sums.setdefault(n - 1, None)
        else:
            sums[n - 1] = (sums.get(n - 1) or 0) + int(total)
        if some:
            posts[n - 1][category] = int(some)
    return Series(interactions, dict(posts), different)


# Summed by channel and traits first: each dimension then goes over those few rows, and not over all days.
BREAKDOWNS = f"""
WITH few AS MATERIALIZED (
    SELECT f.channel_id, f.traits_id, sum(f.posts) AS posts, {", ".join(f"sum(f.{key}) AS {key}" for key in NUMBERS)}
    FROM analytics_dailyfact f
    JOIN channels_channel c ON c.id = f.channel_id
    WHERE {COUNTED.format(x="f")} AND f.basis = 'publication' AND f.day BETWEEN %(first)s AND %(last)s
    GROUP BY f.channel_id, f.traits_id
)
SELECT GROUPING({", ".join(DIMENSIONS.values())}),
    coalesce({", ".join(f"{column}::text" for column in DIMENSIONS.values())}), sum(f.posts), {_SUMS}
FROM few f JOIN analytics_traits t ON t.id = f.traits_id
GROUP BY GROUPING SETS ({", ".join(f"({column})" for column in DIMENSIONS.values())}, ())
"""  # noqa: S608 -- column names from the catalogue


def dimension_of(bits: int, names: tuple[str, ...]) -> str:
    """Which of `names` a row of grouping sets of one column each is grouped by; "" for the row of all."""
    return next((name for at, name in enumerate(reversed(names)) if not bits >> at & 1), "")


def breakdowns(period: Period, channel: int | None = None) -> dict[str, dict[str, Totals]]:
    """Sums by each dimension and value, the posts of the period counted to the day of publication; under "" all of
    them. One query for all dimensions."""
    names = tuple(DIMENSIONS)
    totals: dict[str, dict[str, Totals]] = {name: {} for name in (*names, "")}
    parameters = asked(channel, first=period.first, last=period.last)
    for bits, value, posts, *values in rows_of(BREAKDOWNS, parameters):
        totals[dimension_of(bits, names)][value or ""] = _totals(posts, tuple(values))
    return totals
