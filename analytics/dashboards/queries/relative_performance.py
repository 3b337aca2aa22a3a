"""Performance of posts relative to the usual result of their channel, by traits and by time of publication.

Usual is the median of the interactions of the channel's posts in the period. Boosted posts, posts younger than three
days, and channels with too few posts or a median of 0 are left out. Where times are asked for, so are emergencies: what
follows is advice on what to publish when, and nobody chooses an emergency.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from analytics.dashboards.queries.counted_channels import COUNTED, asked, rows_of
from analytics.dashboards.queries.totals import DIMENSIONS
from analytics.periods import Period
from analytics.thresholds import BANDS, ENOUGH_ON_A_CHANNEL, SETTLED_AFTER
from posts.enums import Category

KINDS = tuple(name for name in DIMENSIONS if name not in ("channel", "boosted"))
TIMES = ("weekday", "band")
_COLUMNS = {name: DIMENSIONS[name].removeprefix("t.") for name in KINDS} | {"weekday": "weekday", "band": "band"}
_NAMES = tuple(_COLUMNS)

# Computed only where needed: two time zone conversions cost as much as reading a post.
WHEN = """,
        extract(isodow FROM s.published_at AT TIME ZONE 'Europe/Belgrade')::int - 1 AS weekday,
        width_bucket(
            extract(hour FROM s.published_at AT TIME ZONE 'Europe/Belgrade')::int, %(bands)s::int[]
        ) - 1 AS band"""
JUDGED = f"""
WITH judged AS (
    SELECT s.id, s.channel_id, s.interactions, {", ".join(f"t.{_COLUMNS[name]}" for name in KINDS)}{{when}}
    FROM analytics_subject s
    JOIN channels_channel c ON c.id = s.channel_id
    JOIN analytics_traits t ON t.id = s.traits_id
    WHERE {COUNTED.format(x="s")} AND s.published_on BETWEEN %(first)s AND least(%(last)s, %(settled)s)
      AND s.kind <> 'channel' AND s.interactions IS NOT NULL AND NOT t.boosted{{chosen}}
), usual AS (
    SELECT channel_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY interactions) AS median
    FROM judged GROUP BY channel_id
    HAVING count(*) >= %(enough)s AND percentile_cont(0.5) WITHIN GROUP (ORDER BY interactions) > 0
)
SELECT GROUPING({{columns}}), coalesce({{values}}), {{weekday}}, {{band}},
    count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY j.interactions / u.median)
FROM judged j JOIN usual u ON u.channel_id = j.channel_id
GROUP BY GROUPING SETS ({{sets}}, ())
{{ends}}
"""  # noqa: S608 -- column names of our own
CHOSEN = f" AND t.category <> '{Category.EMERGENCY}'"
# The best and the weakest of the same posts, by medians that are given. They are sought one by one: numbering all posts
# from both ends would sort them twice as a whole. The columns are those above: the end, the post, its place, all posts.
ENDS = """
UNION ALL
(WITH named AS (SELECT * FROM unnest(%(channels)s::bigint[], %(medians)s::float[]) n(channel_id, median)),
timed AS MATERIALIZED (
    SELECT j.id, j.interactions, j.interactions / n.median AS times
    FROM judged j JOIN named n ON n.channel_id = j.channel_id
),
best AS (SELECT * FROM timed ORDER BY times DESC, interactions DESC, id LIMIT %(shown)s),
weakest AS (SELECT * FROM timed ORDER BY times, interactions, id LIMIT %(shown)s)
SELECT -1, id::text, row_number() OVER (ORDER BY times DESC, interactions DESC, id)::int, NULL::int,
    (SELECT count(*) FROM timed), times FROM best
UNION ALL
SELECT -2, id::text, row_number() OVER (ORDER BY times, interactions, id)::int, NULL::int,
    (SELECT count(*) FROM timed), times FROM weakest)
"""
BEST, WEAKEST = -1, -2
SHOWN = 3


@dataclass(frozen=True)
class Typical:
    """`times` the usual, over so many posts."""

    times: float
    posts: int


@dataclass(frozen=True)
class End:
    """A post at one end: its place from there, how many times the usual it got, and among how many posts."""

    subject: int
    place: int
    times: float
    posts: int


@dataclass(frozen=True)
class Judged:
    """Typical posts by kind and value; by weekday (0 is Monday), by band of hours, and by both; of all. `best` and
    `weakest` are known where medians were given."""

    kinds: dict[str, dict[str, Typical]]
    weekdays: dict[int, Typical]
    bands: dict[int, Typical]
    cells: dict[tuple[int, int], Typical]
    posts: int
    best: list[End]
    weakest: list[End]


@cache
def _query(of: tuple[str, ...], *, ends: bool = False) -> str:
    columns = [_COLUMNS[name] for name in of]
    return JUDGED.format(
        columns=", ".join(columns),
        values=", ".join(f"{column}::text" for column in columns),
        sets=", ".join(f"({column})" for column in columns) + (", (weekday, band)" if set(TIMES) <= set(of) else ""),
        **{name: name if name in of else "NULL::int" for name in TIMES},
        when=WHEN if set(TIMES) & set(of) else "",
        chosen=CHOSEN if set(TIMES) & set(of) else "",
        ends=ENDS if ends else "",
    )


def typical(
    period: Period,
    today: date,
    channel: int | None = None,
    of: tuple[str, ...] = _NAMES,
    medians: Mapping[int, float] | None = None,
) -> Judged:
    """One query. `of`: the traits and times by which posts are grouped, of `KINDS` and `TIMES`; each costs a sort of
    all posts.

    `medians`: the usual result by channel, above 0; needed for the best and the weakest posts.
    """
    parameters = asked(
        channel,
        first=period.first,
        last=period.last,
        settled=today - SETTLED_AFTER,
        bands=list(BANDS),
        enough=ENOUGH_ON_A_CHANNEL,
        channels=list(medians or ()),
        medians=list((medians or {}).values()),
        shown=SHOWN,
    )
    ends: dict[int, list[End]] = {BEST: [], WEAKEST: []}
    kinds: dict[str, dict[str, Typical]] = defaultdict(dict)
    cells: dict[tuple[int, int], Typical] = {}
    posts = 0
    for bits, value, weekday, band, count, times in rows_of(_query(of, ends=bool(medians)), parameters):
        if bits in ends:
            ends[bits].append(End(int(value), weekday, times, count))
            continue
        names = [name for at, name in enumerate(reversed(of)) if not bits >> at & 1]
        name = names[0] if names else ""
        if len(names) == len(TIMES):
            cells[weekday, band] = Typical(times, count)
        elif name:
            kinds[name][value or ""] = Typical(times, count)
        else:
            posts = count
    return Judged(
        kinds={name: kinds[name] for name in KINDS},
        weekdays={int(key): typical for key, typical in kinds["weekday"].items()},
        bands={int(key): typical for key, typical in kinds["band"].items()},
        cells=cells,
        posts=posts,
        best=sorted(ends[BEST], key=lambda end: end.place),
        weakest=sorted(ends[WEAKEST], key=lambda end: end.place),
    )
