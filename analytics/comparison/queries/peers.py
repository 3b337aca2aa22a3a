"""A municipality among peers of its size: medians, and the figures of peers that share theirs as it does.

Peers belong to its size class, take part in a programme with it today, and have agreed to be compared there, as it has.
A municipality that has not agreed neither contributes nor sees. The municipality itself is in no median, and no median
covers fewer than `SMALLEST_GROUP`. Where some peers share their figures, the others in the median must be that many
too, or none, because otherwise the median would reveal the figure of a single one.
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
    """One measure. `median` is None where too few peers have a value; `n` is how many have one."""

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
    count: int  # all peers, including those without values
    lines: Sequence[PeerComparison]
    shares: bool  # whether this municipality shares its own figures
    shared: Sequence[Shared]  # in no order; empty unless it shares
    minimum: int

    @property
    def size_label(self) -> LazyText:
        return SIZES[self.size]

    @property
    def is_sized(self) -> bool:
        """Without a population the size class is unknown."""
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
        by_id = {place.pk: place for place in places}
        own = by_id.pop(municipality.pk, None)
        if own is None:
            return None
        mine = size(own.population)
        others = (
            [municipality_row for municipality_row in by_id.values() if size(municipality_row.population) == mine]
            if mine != Size.UNKNOWN
            else []
        )
        by_month = totals.by_month([own.pk, *(other.pk for other in others)], period)
    rows = {
        municipality_row.pk: _values(municipality_row, by_month.get(municipality_row.pk, {}), period)
        for municipality_row in (own, *others)
    }
    seen = [other for other in others if other.is_sharing] if own.is_sharing else []
    lines = [
        _line(MEASURES[key], index, rows, own.pk, {municipality_row.pk for municipality_row in seen})
        for index, key in enumerate(COMPARED)
    ]
    shared = [Shared(municipality_row, rows[municipality_row.pk]) for municipality_row in seen]
    return Peers(mine, len(others), lines, own.is_sharing, shared, settings.SMALLEST_GROUP)


def _running() -> Any:
    """Enrolments of today whose municipality agreed to comparison."""
    return Enrolment.objects.on(today()).filter(compares=True)


def _places() -> Any:
    """Workspaces; those of practice only in the demo."""
    places = Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False)
    return places if settings.DEMO else places.filter(is_practice=False)


def _values(place: Municipality, months: dict[date, Figures], period: Months) -> tuple[float | None, ...]:
    """Values of a municipality in the period, totals as monthly means; empty if it has no facts at all."""
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
    across = middle(known.values(), minimum)
    return PeerComparison(measure, rows[own][index], across.value if not 0 < unseen < minimum else None, across.n)
