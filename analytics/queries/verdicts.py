"""Single posts: those behind a number, the best and the weakest of a period, and what is usual on their channel."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast

from analytics.enums import SubjectKind
from analytics.judging import ENOUGH_ON_A_CHANNEL, SETTLED_AFTER, USUAL_DAYS
from analytics.models import Subject
from analytics.periods import Period
from analytics.queries.counted import COUNTED, asked, rows_of
from analytics.queries.dashboard import countable
from links.models import ClickCount
from serbian.folding import fold

SHOWN = 3
POSTS = (SubjectKind.PUBLICATION, SubjectKind.IMPORTED)

USUAL = f"""
SELECT s.channel_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.interactions), count(*)
FROM analytics_subject s
JOIN channels_channel c ON c.id = s.channel_id
JOIN analytics_traits t ON t.id = s.traits_id
WHERE {COUNTED.format(x="s")} AND s.published_on BETWEEN %(first)s AND least(%(last)s, %(settled)s)
  AND s.kind <> 'channel' AND s.interactions IS NOT NULL AND NOT t.boosted
GROUP BY s.channel_id
HAVING count(*) >= %(enough)s
"""  # noqa: S608 -- no value of anybody's


@dataclass(frozen=True)
class Usual:
    """Median interactions of a channel's posts, and of how many posts it is."""

    median: float
    posts: int


def usual(last: date, today: date) -> dict[int, Usual]:
    """By channel, over the ninety days that end with `last`; without an entry where there are too few. One query."""
    parameters = asked(
        first=last - timedelta(days=USUAL_DAYS - 1), last=last, settled=today - SETTLED_AFTER,
        enough=ENOUGH_ON_A_CHANNEL,
    )  # fmt: skip
    return {channel: Usual(median, posts) for channel, median, posts in rows_of(USUAL, parameters)}


@dataclass(frozen=True)
class Kept:
    """What the list of posts is narrowed to: by traits (name in `totals.DIMENSIONS`; "" is a value too), and words."""

    traits: dict[str, str] = field(default_factory=dict)
    words: str = ""


_FIELDS = {
    "category": "traits__category",
    "call": "traits__call_kind",
    "service": "traits__service",
    "material": "traits__material",
    "languages": "traits__languages",
    "interactive": "traits__interactive",
}


def behind(period: Period, kept: Kept) -> QuerySet[Subject]:
    """The posts published in a period that a number is made of; in no order. One more query where words are looked
    for, because a post from before the portal has no search key."""
    rows = Subject.objects.filter(
        countable(), kind__in=POSTS, published_on__gte=period.first, published_on__lte=period.last
    )
    for name, value in kept.traits.items():
        if name == "channel":
            rows = rows.filter(channel_id=int(value))
        elif name == "boosted":
            rows = rows.filter(traits__boosted=value == "true")
        else:
            rows = rows.filter(**{_FIELDS[name]: value})
    words = fold(kept.words).split()
    if words:
        ours = Q()
        for word in words:
            ours &= Q(publication__post__search_key__contains=word)
        older = rows.filter(kind=SubjectKind.IMPORTED).values_list("pk", "title")
        theirs = [pk for pk, title in older if all(word in fold(title) for word in words)]
        rows = rows.filter(ours | Q(pk__in=theirs))
    return rows.select_related("publication__post", "channel", "traits")


SORTS = ("newest", "oldest", "most", "least", "usual", "likes", "reposts", "replies", "clicks")


def ordered(rows: QuerySet[Subject], sort: str, medians: dict[int, Usual]) -> QuerySet[Subject]:
    """What was not told stands last, whichever way round."""
    if sort == "oldest":
        return rows.order_by("published_on", "published_at", "pk")
    if sort == "least":
        return rows.order_by(F("interactions").asc(nulls_last=True), "-published_on", "pk")
    if sort == "usual":
        cases = [
            When(channel_id=pk, then=Cast(F("interactions"), FloatField()) / Value(found.median))
            for pk, found in medians.items()
            if found.median
        ]
        times = Case(*cases, default=None, output_field=FloatField())
        return rows.annotate(times=times).order_by(F("times").desc(nulls_last=True), "-published_on", "pk")
    column = {"most": "interactions"}.get(sort, sort)
    if column in ("interactions", "likes", "reposts", "replies", "clicks"):
        return rows.order_by(F(column).desc(nulls_last=True), "-published_on", "pk")
    return rows.order_by("-published_on", F("published_at").desc(nulls_last=True), "pk")


