"""Queries of the indicator pages: the programme's table, one indicator across its municipalities, one municipality's
own values. Each uses a fixed number of queries for any number of municipalities and months.

Across municipalities only those are read that take part today and agreed to be compared; their scope is opened here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from analytics.enums import Level, Span
from analytics.indicators.queries.actual_values import ActualValues, actual_values
from analytics.indicators.queries.baselines import latest_baselines
from analytics.indicators.queries.measurements import measure
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.sufficiency import (
    LEFT_OUT,
    is_enough,
    is_frozen_of_enough,
)
from analytics.indicators.target_status import Start
from analytics.logframe import FEW_PLACES, INDICATORS
from analytics.models import (
    Baseline,
    IndicatorValue,
    ManualValue,
    MunicipalityBaseline,
    MunicipalityTarget,
    MunicipalityValue,
    ProgrammeIndicator,
    Target,
)
from analytics.reporting_period import ReportingPeriod
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from serbian.sorting import sort_key

MONTHS = 36
# What decides about a frozen baseline.
ENTERED = ("indicator_id", "municipality_id", "value", "n", "last", "few_because", "frozen_at")
SIZES = ((20_000, "small"), (100_000, "medium"))

# Medians of everybody, read from one index: of the last 28 days, and of every month.
MEDIANS = """
SELECT code, span, first, max(last), count(*) FILTER (WHERE is_enough),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FILTER (WHERE is_enough), max(made_at)
FROM analytics_indicatorvalue
WHERE span = ANY(%(spans)s) AND code = ANY(%(codes)s) AND way = '' AND municipality_id = ANY(%(ids)s)
GROUP BY span, code, first ORDER BY span, code, first
"""


def size_of(place: Municipality) -> str:
    """The class in which municipalities are compared; empty while the population is not entered."""
    if not place.population:
        return ""
    return next((name for limit, name in SIZES if place.population < limit), "large")


def taking_part(programme: Programme) -> list[Enrolment]:
    """Enrolments that run today, one a municipality, by name. One query."""
    rows = Enrolment.objects.on(today()).filter(cohort__programme=programme, municipality__joined_on__isnull=False)
    by_municipality = {row.municipality_id: row for row in rows.select_related("municipality", "cohort").order_by("pk")}
    return sorted(by_municipality.values(), key=lambda row: sort_key(str(row.municipality)))


def followed(programmes: Iterable[Programme]) -> QuerySet[ProgrammeIndicator]:
    return ProgrammeIndicator.objects.filter(programme__in=list(programmes), ended_at__isnull=True)


def in_order(rows: Iterable[ProgrammeIndicator]) -> list[ProgrammeIndicator]:
    """By level, then as the list has them, the programme's own last."""
    levels, codes = list(Level), list(INDICATORS)
    place = {code: number for number, code in enumerate(codes)}
    return sorted(rows, key=lambda row: (levels.index(Level(row.level)), place.get(row.code, len(codes)), row.pk))


def start_of(indicator: ProgrammeIndicator, place: Municipality | None) -> Start | None:
    """The frozen baseline that counts, of the programme or, in its scope, of a municipality; None also where it is of
    too little data."""
    line = IndicatorRow(indicator)
    if place is not None:
        line.freeze(
            MunicipalityBaseline.objects.filter(indicator=indicator, municipality=place).order_by("-pk").first()
        )
        return line.start
    agreed = [seat.municipality_id for seat in taking_part(indicator.programme) if seat.compares]
    with scope(*agreed):
        line.freeze(indicator.baselines.order_by("-pk").first(), list(latest_baselines(indicator)))
    return line.start


# ---------------------------------------------------------------- the programme's table


@dataclass(frozen=True)
class IndicatorDashboard:
    """`withheld` take part and did not agree to comparison."""

    lines: list[IndicatorRow]
    seats: list[Enrolment]
    cohorts: list[Cohort]
    withheld: int


