"""The indicators of a programme in its report: baseline, target and actual, and how each is computed."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from analytics.enums import Better, Level, TargetStatus, Unit
from analytics.indicators.labels import (
    RULE,
    frozen_few,
    left_out,
    no_baseline,
    quality,
    target_label,
    why,
    worse,
)
from analytics.indicators.queries.programme import dashboard
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.target_status import TargetPoint, goal
from analytics.models import Baseline, MunicipalityTarget, Target
from analytics.reporting_period import ReportingPeriod
from common.dates import long_date
from municipalities.models import Programme
from reports.document import Block, Cell, CellType, Column, Facts, Heading, Missing, Table
from reports.results import Aim, IndicatorResult


def lines_of(programme: Programme, period: ReportingPeriod) -> list[IndicatorRow]:
    """Actual values are of `period`, and targets are judged on its last day (or today, while it is not over)."""
    return dashboard(programme, period, kept=False).lines


def indicators(lines: Sequence[IndicatorRow], period: ReportingPeriod) -> list[Block]:
    """Empty when the programme follows none."""
    if not lines:
        return []
    note = _(
        "Measured in %(period)s, as the median of n municipalities, and judged on %(day)s; the baseline is frozen. "
        "Values with n under three are not shown. What is per 1,000 is counted per 30 days."
    ) % {"period": period, "day": long_date(period.judged_on)}
    table = Table("indicators", "", _columns(), [_row(line) for line in lines], note, sheet=_("Indicators"))
    notes = Table("indicator-notes", "", _note_columns(), list(_notes(lines)), printed=False, sheet=_("Notes"))
    return [Heading(_("Indicators: baseline, target, actual")), table, notes, Facts(list(_formulas(lines)))]


def _columns() -> Sequence[Column]:
    return (
        Column(_("Indicator")),
        Column(_("Level")),
        Column(_("Unit")),
        Column(_("Baseline"), CellType.NUMBER, 1, _("frozen before the work began")),
        Column(_("Target"), CellType.NUMBER, 1, _("as a value, reckoned from the baseline where it is a change")),
        Column(_("until"), CellType.DATE),
        Column(_("Actual"), CellType.NUMBER, 1, _("of the months of this report")),
        Column("n", CellType.NUMBER, meaning=_("municipalities in the median")),
        Column(_("Standing"), meaning=str(RULE)),
    )


def _row(line: IndicatorRow) -> Sequence[Cell]:
    judged, target = line.judged, line.target
    return (
        named(line),
        str(Level(line.indicator.level).label),
        str(Unit(line.indicator.unit).label),
        Missing(no_baseline(line)) if line.start is None else line.start.value,
        Missing(_("not agreed") if target is None else "–") if judged.goal is None else judged.goal,
        Missing() if target is None else target.due_on,
        Missing(_("no value")) if line.actual is None else line.actual,
        line.n,
        str(TargetStatus(judged.standing).label),
    )


def _note_columns() -> Sequence[Column]:
    return (Column(_("Indicator")), Column(_("What is to be known of it")))


def _notes(lines: Sequence[IndicatorRow]) -> Iterator[tuple[Cell, Cell]]:
    """For spreadsheets: a missing value has no reason in CSV."""
    for line in lines:
        for note in notes_of(line):
            yield named(line), note


def notes_of(line: IndicatorRow) -> list[str]:
    """Sentences that a reader of the figures has to know, also where only the figures are read."""
    notes = []
    if line.baseline is None:
        notes.append(_("Baseline: %(why)s.") % {"why": no_baseline(line)})
    elif isinstance(line.baseline, Baseline):
        notes += [frozen_few(line.indicator, line.baseline, is_enough=line.start is not None), left_out(line.baseline)]
    notes.append(worse(line.target, line))
    notes += [worse(milestone, line) for milestone in line.milestones]
    return [note for note in notes if note]


def named(line: IndicatorRow) -> str:
    code = line.indicator.code
    return f"{code} {line.indicator}" if code else str(line.indicator)


def _formulas(lines: Sequence[IndicatorRow]) -> Iterator[tuple[str, str]]:
    """How each is computed, and notes on the quality of its data."""
    for line in lines:
        source = line.entered.source if line.entered else ""
        notes = quality({**line.quality, **({"source": source} if source else {})})
        if line.actual is None:
            notes.append(why(line))
        notes += notes_of(line)
        yield named(line), " ".join([str(line.indicator.formula).rstrip(".") + ".", *notes])


# ---- The same rows for a file that programs of donors read.


def result(line: IndicatorRow) -> IndicatorResult:
    """The values are those of the table; what the table leaves out is None here, with its reason."""
    indicator, frozen = line.indicator, line.baseline
    unit = _("Unit: %(unit)s.") % {"unit": Unit(indicator.unit).label}
    return IndicatorResult(
        level=indicator.level,
        unit=indicator.unit,
        name=named(line),
        definition=f"{str(indicator.formula).rstrip('.')}. {unit}",
        is_up=indicator.better == Better.UP,
        baseline=None if line.start is None else line.start.value,
        baseline_on=None if frozen is None else frozen.last,
        baseline_note=_baseline_note(line),
        actual=line.actual,
        actual_note=_actual_note(line),
        aims=[
            _aim(line, row)
            for row in sorted((row for row in line.targets if _is_aim(line, row)), key=lambda row: row.due_on)
        ],
    )


def _baseline_note(line: IndicatorRow) -> str:
    if line.baseline is None or line.start is None:
        return _("Baseline: %(why)s.") % {"why": no_baseline(line)}
    return left_out(line.baseline) if isinstance(line.baseline, Baseline) else ""


def _actual_note(line: IndicatorRow) -> str:
    if line.actual is None:
        return why(line)
    if line.entered:
        return _("Source: %(source)s.") % {"source": line.entered.source}
    return _("Median of %(n)s municipalities.") % {"n": line.n}


def _is_aim(line: IndicatorRow, row: Target | MunicipalityTarget) -> bool:
    """A milestone at or after the target is on no way to it."""
    return not row.is_milestone or line.target is None or row.due_on < line.target.due_on


def _aim(line: IndicatorRow, row: Target | MunicipalityTarget) -> Aim:
    value = goal(TargetPoint(row.kind, row.value, row.due_on), line.start)
    note = worse(row, line)
    if value is None:
        note = target_label(row, line)
    return Aim(value, row.due_on, row.is_milestone, note)
