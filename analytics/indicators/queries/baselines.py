"""Frozen baselines of municipalities, and what would be frozen for days that a person chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from analytics.indicators.queries.measurements import measure
from analytics.indicators.sufficiency import is_enough
from analytics.logframe import BASELINE_DAYS, Measured
from analytics.models import MunicipalityBaseline, ProgrammeIndicator
from municipalities.models import Cohort, Enrolment, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope


def latest_baselines(indicator: ProgrammeIndicator) -> QuerySet[MunicipalityBaseline]:
    """The one that counts, of every municipality in scope."""
    rows = MunicipalityBaseline.objects.filter(indicator=indicator)
    return rows.order_by("municipality_id", "-pk").distinct("municipality_id")


@dataclass(frozen=True)
class Proposal:
    """What a baseline of these days would be, beside the one that counts now. Without `compares` the municipality did
    not agree to comparison, and people of the programme do not see its value."""

    indicator: ProgrammeIndicator
    place: Municipality
    measured: Measured
    frozen: MunicipalityBaseline | None
    compares: bool = True

    @property
    def is_enough(self) -> bool:
        return is_enough(self.indicator.code, self.measured.value, self.measured.n)


def proposals(indicator: ProgrammeIndicator, seats: Sequence[Enrolment], first: date, last: date) -> list[Proposal]:
    """One for each municipality, in their order."""
    places = [row.municipality for row in seats]
    with scope(*places):
        by_municipality = measure(places, first, last, indicator.code).get(indicator.code, {}) if places else {}
        frozen = {row.municipality_id: row for row in latest_baselines(indicator)}
    nothing = Measured(None, 0, "nobody")
    return [
        Proposal(indicator, seat.municipality, by_municipality.get(seat.municipality_id, nothing),
                 frozen.get(seat.municipality_id), seat.compares)
        for seat in seats
    ]  # fmt: skip


def suggested(cohort: Cohort) -> tuple[date, date]:
    """The 28 days before the training; where it is still to come, the last 28 that are over."""
    end = min(cohort.training_on, today())
    return date.fromordinal(end.toordinal() - BASELINE_DAYS), date.fromordinal(end.toordinal() - 1)
