"""Single posts: those behind a figure, the best and the weakest of a period, and the usual result of their channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast

from analytics.dashboards.queries.counted_channels import COUNTED, asked, rows_of
from analytics.dashboards.queries.dashboard import countable
from analytics.dashboards.queries.relative_performance import Judged
from analytics.enums import SubjectKind
from analytics.models import Subject
from analytics.periods import Period
from analytics.thresholds import ENOUGH_ON_A_CHANNEL, SETTLED_AFTER, USUAL_DAYS
from links.models import ClickCount
from posts.queries import first_media
from serbian.folding import fold

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
class PostFilters:
    """Filters of the list of posts: traits (names of `totals.DIMENSIONS`; "" is a value too), and a search text."""

    traits: dict[str, str] = field(default_factory=dict)
    text: str = ""


_FIELDS = {
    "category": "traits__category",
    "call": "traits__call_kind",
    "service": "traits__service",
    "material": "traits__material",
    "languages": "traits__languages",
    "interactive": "traits__interactive",
}


def filtered_posts(period: Period, filters: PostFilters) -> QuerySet[Subject]:
    """The posts of a period that a figure is made of, unordered. A search text costs one more query, because imported
    posts have no search key."""
    rows = Subject.objects.filter(
        countable(), kind__in=POSTS, published_on__gte=period.first, published_on__lte=period.last
    )
    for name, value in filters.traits.items():
        if name == "channel":
            rows = rows.filter(channel_id=int(value))
        elif name == "boosted":
            rows = rows.filter(traits__boosted=value == "true")
        else:
            rows = rows.filter(**{_FIELDS[name]: value})
    terms = fold(filters.text).split()
    if terms:
        ours = Q()
        for word in terms:
            ours &= Q(publication__post__search_key__contains=word)
        older = rows.filter(kind=SubjectKind.IMPORTED).values_list("pk", "title")
        matching = [pk for pk, title in older if all(word in fold(title) for word in terms)]
        rows = rows.filter(ours | Q(pk__in=matching))
    return rows.select_related("publication__post", "channel", "traits")


SORTS = ("newest", "oldest", "most", "least", "usual", "likes", "reposts", "replies", "clicks")


def ordered(rows: QuerySet[Subject], sort: str, medians: dict[int, Usual]) -> QuerySet[Subject]:
    """For a page that shows them: with their `cover`. Missing values come last in either direction."""
    rows = rows.annotate(cover=first_media("publication__version__media"))
    if sort == "oldest":
        return rows.order_by("published_on", "published_at", "pk")
    if sort == "least":
        return rows.order_by(F("interactions").asc(nulls_last=True), "-published_on", "pk")
    if sort == "usual":
        cases = [
            When(channel_id=pk, then=Cast(F("interactions"), FloatField()) / Value(usual.median))
            for pk, usual in medians.items()
            if usual.median
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
    clicks: dict[int, int] = {}
    for key, place, people in rows.values_list("link__subject", "link__place").annotate(some=Sum("people")):
        if (key, place) in by_link:
            clicks[by_link[key, place]] = people
    return clicks


# ---- best and weakest ----


@dataclass(frozen=True)
class Verdict:
    """A post, its result as a multiple of the usual one, and the usual result."""

    subject: Subject
    times: float
    usual: Usual


@dataclass(frozen=True)
class Verdicts:
    best: list[Verdict]
    weakest: list[Verdict]
    posts: int


def usable(medians: Mapping[int, Usual]) -> dict[int, float]:
    """What a post can be measured by."""
    return {pk: usual.median for pk, usual in medians.items() if usual.median}


def verdicts(judged: Judged, medians: Mapping[int, Usual]) -> Verdicts:
    """The best and the weakest posts of a period, judged by these medians; no post is both. One query.

    Subjects have their `cover`.
    """
    # of few posts the better half can be best and the other half weakest, so that no post is both
    ends = [[end for end in several if end.place * 2 <= end.posts] for several in (judged.best, judged.weakest)]
    wanted = [end.subject for several in ends for end in several]
    rows = Subject.objects.filter(pk__in=wanted).annotate(cover=first_media("publication__version__media"))
    subjects = {subject.pk: subject for subject in rows.select_related("publication__post", "channel", "traits")}
    best, weakest = (
        [Verdict(subjects[end.subject], end.times, medians[subjects[end.subject].channel_id]) for end in several]
        for several in ends
    )
    every = [*judged.best, *judged.weakest]
    return Verdicts(best, weakest, every[0].posts if every else 0)
