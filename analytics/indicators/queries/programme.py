"""Queries of the indicator pages: the programme's table, one indicator across its municipalities, one municipality's
own values. Each uses a fixed number of queries for any number of municipalities and months.

Across municipalities only those are read that take part today and agreed to be compared; their scope is opened here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from analytics.enums import Level, Span
from analytics.indicators.queries.baselines import latest_baselines
from analytics.indicators.queries.measurements import measure
from analytics.indicators.sufficiency import (
    LEFT_OUT,
    is_frozen_of_enough,
    is_median_of_enough,
)
from analytics.indicators.target_status import Judged, Start, TargetPoint, change, judge
from analytics.logframe import FEW_PLACES, INDICATORS, Measured, provider
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


def target_points_of(rows: Iterable[Target | MunicipalityTarget]) -> list[TargetPoint]:
    return [TargetPoint(row.kind, row.value, row.due_on, row.is_milestone) for row in rows]


@dataclass
class IndicatorRow:
    """An indicator as a page shows it: of a programme or of one municipality.

    `start` is the `baseline` where it is of enough data to compute from. `entered_baselines` are those of the
    programme's municipalities, `proposed` is what a municipality without one had in the days of the others'.
    """

    indicator: ProgrammeIndicator
    baseline: Baseline | MunicipalityBaseline | None = None
    start: Start | None = None
    entered_baselines: Sequence[MunicipalityBaseline] = ()
    proposed: Measured | None = None
    targets: list[Target | MunicipalityTarget] = field(default_factory=list)
    is_own_target: bool = False
    actual: float | None = None
    n: int = 0
    why: str = "nobody"
    is_enough: bool = True
    first: date | None = None
    last: date | None = None
    made_at: datetime | None = None
    quality: Mapping[str, Any] = field(default_factory=dict)
    months: list[tuple[date, float | None]] = field(default_factory=list)
    entered: ManualValue | MunicipalityValue | None = None
    place: Municipality | None = None
    cohort: Cohort | None = None

    @property
    def judged(self) -> Judged:
        """A value of too few posts is shown and not judged."""
        actual = self.actual if self.is_enough else None
        return judge(actual, self.indicator.better, self.start, target_points_of(self.targets), today())

    @property
    def target(self) -> Target | MunicipalityTarget | None:
        return next((row for row in self.targets if not row.is_milestone), None)

    @property
    def milestones(self) -> list[Target | MunicipalityTarget]:
        return sorted((row for row in self.targets if row.is_milestone), key=lambda row: row.due_on)

    @property
    def change(self) -> float | None:
        return change(self.actual, self.start.value if self.start else None)

    @property
    def measured_since(self) -> date | None:
        """From when on a layer above measures it."""
        above = provider(self.indicator.code)
        return above.since if above else None

    @property
    def waits(self) -> bool:
        """Whether nothing measures it yet."""
        listed = self.indicator.listed
        return bool(listed and listed.needs and provider(listed.code) is None)

    def freeze(self, row: Baseline | MunicipalityBaseline | None, entered: Sequence[MunicipalityBaseline] = ()) -> None:
        """`entered`: of the programme's row, the latest baselines of its municipalities."""
        code = self.indicator.code
        self.baseline, self.entered_baselines = row, entered
        if row is None:
            return
        is_sound = (
            is_median_of_enough(row, entered, code) if isinstance(row, Baseline) else is_frozen_of_enough(code, row)
        )
        self.start = Start(row.value, row.last) if is_sound else None

    def enter(self, rows: Sequence[ManualValue | MunicipalityValue]) -> None:
        """Of entered values, the newest first, the latest of each day counts."""
        by_day: dict[date, ManualValue | MunicipalityValue] = {}
        for row in rows:
            by_day.setdefault(row.on, row)
        days = sorted(by_day)
        self.months = [(day, by_day[day].value) for day in days]
        if days:
            newest = by_day[days[-1]]
            self.entered, self.actual, self.n, self.why = newest, newest.value, 1, ""
            self.first = self.last = newest.on
        else:
            self.why = "not_entered"

    def fill(self, row: IndicatorValue) -> None:
        self.actual, self.n, self.why, self.is_enough = row.value, row.n, row.why, row.is_enough or row.value is None
        self.first, self.last, self.made_at, self.quality = row.first, row.last, row.made_at, row.quality


# ---------------------------------------------------------------- the programme's table


@dataclass(frozen=True)
class IndicatorDashboard:
    """`withheld` take part and did not agree to comparison."""

    lines: list[IndicatorRow]
    seats: list[Enrolment]
    cohorts: list[Cohort]
    withheld: int


def dashboard(programme: Programme, cohort: str = "", area: str = "") -> IndicatorDashboard:
    """Every indicator of the programme, or of one of its cohorts. Eight queries."""
    everybody = taking_part(programme)
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
        _fill_medians(lines, [row.municipality_id for row in seats])
        _fill_entered(lines, of_cohort=chosen is not None)
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


def _fill_medians(lines: dict[int, IndicatorRow], ids: list[int]) -> None:
    by_code = {line.indicator.code: line for line in lines.values() if line.indicator.code}
    params: dict[str, Any] = {"spans": [Span.ROLLING, Span.MONTH], "codes": list(by_code), "ids": ids}
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


def _fill_entered(lines: dict[int, IndicatorRow], *, of_cohort: bool) -> None:
    """Manual values: the programme's; without one, or for a cohort, the median of the latest values."""
    own = {pk: line for pk, line in lines.items() if line.indicator.is_manual}
    if not own:
        return
    whole: dict[int, list[ManualValue]] = defaultdict(list)
    if not of_cohort:
        for value in ManualValue.objects.filter(indicator__in=list(own)).order_by("-on", "-pk"):
            whole[value.indicator_id].append(value)
    latest: dict[int, list[MunicipalityValue]] = defaultdict(list)
    rows = MunicipalityValue.objects.filter(indicator__in=list(own))
    for row in rows.order_by("indicator_id", "municipality_id", "-on", "-pk").distinct(
        "indicator_id", "municipality_id"
    ):
        latest[row.indicator_id].append(row)
    for pk, line in own.items():
        line.enter(whole[pk])
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


def whole(indicator: ProgrammeIndicator) -> Whole:
    """Seven queries for a measured indicator, at most four more where a municipality has no baseline; eight for a
    manual one."""
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
            _fill_place_values(lines, indicator)
        else:
            parts = _fill_values(lines, indicator.code)
    _fill_whole(line, lines, values)
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


def _fill_place_values(lines: dict[int, IndicatorRow], indicator: ProgrammeIndicator) -> None:
    rows: dict[int, list[MunicipalityValue]] = defaultdict(list)
    for row in MunicipalityValue.objects.filter(indicator=indicator).order_by("-on", "-pk"):
        rows[row.municipality_id].append(row)
    for pk, line in lines.items():
        line.enter(rows[pk])


def _fill_whole(line: IndicatorRow, lines: dict[int, IndicatorRow], values: list[ManualValue]) -> None:
    """The programme's value: the entered one, else the median of its municipalities."""
    if line.indicator.is_manual:
        line.enter(values)
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