def newest(most: int) -> QuerySet[Subject]:
    """The last that went out, of today too: how they fare is asked long before their day is over."""
    rows = Subject.objects.filter(countable(), kind=SubjectKind.PUBLICATION)
    return rows.select_related("publication__post", "channel").order_by("-published_on", "-published_at")[:most]


def clicks_of(subjects: Iterable[Subject]) -> dict[int, int]:
    """Clicks of people on the short links of these posts, each on its own channel. One query."""
    by_link = {
        (s.publication.post.key, s.channel_id): s.pk for s in subjects if s.publication_id and s.publication is not None
    }
    if not by_link:
        return {}
    rows = ClickCount.objects.filter(link__subject__in={key for key, _channel in by_link})
    found: dict[int, int] = {}
    for key, place, people in rows.values_list("link__subject", "link__place").annotate(some=Sum("people")):
        if (key, place) in by_link:
            found[by_link[key, place]] = people
    return found


# ---- best and weakest ----

# The two ends are sought one by one: numbering all posts from both would sort them twice as a whole.
RANKED = f"""
WITH usual AS (SELECT * FROM unnest(%(channels)s::bigint[], %(medians)s::float[]) u(channel_id, median)),
judged AS MATERIALIZED (
    SELECT s.id, s.interactions, s.interactions / u.median AS times
    FROM analytics_subject s
    JOIN usual u ON u.channel_id = s.channel_id
    JOIN channels_channel c ON c.id = s.channel_id
    JOIN analytics_traits t ON t.id = s.traits_id
    WHERE {COUNTED.format(x="s")} AND s.published_on BETWEEN %(first)s AND least(%(last)s, %(settled)s)
      AND s.kind <> 'channel' AND s.interactions IS NOT NULL AND NOT t.boosted
),
best AS (SELECT * FROM judged ORDER BY times DESC, interactions DESC, id LIMIT %(shown)s),
weakest AS (SELECT * FROM judged ORDER BY times, interactions, id LIMIT %(shown)s)
SELECT 'best', id, times, row_number() OVER (ORDER BY times DESC, interactions DESC, id), (SELECT count(*) FROM judged)
FROM best
UNION ALL
SELECT 'weakest', id, times, row_number() OVER (ORDER BY times, interactions, id), (SELECT count(*) FROM judged)
FROM weakest
"""  # noqa: S608 -- no value of anybody's


@dataclass(frozen=True)
class Verdict:
    """A post, how many times the usual it got, and what the usual is."""

    subject: Subject
    times: float
    usual: Usual


@dataclass(frozen=True)
class Verdicts:
    best: list[Verdict]
    weakest: list[Verdict]
    posts: int


def verdicts(
    period: Period, today: date, medians: dict[int, Usual], channel: int | None = None, shown: int = SHOWN
) -> Verdicts:
    """The best and the weakest posts of a period; no post is both. Two queries; none where nothing is usual yet."""
    usable = {pk: found for pk, found in medians.items() if found.median}
    if not usable:
        return Verdicts([], [], 0)
    parameters: dict[str, Any] = asked(
        channel, first=period.first, last=period.last, settled=today - SETTLED_AFTER, shown=shown,
        channels=list(usable), medians=[found.median for found in usable.values()],
    )  # fmt: skip
    # of few posts the better half can be best and the other half weakest, so that no post is both
    rows = [row for row in rows_of(RANKED, parameters) if row[3] * 2 <= row[4]]
    found = Subject.objects.filter(pk__in=[row[1] for row in rows])
    subjects = {each.pk: each for each in found.select_related("publication__post", "channel", "traits")}
    ends: dict[str, list[tuple[int, Verdict]]] = {"best": [], "weakest": []}
    for end, pk, times, at, _posts in rows:
        ends[end].append((at, Verdict(subjects[pk], times, usable[subjects[pk].channel_id])))
    best, weakest = ([each for _at, each in sorted(end, key=lambda pair: pair[0])] for end in ends.values())
    return Verdicts(best, weakest, rows[0][4] if rows else 0)
