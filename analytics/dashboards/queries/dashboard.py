"""Figures of one municipality over a period, within its scope. Six queries for any amount of data."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When

from analytics.enums import Basis, SubjectKind
from analytics.metrics import ADDED
from analytics.models import ChannelDay, DailyFact, Subject
from analytics.periods import Period
from analytics.thresholds import ratio_per_post
from channels.models import Channel
from channels.queries import takes_posts

Sums = dict[str, int | None]
NUMBERS = (*ADDED, "interactions")
BEST = NEWEST = 5


@dataclass
class Totals:
    """Sums of a period. A metric that no network returned is None.

    `posts` counts a post once for each of its channels, `different` once; None where nobody needs it.
    """

    posts: int = 0
    numbers: Sums = field(default_factory=dict)
    different: int | None = None

    def add(self, row: dict[str, Any]) -> None:
        self.posts += row["posts"] or 0
        for key in NUMBERS:
            value = row[key]
            if value is not None:
                self.numbers[key] = (self.numbers.get(key) or 0) + value

    def get(self, key: str) -> int | None:
        return self.numbers.get(key)

    @property
    def interactions(self) -> int | None:
        return self.get("interactions")

    @property
    def per_post(self) -> float | None:
        return ratio_per_post(self.interactions, self.posts)


@dataclass(frozen=True)
class Followers:
    """Followers by channel and day, and why a day has none."""

    by_day: dict[date, dict[int, int]]
    gaps: dict[date, str]

    def on(self, day: date, channels: Iterable[int]) -> int | None:
        """All channels together on `day`; None unless each of them was read that day."""
        counts = self.by_day.get(day, {})
        wanted = list(channels)
        return sum(counts[c] for c in wanted) if wanted and all(c in counts for c in wanted) else None

    def latest(self, channel: int) -> int | None:
        days = [day for day, counts in self.by_day.items() if channel in counts]
        return self.by_day[max(days)][channel] if days else None


@dataclass(frozen=True)
class Dashboard:
    channels: list[Channel]
    now: Totals
    before: Totals
    by_channel: dict[int, Totals]
    by_category: dict[str, Totals]
    by_call: dict[str, Totals]
    by_day: dict[date, int | None]
    followers: Followers
    best: list[Subject]
    newest: list[Subject]


def countable() -> Q:
    """Practice channels never count outside the demo."""
    return Q() if settings.DEMO else Q(channel__is_practice=False)


def dashboard(period: Period, channel_id: int | None = None) -> Dashboard:
    """Numbers of the municipality in scope, of one channel or of all."""
    chosen = countable() & (Q(channel_id=channel_id) if channel_id else Q())
    now, before = Totals(), Totals()
    by_channel: dict[int, Totals] = defaultdict(Totals)
    by_category: dict[str, Totals] = defaultdict(Totals)
    by_call: dict[str, Totals] = defaultdict(Totals)
    for row in _published(period, chosen):
        if not row["current"]:
            before.add(row)
            continue
        groups = (
            by_channel[row["channel_id"]],
            by_category[row["traits__category"]],
            by_call[row["traits__call_kind"]],
        )
        for totals in (now, *groups):
            totals.add(row)
    channels = list(Channel.objects.filter(takes_posts()).exclude(state="disconnected").order_by("pk"))
    return Dashboard(
        channels=channels if settings.DEMO else [c for c in channels if not c.is_practice],
        now=now,
        before=before,
        by_channel=dict(by_channel),
        by_category=dict(by_category),
        by_call=dict(by_call),
        by_day=_activity(period, chosen),
        followers=_followers(period, chosen),
        best=list(_best(period, chosen)),
        newest=list(_newest(chosen)),
    )


def _published(period: Period, chosen: Q) -> Iterable[dict[str, Any]]:
    facts = DailyFact.objects.filter(
        chosen, basis=Basis.PUBLICATION, day__gte=period.before.first, day__lte=period.last
    )
    current = Case(When(day__gte=period.first, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows: QuerySet[Any, Any] = facts.values(
        "channel_id", "traits__category", "traits__call_kind", current=current
    ).annotate(posts=Sum("posts"), **{key: Sum(key) for key in NUMBERS})
    return rows


def _activity(period: Period, chosen: Q) -> dict[date, int | None]:
    """Interactions by the day on which they happened."""
    facts = DailyFact.objects.filter(chosen, basis=Basis.ACTIVITY, day__gte=period.first, day__lte=period.last)
    return dict(facts.values("day").annotate(total=Sum("interactions")).values_list("day", "total"))


def _followers(period: Period, chosen: Q) -> Followers:
    by_day: dict[date, dict[int, int]] = defaultdict(dict)
    gaps: dict[date, str] = {}
    rows = ChannelDay.objects.filter(chosen, day__gte=period.first, day__lte=period.last)
    for row in rows.only("day", "channel_id", "followers", "gap"):
        if row.followers is not None:
            by_day[row.day][row.channel_id] = row.followers
        elif row.gap:
            gaps[row.day] = str(row.get_gap_display())
    return Followers(dict(by_day), gaps)


def _best(period: Period, chosen: Q) -> QuerySet[Subject]:
    return (
        Subject.objects.filter(
            chosen,
            kind=SubjectKind.PUBLICATION,
            published_on__gte=period.first,
            published_on__lte=period.last,
            interactions__isnull=False,
        )
        .select_related("publication__post", "channel")
        .order_by(F("interactions").desc(), "pk")[:BEST]
    )


def _newest(chosen: Q) -> QuerySet[Subject]:
    """The last that went out, of today too: how they fare is asked long before their day is over."""
    posts = Subject.objects.filter(chosen, kind=SubjectKind.PUBLICATION)
    return posts.select_related("publication__post", "channel").order_by("-published_on", "-published_at")[:NEWEST]
