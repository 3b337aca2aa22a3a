"""Public data: sums by month and account of the municipalities that switched their page on. No posts, no people. Opens
the scope of exactly those municipalities."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from analytics.dashboards.queries.dashboard import countable
from analytics.enums import Basis
from analytics.models import MonthlyFact
from channels.models import Channel
from channels.queries import takes_posts
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from reports import rules
from reports.models import PublicPage

# Open data goes so far back, the page of a municipality one year.
OPEN_MONTHS, PAGE_MONTHS = 36, 12
SUMS = ("posts", "likes", "reposts", "replies", "interactions", "views")


@dataclass(frozen=True)
class Sum:
    """One account in one month. None: the network returned no value."""

    municipality_id: int
    channel: Channel
    month: date
    numbers: dict[str, int | None]
    followers: int | None


@dataclass(frozen=True)
class Numbers:
    """The page of one municipality: whole months, the newest last."""

    municipality: Municipality
    page: PublicPage
    months: list[date]
    sums: dict[date, dict[int, Sum]]
    channels: list[Channel]

    def total(self, month: date, key: str) -> int | None:
        values = [channel_sum.numbers[key] for channel_sum in self.sums.get(month, {}).values()]
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    def followers(self, month: date) -> int | None:
        """All accounts together; None unless each that had one before was read."""
        counts = [channel_sum.followers for channel_sum in self.sums.get(month, {}).values()]
        return sum(v for v in counts if v is not None) if counts and None not in counts else None

    @property
    def last(self) -> date:
        return self.months[-1]


def shown(slug: str) -> tuple[Municipality, PublicPage] | None:
    """The municipality whose page is on; None where it is off or missing. Two queries."""
    place = Municipality.objects.filter(REAL_PLACE, slug=slug, joined_on__isnull=False).first()
    if place is None:
        return None
    with scope(place):
        page = PublicPage.objects.filter(is_on=True).first()
    return (place, page) if page else None


def pages_that_are_on() -> QuerySet[PublicPage]:
    """Of the open scope. For `reports.public_parts`."""
    return PublicPage.objects.filter(is_on=True).order_by()


def whole_months(count: int) -> list[date]:
    """The last `count` months that are over, the newest last."""
    days: list[date] = []
    month = rules.before(today())
    while len(days) < count:
        days.append(month)
        month = rules.before(month)
    return days[::-1]


def numbers(municipality: Municipality, page: PublicPage) -> Numbers:
    """Two queries."""
    months = whole_months(PAGE_MONTHS)
    with scope(municipality):
        sums: dict[date, dict[int, Sum]] = defaultdict(dict)
        for channel_sum in _sums(months):
            sums[channel_sum.month][channel_sum.channel.pk] = channel_sum
        channels = [channel for channel in _channels() if channel.state != "disconnected"]
    known = [month for month in months if month in sums]
    return Numbers(municipality, page, months[months.index(known[0]) :] if known else months[-1:], sums, channels)


@dataclass(frozen=True)
class Open:
    """Everything that is open, in the order in which it is written out. `since`: the day on which the first of these
    municipalities opened its figures."""

    municipalities: list[Municipality]
    sums: list[Sum]
    since: date | None = None


def open_data() -> Open:
    """Four queries, whatever the amount."""
    with everywhere("municipalities whose public page is on"):
        opened_on = dict(PublicPage.objects.filter(is_on=True).values_list("municipality_id", "on_since"))
    places = list(
        Municipality.objects.filter(REAL_PLACE, pk__in=opened_on, joined_on__isnull=False)
        .select_related("district")
        .order_by("slug")
    )
    slugs = {place.pk: place.slug for place in places}
    if not slugs:
        return Open([], [])
    with scope(*slugs):
        sums = _sums(whole_months(OPEN_MONTHS))
    order = sorted(sums, key=lambda s: (slugs[s.municipality_id], s.month, s.channel.platform, s.channel.pk))
    return Open(places, order, min((day for pk in slugs if (day := opened_on[pk])), default=None))


def _channels() -> list[Channel]:
    """Of the open scope, those that take posts; practice ones only in the demo."""
    rows = Channel.objects.filter(takes_posts())
    return list((rows if settings.DEMO else rows.filter(is_practice=False)).order_by("platform", "pk"))


def _sums(months: Sequence[date]) -> list[Sum]:
    """Of the open scope. Two queries."""
    channels = {channel.pk: channel for channel in _channels()}
    by_channel_and_month: dict[tuple[int, date], dict[str, Any]] = {}
    rows = MonthlyFact.objects.filter(countable(), month__gte=months[0], month__lte=months[-1])
    fields = ("municipality_id", "channel_id", "month", "basis", "followers", *SUMS)
    for row in rows.values(*fields):
        values = by_channel_and_month.setdefault(
            (row["channel_id"], row["month"]), {"followers": None, "place": row["municipality_id"]}
        )
        if row["followers"] is not None:
            values["followers"] = row["followers"]
        if row["basis"] == Basis.PUBLICATION:
            values |= {key: row[key] for key in SUMS}
    return [
        Sum(
            values["place"],
            channels[pk],
            month,
            {key: values.get(key, 0 if key == "posts" else None) for key in SUMS},
            values["followers"],
        )
        for (pk, month), values in by_channel_and_month.items()
        if pk in channels
    ]


def contacts() -> QuerySet:
    """The contact on the public page of the open scope. For `posts.coaching.published_phones`."""
    return PublicPage.objects.order_by().values_list("contact", flat=True)
