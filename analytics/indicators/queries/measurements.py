"""Computes the listed indicators for many municipalities and any days from facts, subjects and decisions.

`measure` uses a fixed number of queries for any number of municipalities and posts. It runs within the scope of the
municipalities; each statement here names them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Q, Sum, When

from analytics.enums import Basis
from analytics.logframe import HERE, INDICATORS, Measured, provider
from analytics.models import ChannelDay, DailyFact
from municipalities.models import Municipality
from municipalities.tenancy import require
from posts.enums import Category

# Followers older than this are no longer those "at the end of these days".
STALE = timedelta(days=14)
# OC1 and OC5 are per month; months differ in length, thirty days do not.
MONTH_DAYS = 30
SERVICE = (Category.SERVICE, Category.ESERVICE, Category.EMERGENCY)
PARTS = {"network": "channel__platform", "category": "traits__category"}

SINCE = """
SELECT m.id, (SELECT min(s.published_on) FROM analytics_subject s WHERE s.municipality_id = m.id)
FROM unnest(%(ids)s::bigint[]) AS m(id)
"""

# One row for the whole, one for each network and each category. The followers are those of the channel on its latest
# day up to the last one of the days asked for.
POSTS = """
WITH known AS (
    SELECT DISTINCT ON (d.channel_id) d.channel_id, nullif(d.followers, 0) AS followers
    FROM analytics_channelday d
    WHERE d.municipality_id = ANY(%(ids)s) AND d.day <= %(last)s AND d.day > %(oldest)s AND d.followers IS NOT NULL
    ORDER BY d.channel_id, d.day DESC
), posts AS (
    SELECT s.municipality_id, c.platform, t.category, s.kind, s.interactions, k.followers,
           CASE WHEN NOT t.boosted THEN s.interactions * 1000.0 / k.followers END AS ratio
    FROM analytics_subject s
    JOIN channels_channel c ON c.id = s.channel_id
    JOIN analytics_traits t ON t.id = s.traits_id
    LEFT JOIN known k ON k.channel_id = s.channel_id
    WHERE s.municipality_id = ANY(%(ids)s) AND s.published_on BETWEEN %(first)s AND %(last)s
      AND s.kind <> 'channel' AND (%(practice)s OR NOT c.is_practice)
)
SELECT municipality_id, platform, category, count(*), count(interactions), count(*) FILTER (WHERE kind = 'imported'),
       count(followers), count(ratio), percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio)
FROM posts
GROUP BY GROUPING SETS ((municipality_id), (municipality_id, platform), (municipality_id, category))
"""

CLICKS = """
SELECT l.municipality_id, l.network, count(DISTINCT l.subject), coalesce(sum(n.people), 0)
FROM links_link l
JOIN posts_post p ON p.key = l.subject AND p.service <> ''
JOIN channels_channel c ON c.id = l.place
LEFT JOIN LATERAL (
    SELECT sum(k.people) AS people FROM links_clickcount k
    WHERE k.link_id = l.id AND k.counted_on BETWEEN %(first)s AND %(last)s
) n ON true
WHERE l.municipality_id = ANY(%(ids)s) AND l.created_at < %(until)s::date::timestamp AT TIME ZONE 'Europe/Belgrade'
  AND (%(practice)s OR NOT c.is_practice)
GROUP BY GROUPING SETS ((l.municipality_id), (l.municipality_id, l.network))
"""

# Each post once, however many channels it was on: what it showed, whether it was checked, who agreed to it.
ONCE = """
SELECT s.municipality_id, p.post_id, string_agg(t.languages, '+'),
       bool_and(a.id IS NOT NULL), bool_and(coalesce(a.failed = '[]'::jsonb, false)),
       bool_or(EXISTS (
           SELECT 1 FROM posts_decision d
           WHERE d.version_id = p.version_id AND d.kind IN ('approved', 'endorsed')
             AND d.by_id <> v.created_by_id AND d.by_id <> o.author_id
       )),
       bool_or(EXISTS (SELECT 1 FROM posts_decision d WHERE d.version_id = p.version_id AND d.kind = 'emergency'))
