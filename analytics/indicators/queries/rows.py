"""An indicator as the pages show it: baseline, targets, actual value and what is to be known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from analytics.indicators.queries.actual_values import ActualValues
from analytics.indicators.sufficiency import is_enough, is_frozen_of_enough, is_median_of_enough
from analytics.indicators.target_status import Judged, Start, TargetPoint, change, judge
from analytics.logframe import Measured, provider
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
from municipalities.models import Cohort, Municipality
from municipalities.queries import today


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
    judged_on: date = field(default_factory=today)

    @property
    def judged(self) -> Judged:
        """A value of too few posts is shown and not judged. On the last day of the period, or today."""
        actual = self.actual if self.is_enough else None
        return judge(actual, self.indicator.better, self.start, target_points_of(self.targets), self.judged_on)

    @property
    def is_judged_today(self) -> bool:
        return self.judged_on == today()

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

    def enter(self, rows: Sequence[ManualValue | MunicipalityValue], until: date | None = None) -> None:
        """Of entered values, the newest first, the latest of each day counts; none of after `until`."""
        by_day: dict[date, ManualValue | MunicipalityValue] = {}
        for row in rows:
            if until is None or row.on <= until:
                by_day.setdefault(row.on, row)
        days = sorted(by_day)
        self.months = [(day, by_day[day].value) for day in days]
        if days:
            newest = by_day[days[-1]]
            self.entered, self.actual, self.n, self.why = newest, newest.value, 1, ""
            self.first = self.last = newest.on
        else:
            self.why = "not_entered"

    def measure(self, measured: Measured, values: ActualValues) -> None:
        """Of a period whose values are not kept as rows."""
        self.actual, self.n, self.why, self.quality = measured.value, measured.n, measured.why, measured.quality
        self.is_enough = measured.value is None or is_enough(self.indicator.code, measured.value, measured.n)
        self.first, self.last, self.made_at = values.first, values.last, values.made_at

    def fill(self, row: IndicatorValue) -> None:
        self.actual, self.n, self.why, self.is_enough = row.value, row.n, row.why, row.is_enough or row.value is None
        self.first, self.last, self.made_at, self.quality = row.first, row.last, row.made_at, row.quality