def dashboard(
    programme: Programme,
    period: ReportingPeriod | None = None,
    cohort: str = "",
    area: str = "",
    *,
    kept: bool = True,
    months: bool = True,
    everybody: list[Enrolment] | None = None,
) -> IndicatorDashboard:
    """Every indicator of the programme, or of one of its cohorts, in a period; without one in the last 28 days. Eight
    queries; for another period those of `actual_values`, too, which explains `kept`.

    `months`: whether the values of the months are wanted as well, which takes most of the time. `everybody`: those of
    `taking_part`, where they are at hand.
    """
    everybody = taking_part(programme) if everybody is None else everybody
    cohorts = sorted({row.cohort_id: row.cohort for row in everybody}.values(), key=lambda row: row.training_on)
    chosen = next((row for row in cohorts if str(row.pk) == cohort), None)
    agreed = [row for row in everybody if row.compares]
    seats = [row for row in agreed if chosen is None or row.cohort_id == chosen.pk]
    indicators = [row for row in in_order(followed([programme])) if not area or area in row.areas]
    lines = {row.pk: IndicatorRow(row) for row in indicators}
    for target in Target.objects.filter(indicator__in=indicators, ended_at__isnull=True):
        lines[target.indicator_id].targets.append(target)
    with scope(*(row.municipality_id for row in seats)):
        _fill_baselines(lines, of_cohort=chosen is not None)
        is_usual = period is None or period.is_usual
        spans = [*([Span.ROLLING] if is_usual or months else []), *([Span.MONTH] if months else [])]
        if spans:
            _fill_medians(lines, [row.municipality_id for row in seats], spans)
        if period is not None and not is_usual:
            _fill_period(lines, actual_values([row.municipality for row in seats], period, kept=kept))
        _fill_entered(lines, of_cohort=chosen is not None, until=period.last if period else None)
    if period is not None:
        for line in lines.values():
            line.judged_on = period.judged_on
    return IndicatorDashboard(list(lines.values()), seats, cohorts, len(everybody) - len(agreed))


def _fill_baselines(lines: dict[int, IndicatorRow], *, of_cohort: bool) -> None:
    """The programme's as it was frozen; of a cohort the median of those of its municipalities. Two queries."""
    whole: dict[int, Baseline] = {}
    if not of_cohort:
        frozen = Baseline.objects.filter(indicator__in=list(lines)).order_by("indicator_id", "-pk")
        whole = {row.indicator_id: row for row in frozen.distinct("indicator_id")}
    # a median that names what it left out needs no look at what it was taken of
    unclear = [pk for pk in lines if pk not in whole or LEFT_OUT not in whole[pk].quality]
    entered: dict[int, list[MunicipalityBaseline]] = defaultdict(list)
    places = MunicipalityBaseline.objects.filter(indicator__in=unclear).only(*ENTERED)
    for row in places.order_by("indicator_id", "municipality_id", "-pk").distinct("indicator_id", "municipality_id"):
        entered[row.indicator_id].append(row)
    for pk, line in lines.items():
        line.freeze(whole.get(pk), entered[pk])
        if of_cohort:
            line.start = _start_of(line.indicator.code, entered[pk])


def _start_of(code: str, rows: Iterable[MunicipalityBaseline]) -> Start | None:
    """The median of baselines of enough data; None below three."""
    several = [row for row in rows if is_frozen_of_enough(code, row)]
    if len(several) < FEW_PLACES:
        return None
    return Start(median(row.value for row in several), max(row.last for row in several))


def _fill_medians(lines: dict[int, IndicatorRow], ids: list[int], spans: list[Span]) -> None:
    by_code = {line.indicator.code: line for line in lines.values() if line.indicator.code}
    params: dict[str, Any] = {"spans": spans, "codes": list(by_code), "ids": ids}
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS, params)
        for code, span, first, last, n, middle, made_at in cursor.fetchall():
            line, value = by_code[code], None if middle is None or n < FEW_PLACES else float(middle)
            if span == Span.MONTH:
                line.months.append((first, value))
                continue
            line.actual, line.n, line.first, line.last, line.made_at = value, n, first, last, made_at
            line.why = "" if value is not None else "few_places"
    for line in by_code.values():
        line.months = line.months[-MONTHS:]


def _fill_period(lines: dict[int, IndicatorRow], values: ActualValues) -> None:
    """Medians of the municipalities over the days of another period; no months after it."""
    for line in lines.values():
        if line.indicator.is_manual:
            continue
        several = values.enough(line.indicator.code)
        line.actual, line.n, line.quality = _median(several), len(several), {}
        line.why = "" if line.actual is not None else "few_places"
        line.first, line.last, line.made_at = values.first, values.last, values.made_at
        line.months = [(month, value) for month, value in line.months if month <= values.last]


