"""The indicators of a programme in its report: baseline, target and actual, and how each is computed."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from analytics.enums import Level, TargetStatus, Unit
from analytics.indicators.labels import RULE, frozen_few, left_out, no_baseline, quality, why, worse
from analytics.indicators.queries.programme import dashboard
from analytics.indicators.queries.rows import IndicatorRow
from analytics.models import Baseline
from analytics.reporting_period import ReportingPeriod
from common.dates import long_date
from municipalities.models import Programme
from reports.document import Block, Cell, CellType, Column, Facts, Heading, Missing, Table


def indicators(programme: Programme, period: ReportingPeriod) -> list[Block]:
    """Empty when the programme follows none. Actual values are of `period`, and targets are judged on its last day (or
    today, while it is not over)."""
    lines = dashboard(programme, period, kept=False).lines
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