FROM analytics_subject s
JOIN posts_publication p ON p.id = s.publication_id
JOIN posts_version v ON v.id = p.version_id
JOIN posts_post o ON o.id = p.post_id
JOIN channels_channel c ON c.id = s.channel_id
JOIN analytics_traits t ON t.id = s.traits_id
LEFT JOIN analytics_accesscheck a ON a.version_id = p.version_id
WHERE s.municipality_id = ANY(%(ids)s) AND s.published_on BETWEEN %(first)s AND %(last)s
  AND (%(practice)s OR NOT c.is_practice)
GROUP BY s.municipality_id, p.post_id
"""

DAYS = """
SELECT s.municipality_id, s.published_on, count(*)
FROM analytics_subject s JOIN channels_channel c ON c.id = s.channel_id
WHERE s.municipality_id = ANY(%(ids)s) AND s.published_on BETWEEN %(first)s AND %(last)s
  AND s.kind <> 'channel' AND (%(practice)s OR NOT c.is_practice)
GROUP BY s.municipality_id, s.published_on
"""

# What a formula is made of, besides the posts themselves.
SOURCES = {
    "OC1": ("facts",), "OC2": ("gaps",), "OC5": ("clicks",), "OP1": ("facts",), "OP2": ("facts",), "OP3": ("facts",),
    "OP4": ("facts",), "OP5": ("once",), "OP6": ("once",), "OP7": ("days",), "GV2": ("once",),
}  # fmt: skip

Part = tuple[str, str]
WHOLE: Part = ("", "")


@dataclass
class Counted:
    """Posts of a municipality, or of a part of them, by their facts."""

    posts: int = 0
    calls: int = 0
    services: int = 0
    interactive: int = 0
    informing: int = 0
    ceremonies: int = 0
    interactions: int | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        for name in ("posts", "calls", "services", "interactive", "informing", "ceremonies"):
            setattr(self, name, getattr(self, name) + (row[name] or 0))
        if row["told"] is not None:
            self.interactions = (self.interactions or 0) + row["told"]


@dataclass
class PostCounts:
    """Counts of posts: how many there are, how many have metrics, and the median per follower."""

    posts: int = 0
    measured: int = 0
    imported: int = 0
    followed: int = 0
    ratios: int = 0
    median: float | None = None


@dataclass
class PostText:
    """A post of the portal, whatever channels it was on."""

    tags: set[str]
    is_checked: bool
    is_clean: bool
    was_seen: bool
    is_emergency: bool


@dataclass
class Known:
    """Everything read about one municipality for the days asked for. `first` is the day from which there are any."""

    place: Municipality
    first: date | None
    last: date
    facts: dict[Part, Counted] = field(default_factory=lambda: defaultdict(Counted))
    posts: dict[Part, PostCounts] = field(default_factory=lambda: defaultdict(PostCounts))
    clicks: dict[Part, tuple[int, int]] = field(default_factory=dict)
    once: list[PostText] = field(default_factory=list)
    days: dict[date, int] = field(default_factory=dict)
    gaps: int = 0
    channel_days: int = 0

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1 if self.first else 0

    @property
    def whole(self) -> PostCounts:
        return self.posts[WHOLE]


Values = dict[str, dict[int, Measured]]


def measure(places: Sequence[Municipality], first: date, last: date, only: str = "") -> Values:
    """Every code that is measured today (or `only` one) → municipality id → its value from `first` to `last`, both
    included. Seven queries, for one code four at most."""
    require()
    if not places:
        return {}
    here = [code for code in HERE if only in ("", code)]
    values: Values = {}
    if here:
        known = _read(places, first, last, here)
        for code in here:
            values[code] = {pk: _measured(code, figures, (last - first).days + 1) for pk, figures in known.items()}
    for code in INDICATORS:
        above = provider(code)
        if above is not None and only in ("", code):
            values[code] = _from_above(above.measure(places, first, last), places)
    return values


def _from_above(measured: Mapping[int, Measured], places: Sequence[Municipality]) -> dict[int, Measured]:
    return {place.pk: measured.get(place.pk) or Measured(None, 0, "before") for place in places}


# ---------------------------------------------------------------- reading


def _run(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _read(places: Sequence[Municipality], first: date, last: date, codes: Collection[str]) -> dict[int, Known]:
    ids = [place.pk for place in places]
    params = {
        "ids": ids,
        "first": first,
        "last": last,
        "until": last + timedelta(days=1),
        "oldest": last - STALE,
        "practice": settings.DEMO,
    }
    since = dict(_run(SINCE, {"ids": ids}))
    known = {place.pk: Known(place, _first(place, since.get(place.pk), first, last), last) for place in places}
    wanted = {source for code in codes for source in SOURCES.get(code, ())}
    for row in _facts(ids, first, last) if "facts" in wanted else ():
        figures = known[row["municipality_id"]]
        for part in (WHOLE, *((way, row[name]) for way, name in PARTS.items())):
            figures.facts[part].add(row)
    for pk, network, category, *counts in _run(POSTS, params):
        part = ("network", network) if network else ("category", category) if category else WHOLE
        known[pk].posts[part] = PostCounts(*counts)
    for pk, network, subjects, people in _run(CLICKS, params) if "clicks" in wanted else ():
        known[pk].clicks[("network", network) if network else WHOLE] = (subjects, int(people))
    for pk, _post, tags, *judged in _run(ONCE, params) if "once" in wanted else ():
        known[pk].once.append(PostText({tag for tag in tags.split("+") if tag}, *judged))
    for pk, day, posts in _run(DAYS, params) if "days" in wanted else ():
        known[pk].days[day] = posts
    for pk, days, gaps in _channel_days(ids, first, last) if "gaps" in wanted else ():
        known[pk].channel_days, known[pk].gaps = days, gaps
    return known


def _first(place: Municipality, seen: date | None, first: date, last: date) -> date | None:
    """The first day with data: not before the first post, own or imported, nor, without posts, before the
    municipality joined. None: all days lie before that."""
    began = min((day for day in (seen, place.joined_on) if day), default=None)
    return None if began is None or began > last else max(first, began)


def _facts(ids: list[int], first: date, last: date) -> Iterable[dict[str, Any]]:
    countable = Q() if settings.DEMO else Q(channel__is_practice=False)
    rows = DailyFact.objects.filter(
        countable, municipality_id__in=ids, basis=Basis.PUBLICATION, day__gte=first, day__lte=last
    )
    return rows.values("municipality_id", *PARTS.values()).annotate(
        told=Sum(Case(When(traits__boosted=False, then=F("interactions")))),
        calls=Sum("posts", filter=~Q(traits__call_kind="")),
        services=Sum("posts", filter=~Q(traits__service="")),
        interactive=Sum("posts", filter=~Q(traits__interactive="")),
        informing=Sum("posts", filter=Q(traits__category__in=SERVICE)),
        ceremonies=Sum("posts", filter=Q(traits__category=Category.CEREMONY)),
        posts=Sum("posts"),
    )


def _channel_days(ids: list[int], first: date, last: date) -> Iterable[tuple[int, int, int]]:
    countable = Q() if settings.DEMO else Q(channel__is_practice=False)
    rows = ChannelDay.objects.filter(countable, municipality_id__in=ids, day__gte=first, day__lte=last)
    return rows.values_list("municipality_id").annotate(
        days=Count("pk"), gaps=Count("pk", filter=Q(followers__isnull=True))
    )


# ---------------------------------------------------------------- the formulas


def _measured(code: str, known: Known, municipality_count: int) -> Measured:
    quality: dict[str, Any] = {
        "posts": known.whole.posts, "told": known.whole.measured, "imported": known.whole.imported,
        "days": municipality_count, "known": known.length,
    }  # fmt: skip
    if known.first is None:
        return Measured(None, 0, "before", quality=quality)
    value, n, why, parts, more = FORMULAS[code](known)
    return Measured(value, n, "" if value is not None else why, parts, {**quality, **more})


Parts = dict[Part, tuple[float | None, int]]
Answer = tuple[float | None, int, str, Parts, dict[str, Any]]


def _by(known: Known, code: str) -> list[Part]:
    ways = INDICATORS[code].split_by
    return sorted(part for part in {*known.facts, *known.posts} if part[0] in ways)


def _interactions(known: Known) -> Answer:
    """OC1."""
    population = known.place.population
    whole = known.facts[WHOLE]
    if not population:
        return None, whole.posts, "no_population", {}, {}
    scale = 1000 / population * MONTH_DAYS / known.length
    values = {
        part: (
            None if (interactions := known.facts[part].interactions) is None else interactions * scale,
            known.facts[part].posts,
        )
        for part in _by(known, "OC1")
    }
    # Without posts there were no interactions (0); with posts but without returned metrics there is no value.
    value = 0.0 if not whole.posts else None if whole.interactions is None else whole.interactions * scale
    return value, whole.posts, "not_told", values, {}


def _per_followers(known: Known) -> Answer:
    """OC2."""
    whole = known.whole
    why = "no_posts" if not whole.posts else "no_followers" if not whole.followed else "not_told"
    values = {part: (_float(known.posts[part].median), known.posts[part].ratios) for part in _by(known, "OC2")}
    more = {"followed": whole.followed, "gaps": known.gaps, "channel_days": known.channel_days}
    return _float(whole.median), whole.ratios, why, values, more


def _clicks(known: Known) -> Answer:
    """OC5."""
    population = known.place.population
    subjects, people = known.clicks.get(WHOLE, (0, 0))
    if not population:
        return None, subjects, "no_population", {}, {}
    if not subjects:
        return None, 0, "no_links", {}, {}
    scale = 1000 / population * MONTH_DAYS / known.length
    parts: Parts = {part: (count * scale, links) for part, (links, count) in known.clicks.items() if part != WHOLE}
    return people * scale, subjects, "", parts, {"clicks": people}


def _share(name: str, code: str) -> Any:
    """OP1 to OP4: posts of a kind among all of them."""

    def formula(known: Known) -> Answer:
        parts = {part: _share_of(known.facts[part], name) for part in _by(known, code)}
        value, n = _share_of(known.facts[WHOLE], name)
        more = {"ceremonies": _share_of(known.facts[WHOLE], "ceremonies")[0]} if name == "informing" else {}
        return value, n, "no_posts", parts, more

    return formula


def _share_of(counted: Counted, name: str) -> tuple[float | None, int]:
    return (getattr(counted, name) * 100 / counted.posts if counted.posts else None), counted.posts


def _none_of_ours(known: Known) -> str:
    return "not_ours" if known.whole.posts else "no_posts"


def _readable(known: Known) -> Answer:
    """OP5."""
    checked = [once for once in known.once if once.is_checked]
    more = {"unchecked": len(known.once) - len(checked)}
    if not checked:
        return None, 0, "unchecked" if known.once else _none_of_ours(known), {}, more
    return sum(once.is_clean for once in checked) * 100 / len(checked), len(checked), "", {}, more


def _covered(known: Known) -> Answer:
    """OP6."""
    wanted = {
        f"{official_language.get('language')}-{official_language.get('script')}"
        for official_language in known.place.official_languages
    }
    if not wanted:
        return None, len(known.once), "no_rule", {}, {}
    onces = [once for once in known.once if once.tags]
    if not onces:
        return None, 0, _none_of_ours(known), {}, {}
    more = {"wanted": sorted(wanted)}
    return sum(wanted <= once.tags for once in onces) * 100 / len(onces), len(onces), "", {}, more


def _regular(known: Known) -> Answer:
    """OP7."""
    assert known.first is not None  # asked before
    weeks = known.length // 7
    if not weeks:
        return None, 0, "no_weeks", {}, {}
    active = {(known.last - day).days // 7 for day in known.days if day >= known.first}
    more = {
        "longest_gap": _longest_gap(known.days, known.first, known.last),
        "per_week": sum(known.days.values()) * 7 / known.length,
    }
    return len({week for week in active if week < weeks}) * 100 / weeks, weeks, "", {}, more


def _longest_gap(days: Iterable[date], first: date, last: date) -> int:
    """Days in a row without a post, those before the first and after the last one too."""
    edges = [first - timedelta(days=1), *sorted(days), last + timedelta(days=1)]
    return max((after - before).days - 1 for before, after in pairwise(edges))


def _unseen(known: Known) -> Answer:
    """GV2."""
    if not known.once:
        return None, 0, _none_of_ours(known), {}, {}
    emergencies = sum(once.is_emergency for once in known.once)
    unseen = sum(not once.was_seen and not once.is_emergency for once in known.once)
    return float(unseen), len(known.once), "", {}, {"emergencies": emergencies}


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


FORMULAS = {
    "OC1": _interactions,
    "OC2": _per_followers,
    "OC5": _clicks,
    "OP1": _share("calls", "OP1"),
    "OP2": _share("services", "OP2"),
    "OP3": _share("interactive", "OP3"),
    "OP4": _share("informing", "OP4"),
    "OP5": _readable,
    "OP6": _covered,
    "OP7": _regular,
    "GV2": _unseen,
}
assert set(FORMULAS) == set(HERE)