def _fill_entered(lines: dict[int, IndicatorRow], *, of_cohort: bool, until: date | None) -> None:
    """Manual values: the programme's; without one, or for a cohort, the median of the latest values."""
    own = {pk: line for pk, line in lines.items() if line.indicator.is_manual}
    if not own:
        return
    whole: dict[int, list[ManualValue]] = defaultdict(list)
    if not of_cohort:
        for value in ManualValue.objects.filter(indicator__in=list(own)).order_by("-on", "-pk"):
            whole[value.indicator_id].append(value)
    latest: dict[int, list[MunicipalityValue]] = defaultdict(list)
    rows = MunicipalityValue.objects.filter(indicator__in=list(own), on__lte=until or date.max)
    for row in rows.order_by("indicator_id", "municipality_id", "-on", "-pk").distinct(
        "indicator_id", "municipality_id"
    ):
        latest[row.indicator_id].append(row)
    for pk, line in own.items():
        line.enter(whole[pk], until)
        several = latest[pk]
        if line.actual is None and several:
            line.n, line.why = len(several), "few_places"
            if len(several) >= FEW_PLACES:
                line.actual, line.why = median(place_value.value for place_value in several), ""
                line.first, line.last = (
                    min(place_value.on for place_value in several),
                    max(place_value.on for place_value in several),
                )


# ---------------------------------------------------------------- one indicator


@dataclass(frozen=True)
class Group:
    """Some municipalities, or a part of everybody's posts: its median, suppressed where n is below three."""

    way: str
    key: str
    n: int
    value: float | None


@dataclass(frozen=True)
class Whole:
    """One indicator: the programme's row, a row for each municipality, medians of groups, and the history of targets
    and baselines, the newest first."""

    line: IndicatorRow
    places: list[IndicatorRow]
    groups: list[Group]
    targets: list[Target]
    baselines: list[Baseline]
    values: list[ManualValue]
    withheld: int


def whole(indicator: ProgrammeIndicator, period: ReportingPeriod | None = None) -> Whole:
    """In a period; without one in the last 28 days. Seven queries for a measured indicator, at most four more where a
    municipality has no baseline, and four for another period; eight for a manual one."""
    everybody = taking_part(indicator.programme)
    seats = [row for row in everybody if row.compares]
    lines = {row.municipality_id: IndicatorRow(indicator, place=row.municipality, cohort=row.cohort) for row in seats}
    line = IndicatorRow(indicator)
    targets = list(indicator.targets.select_related("set_by", "ended_by").order_by("-pk"))
    line.targets = [row for row in targets if row.ended_at is None]
    baselines = list(indicator.baselines.select_related("frozen_by").order_by("-pk"))
    values: list[ManualValue] = []
    parts: list[IndicatorValue] = []
    with scope(*lines):
        entered = list(latest_baselines(indicator))
        for frozen in entered:
            lines[frozen.municipality_id].freeze(frozen)
        line.freeze(baselines[0] if baselines else None, entered)
        _propose(lines, entered)
        _fill_targets(lines, indicator, line.targets)
        if indicator.is_manual:
            values = list(indicator.values.select_related("entered_by").order_by("-on", "-pk"))
            _fill_place_values(lines, indicator, period.last if period else None)
        else:
            parts = _fill_values(lines, indicator.code)
            if period is not None and not period.is_usual:
                parts = _fill_places(lines, actual_values([row.municipality for row in seats], period, indicator.code))
    _fill_whole(line, lines, values, period.last if period else None)
    if period is not None:
        for row in (line, *lines.values()):
            row.judged_on = period.judged_on
    groups = [*_groups(lines), *_groups_of_parts(parts)]
    return Whole(line, list(lines.values()), groups, targets, baselines, values, len(everybody) - len(seats))


def _propose(lines: dict[int, IndicatorRow], entered: Sequence[MunicipalityBaseline]) -> None:
    """What those without a baseline had in the days of the others' newest one. Nothing is read where all have one, or
    none has."""
    code = next((line.indicator.code for line in lines.values()), "")
    without = [line.place for line in lines.values() if line.baseline is None and line.place is not None]
    if not code or not entered or not without:
        return
    newest = max(entered, key=lambda row: row.pk)
    measured = measure(without, newest.first, newest.last, code).get(code, {})
    for place in without:
        lines[place.pk].proposed = measured.get(place.pk)


def _fill_targets(lines: dict[int, IndicatorRow], indicator: ProgrammeIndicator, common: list[Any]) -> None:
    own: dict[int, list[MunicipalityTarget]] = defaultdict(list)
    for row in MunicipalityTarget.objects.filter(indicator=indicator, ended_at__isnull=True):
        own[row.municipality_id].append(row)
    for pk, line in lines.items():
        line.is_own_target = any(not row.is_milestone for row in own[pk])
        # One's own milestones go with one's own target only: they lie on the way to it.
        line.targets = list(own[pk]) if line.is_own_target else list(common)


def _fill_values(lines: dict[int, IndicatorRow], code: str) -> list[IndicatorValue]:
    """The last 28 days and the months of every municipality; returns the parts of the former."""
    rows = IndicatorValue.objects.filter(Q(span=Span.ROLLING) | Q(span=Span.MONTH, way=""), code=code)
    parts = []
    for row in rows.order_by("first"):
        line = lines[row.municipality_id]
        if row.way:
            parts.append(row)
        elif row.span == Span.ROLLING:
            line.fill(row)
        else:
            line.months.append((row.first, row.value if row.is_enough else None))
    return parts


