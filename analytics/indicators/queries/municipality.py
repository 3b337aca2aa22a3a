"""Indicators of one municipality for itself, within its own scope, so that no figures of others are read."""

from collections import defaultdict
from dataclasses import dataclass

from analytics.enums import Span
from analytics.indicators.queries.programme import MONTHS, followed, in_order
from analytics.indicators.queries.rows import IndicatorRow
from analytics.models import IndicatorValue, MunicipalityBaseline, MunicipalityTarget, MunicipalityValue, Target
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today


@dataclass(frozen=True)
class Own:
    programme: Programme
    cohort: Cohort
    lines: list[IndicatorRow]


def own(place: Municipality) -> list[Own]:
    """What each programme of the municipality follows, inside its scope. Seven queries."""
    seats = list(
        Enrolment.objects.on(today()).filter(municipality=place).select_related("cohort__programme").order_by("pk")
    )
    programmes = {seat.cohort.programme_id: seat for seat in seats}
    lines = {row.pk: IndicatorRow(row, place=place) for row in in_order(followed(programmes))}
    rows = MunicipalityBaseline.objects.filter(indicator__in=list(lines)).order_by("indicator_id", "-pk")
    for frozen in rows.distinct("indicator_id"):
        lines[frozen.indicator_id].freeze(frozen)
    _fill_own_targets(lines)
    _fill_own_values(lines)
    _fill_own_entered(lines)
    return [
        Own(
            seat.cohort.programme, seat.cohort,
            [line for line in lines.values() if line.indicator.programme_id == seat.cohort.programme_id],
        )
        for seat in programmes.values()
    ]  # fmt: skip


def _fill_own_targets(lines: dict[int, IndicatorRow]) -> None:
    for row in MunicipalityTarget.objects.filter(indicator__in=list(lines), ended_at__isnull=True):
        lines[row.indicator_id].targets.append(row)
    for line in lines.values():
        line.is_own_target = line.target is not None
        if not line.is_own_target:
            line.targets = []
    for common in Target.objects.filter(indicator__in=list(lines), ended_at__isnull=True):
        if not lines[common.indicator_id].is_own_target:
            lines[common.indicator_id].targets.append(common)


def _fill_own_values(lines: dict[int, IndicatorRow]) -> None:
    by_code: dict[str, list[IndicatorRow]] = defaultdict(list)  # two programmes may follow the same code
    for line in lines.values():
        by_code[line.indicator.code].append(line)
    for row in IndicatorValue.objects.filter(code__in=list(by_code), way="").order_by("first"):
        for line in by_code[row.code]:
            if row.span == Span.ROLLING:
                line.fill(row)
            else:
                line.months.append((row.first, row.value if row.is_enough else None))
    for line in lines.values():
        line.months = line.months[-MONTHS:]


def _fill_own_entered(lines: dict[int, IndicatorRow]) -> None:
    rows: dict[int, list[MunicipalityValue]] = defaultdict(list)
    for row in MunicipalityValue.objects.filter(indicator__in=list(lines)).order_by("-on", "-pk"):
        rows[row.indicator_id].append(row)
    for pk, line in lines.items():
        if line.indicator.is_manual:
            line.enter(rows[pk])
