"""Charts of indicators: a bullet chart against the target, months as a line, and a sparkline for tables."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.indicators import labels as indicator_labels
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.target_status import TargetPoint, goal
from common import charts
from common.dates import month_year, short_date
from common.markup import NOTHING


def _texts(line: IndicatorRow, heading: str) -> charts.ChartTexts:
    """Without the formula, because it is shown beside each of these charts."""
    number = partial(indicator_labels.value, unit=line.indicator.unit)
    return charts.ChartTexts(number=number, gap=_("no value"), heading=heading)


def bullet(line: IndicatorRow) -> charts.Chart:
    """Actual, baseline, milestones and target in one row."""
    return charts.bullet(
        _("Against what was agreed"),
        baseline=line.start.value if line.start else None,
        actual=line.actual,
        target=line.judged.goal,
        milestones=_milestones(line),
        texts=_texts(line, _("What")),
        reason=indicator_labels.why(line) if line.actual is None else "",
    )


def bullet_line(line: IndicatorRow) -> SafeString:
    """The same for a row of a list, without words. The baseline may be one of too little data, which is listed."""
    begun = line.baseline or line.start
    return charts.bullet_line(
        baseline=begun.value if begun else None,
        actual=line.actual,
        target=line.judged.goal,
        milestones=_milestones(line),
        texts=_texts(line, _("What")),
    )


def _milestones(line: IndicatorRow) -> list[tuple[str, float]]:
    return [
        (short_date(row.due_on), value)
        for row in line.milestones
        if (value := goal(TargetPoint(row.kind, row.value, row.due_on, True), line.start)) is not None
    ]


def months(line: IndicatorRow) -> charts.Chart | None:
    """Values over time; of one there is no line."""
    if len(line.months) < 2:
        return None
    is_by_day = line.indicator.is_manual
    labels = [short_date(day) if is_by_day else month_year(day) for day, _value in line.months]
    series = charts.Series(str(line.indicator), [value for _day, value in line.months])
    wanted = line.judged.goal
    target = (_("Target"), wanted) if wanted is not None else None
    heading = _("Day") if is_by_day else _("Month")
    return charts.line(_("Over time"), labels, [series], _texts(line, heading), target=target)


def asked(request: HttpRequest, lines: Mapping[str, IndicatorRow], owner: object) -> HttpResponse | None:
    """The file of a chart that the address asks for, see `common.charts.asked`. `lines` by the beginning of the names
    of their charts; `owner` is the programme or the municipality."""
    wanted = request.GET.get("picture", "")
    if not wanted:
        return None
    for prefix, line in lines.items():
        if wanted.startswith(prefix):
            source = " · ".join(filter(None, [str(owner), indicator_labels.period(line.first, line.last)]))
            return charts.asked(request, _files(line, prefix), source=source)
    raise Http404(f"This page has no picture {wanted!r}.")


def _files(line: IndicatorRow, prefix: str) -> dict[str, charts.Chart | None]:
    """Away from the page their titles name the indicator, and its formula stands below."""
    drawn = {"bullet": bullet(line), "months": months(line)}
    return {
        f"{prefix}{name}": replace(chart, title=f"{line.indicator}: {chart.title}", formula=line.indicator.formula)
        if chart
        else None
        for name, chart in drawn.items()
    }


def sparkline(line: IndicatorRow) -> SafeString:
    known = [(day, value) for day, value in line.months if value is not None]
    if len(known) < 2:
        return NOTHING
    unit = line.indicator.unit
    summary = "; ".join(
        f"{month_year(day)}: {indicator_labels.value(value, unit)}" for day, value in (known[0], known[-1])
    )
    return charts.sparkline([value for _day, value in line.months], summary)