def _fill_places(lines: dict[int, IndicatorRow], values: ActualValues) -> list[IndicatorValue]:
    """Each municipality over the days of another period; returns the parts of it, as rows that are not stored."""
    parts = []
    for line in lines.values():
        code, place = line.indicator.code, line.place
        measured = values.values.get(code, {}).get(place.pk) if place else None
        if measured is None:
            continue
        line.measure(measured, values)
        line.months = [(month, value) for month, value in line.months if month <= values.last]
        parts += [
            IndicatorValue(way=way, part=part, value=value, n=n, is_enough=n > 0 and is_enough(code, value, n))
            for (way, part), (value, n) in measured.parts.items()
        ]
    return parts


def _fill_place_values(lines: dict[int, IndicatorRow], indicator: ProgrammeIndicator, until: date | None) -> None:
    rows: dict[int, list[MunicipalityValue]] = defaultdict(list)
    for row in MunicipalityValue.objects.filter(indicator=indicator).order_by("-on", "-pk"):
        rows[row.municipality_id].append(row)
    for pk, line in lines.items():
        line.enter(rows[pk], until)


def _fill_whole(
    line: IndicatorRow, lines: dict[int, IndicatorRow], values: list[ManualValue], until: date | None
) -> None:
    """The programme's value: the entered one, else the median of its municipalities."""
    if line.indicator.is_manual:
        line.enter(values, until)
    if line.actual is not None:
        return
    indicator_rows = [
        indicator_row
        for indicator_row in lines.values()
        if indicator_row.actual is not None and indicator_row.is_enough
    ]
    line.n = len(indicator_rows)
    line.actual = _median([indicator_row.actual for indicator_row in indicator_rows])
    line.why = "" if line.actual is not None else "few_places" if indicator_rows else line.why
    line.first = min((indicator_row.first for indicator_row in indicator_rows if indicator_row.first), default=None)
    line.last = max((indicator_row.last for indicator_row in indicator_rows if indicator_row.last), default=None)
    line.made_at = max(
        (indicator_row.made_at for indicator_row in indicator_rows if indicator_row.made_at), default=None
    )
    by_month: dict[date, list[float]] = defaultdict(list)
    for indicator_row in lines.values():
        for day, value in indicator_row.months:
            by_month[day].extend([] if value is None else [value])
    if not line.indicator.is_manual:
        line.months = [(day, _median(by_month[day])) for day in sorted(by_month)][-MONTHS:]


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if len(known) >= FEW_PLACES else None


def _groups(lines: dict[int, IndicatorRow]) -> list[Group]:
    """By cohort and by size; a municipality without a population is in no size."""
    by_group: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in lines.values():
        if line.actual is None or not line.is_enough or line.place is None or line.cohort is None:
            continue
        by_group["cohort", line.cohort.name].append(line.actual)
        if size_of(line.place):
            by_group["size", size_of(line.place)].append(line.actual)
    return _in_groups(by_group)


def _groups_of_parts(rows: Iterable[IndicatorValue]) -> list[Group]:
    by_group: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if row.is_enough and row.value is not None:
            by_group[row.way, row.part].append(row.value)
    return _in_groups(by_group)


def _in_groups(by_group: Mapping[tuple[str, str], list[float]]) -> list[Group]:
    return [Group(way, key, len(values), _median(values)) for (way, key), values in sorted(by_group.items())]


# ---------------------------------------------------------------- one municipality


@dataclass(frozen=True)
class History:
    """What was agreed with a municipality, frozen and entered for it, the newest first."""

    targets: list[MunicipalityTarget]
    baselines: list[MunicipalityBaseline]
    values: list[MunicipalityValue]


def history(indicator: ProgrammeIndicator) -> History:
    """Of the municipality in scope. Three queries."""
    return History(
        list(
            MunicipalityTarget.objects.filter(indicator=indicator).select_related("set_by", "ended_by").order_by("-pk")
        ),
        list(MunicipalityBaseline.objects.filter(indicator=indicator).select_related("frozen_by").order_by("-pk")),
        list(MunicipalityValue.objects.filter(indicator=indicator).select_related("entered_by").order_by("-on", "-pk")),
    )


def mine(pk: int, programmes: Collection[Programme]) -> ProgrammeIndicator | None:
    """An indicator of one of these programmes, ended ones too. One query."""
    return ProgrammeIndicator.objects.select_related("programme").filter(pk=pk, programme__in=programmes).first()
