"""A municipality beside others of its size: medians, and the figures of those that share theirs as it does.

Its peers are of its size class, take part in a programme with it today, and agreed to be compared there, as it did. Who
did not agree neither gives nor sees. The municipality itself is in no median, and none is told of fewer than
`SMALLEST_GROUP`; where some peers show their figures, the others in the median must be that many too, or none: the
median beside them would tell on a single one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from analytics.comparison.groups import SIZES, Size, middle, size
from analytics.comparison.measures import MEASURES, Figures, Measure
from analytics.comparison.queries import totals
from analytics.models import Sharing
from analytics.months import Months
from common.lazy_text import LazyText
from municipalities.models import REAL_PLACE, Enrolment, Municipality
from municipalities.queries import today
from municipalities.tenancy import everywhere

# What peers are compared by; of those that grow with time, a month's.
COMPARED = ("inhabitants", "median", "weekly", "calls", "services")


@dataclass(frozen=True)
class PeerComparison:
    """One measure. `median` is None where too few peers told it; `n` is how many did."""

    measure: Measure
    own: float | None
    median: float | None
    n: int


@dataclass(frozen=True)
class Shared:
    """A peer that shares its figures with those who share theirs; `values` in the order of `COMPARED`."""

    municipality: Municipality
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Peers:
    size: Size
    count: int  # peers in all, also those that told nothing
    lines: Sequence[PeerComparison]
    shares: bool  # whether this municipality shares its own figures
    shared: Sequence[Shared]  # in no order; empty unless it shares
    minimum: int

    @property
    def size_label(self) -> LazyText:
        return SIZES[self.size]

    @property
    def is_sized(self) -> bool:
        """Without a population nobody knows its class."""
        return self.size != Size.UNKNOWN


def agreed(municipality: Municipality) -> bool:
    """Whether it takes part today and agreed to be compared, in any cohort."""
    return _running().filter(municipality=municipality).exists()


def is_sharing() -> bool:
    """Whether the municipality in scope shares its figures."""
    return Sharing.objects.filter(ended_at__isnull=True).exists()


def peers(municipality: Municipality, period: Months) -> Peers | None:
    """None: the municipality did not agree to be compared. Two queries at most, three tables; any number of peers."""
    programmes = _running().filter(municipality=municipality).values("cohort__programme")
    with everywhere("medians of a municipality's size class"):
        sharing = Exists(Sharing.objects.filter(municipality=OuterRef("pk"), ended_at__isnull=True))
        places = (
            _places()
            .filter(pk__in=_running().filter(cohort__programme__in=programmes).values("municipality"))
            .annotate(is_sharing=sharing)
        )
        found = {place.pk: place for place in places}
        own = found.pop(municipality.pk, None)
        if own is None:
            return None
        mine = size(own.population)
        others = [each for each in found.values() if size(each.population) == mine] if mine != Size.UNKNOWN else []
        told = totals.by_month([own.pk, *(other.pk for other in others)], period)
    rows = {each.pk: _values(each, told.get(each.pk, {}), period) for each in (own, *others)}
    seen = [other for other in others if other.is_sharing] if own.is_sharing else []
    lines = [
        _line(MEASURES[key], index, rows, own.pk, {each.pk for each in seen}) for index, key in enumerate(COMPARED)
    ]
    shared = [Shared(each, rows[each.pk]) for each in seen]
    return Peers(mine, len(others), lines, own.is_sharing, shared, settings.SMALLEST_GROUP)


def _running() -> Any:
    """Enrolments of today whose municipality agreed."""
    return Enrolment.objects.on(today()).filter(compares=True)


def _places() -> Any:
    """Workspaces; those of practice only in the demo."""
    places = Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False)
    return places if settings.DEMO else places.filter(is_practice=False)


def _values(place: Municipality, months: dict[date, Figures], period: Months) -> tuple[float | None, ...]:
    """What a municipality told in the period, a total as a month's mean; nothing of one that has no facts at all."""
    if not months:
        return (None,) * len(COMPARED)
    total = totals.together(months, period)
    values = (MEASURES[key].of(total, place.population) for key in COMPARED)
    return tuple(
        value / len(period.months) if key == "inhabitants" and value is not None else value
        for key, value in zip(COMPARED, values, strict=True)
    )


def _line(
    measure: Measure, index: int, rows: dict[int, tuple[float | None, ...]], own: int, seen: set[int]
) -> PeerComparison:
    minimum = settings.SMALLEST_GROUP
    known = {pk: row[index] for pk, row in rows.items() if pk != own and row[index] is not None}
    unseen = len(known.keys() - seen)
    told = middle(known.values(), minimum)
    return PeerComparison(measure, rows[own][index], told.value if not 0 < unseen < minimum else None, told.n)
