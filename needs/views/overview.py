"""A month or a year of needs on one page, for the mayor's office: to read, to print, or as a table."""

import re
from datetime import date
from itertools import dropwhile
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.indicators.queries.daily_counts import Span, spans
from common import charts, spreadsheets
from common.dates import day_month_short, month_year
from inbox.enums import Topic
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.enums import NeedStage, SupporterSource
from needs.queries.overview import NeedsOverview, NeedSummary, OverviewPeriod, overview
from reports.contents.common import whole

OLDEST = 2000


@requires(Verb.NEEDS_VIEW)
@require_safe
def page(request: MunicipalityRequest) -> HttpResponse:
    data = overview(_period(request.GET))
    drawn = {"months": _months(data)}
    if picture := charts.asked(request, drawn, source=str(request.municipality)):
        return picture
    slug, period = request.municipality.slug, data.period
    base, query = reverse("needs_overview", args=[slug]), _query(period)
    context = {
        "overview": data,
        "name": _name(period),
        "drawn": drawn,
        "choices": _choices(base, period),
        "before": base + _query(_moved(period, -1)) if period.first.year > OLDEST else "",
        "after": base + _query(_moved(period, 1)) if period.after <= today() else "",
        "csv": reverse("needs_overview_csv", args=[slug]) + query,
        "counted": [(_part(period, span), span) for span in _since_the_first(spans(period.parts(data.today)))],
        "sources": [(SupporterSource(source).label, count) for source, count in data.sources.items()],
        "top": [_line_context(data, line) for line in data.top],
        "waiting": [_line_context(data, line) for line in data.waiting],
        "page_title": _("Needs: overview"),
    }
    return render(request, "needs/overview.html", context)


@requires(Verb.NEEDS_VIEW)
@require_safe
def table(request: MunicipalityRequest) -> HttpResponse:
    """Every need with a change in the period. No words of citizens."""
    data = overview(_period(request.GET))
    headings = [
        _("Need"), _("Topic"), _("Settlement"), _("State"), _("Voices in these days"), _("Voices altogether"),
        _("First recorded"), _("Decided on"), _("Done on"), _("Why"), _("What we did"),
    ]  # fmt: skip
    rows = [
        [
            line.title, _topic(line), data.settlements.get(line.settlement_id or 0, ""),
            str(NeedStage(line.stage).label), line.supporters, line.size, line.began_on.isoformat(),
            _day(line.decided_on), _day(line.done_on), line.reason, line.done,
        ]
        for line in data.touched
    ]  # fmt: skip
    answer = HttpResponse(spreadsheets.table([headings, *rows]), content_type="text/csv; charset=utf-8")
    period = data.period
    name = f"needs-{request.municipality.slug}-{period.year}" + (f"-{period.month:02}" if period.month else "")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _period(params: Any) -> OverviewPeriod:
    """`?month=2026-11` or `?year=2026`; this year without either. Raises `Http404` for what is no time we know."""
    day = today()
    if month := params.get("month"):
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", month)
        period = OverviewPeriod(int(match[1]), int(match[2])) if match else None
    else:
        year = params.get("year", str(day.year))
        period = OverviewPeriod(int(year)) if re.fullmatch(r"[0-9]{4}", year) else None
    if period is None or period.year < OLDEST or period.first > day:
        raise Http404
    return period


def _query(period: OverviewPeriod) -> str:
    return f"?month={period.year}-{period.month:02}" if period.month else f"?year={period.year}"


def _moved(period: OverviewPeriod, by: int) -> OverviewPeriod:
    if period.month is None:
        return OverviewPeriod(period.year + by)
    months = period.year * 12 + period.month - 1 + by
    return OverviewPeriod(months // 12, months % 12 + 1)


def _choices(base: str, period: OverviewPeriod) -> list[dict[str, Any]]:
    """The year, or a month: of this year the running one, of another one its last."""
    day = today()
    month = period.month or (day.month if period.year == day.year else 12)
    options = ((_("Month"), OverviewPeriod(period.year, month)), (_("Year"), OverviewPeriod(period.year)))
    return [{"label": label, "url": base + _query(option), "current": option == period} for label, option in options]


def _name(period: OverviewPeriod) -> str:
    return month_year(period.first) if period.month else str(period.year)


def _line_context(data: NeedsOverview, line: NeedSummary) -> dict[str, Any]:
    return {
        "line": line, "topic": _topic(line), "settlement": data.settlements.get(line.settlement_id or 0, ""),
        "stage": NeedStage(line.stage), "waits": data.waits(line),
    }  # fmt: skip


def _topic(line: NeedSummary) -> str:
    return str(Topic(line.topic).label) if line.topic else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _months(data: NeedsOverview) -> charts.Chart | None:
    """Supporters by month, against the year before where there were any."""
    year = data.period.year
    counted = zip(data.period.months, data.months(), strict=True)
    now = [None if month > data.today else count for month, count in counted]
    before = data.months(1)
    if not any(now) and not any(before):
        return None
    series = [charts.Series(str(year), now)]
    if any(before):
        series.append(charts.Series(str(year - 1), before, muted=True))
    texts = charts.ChartTexts(number=whole, heading=_("Month"), gap=_("not yet"))
    return charts.bars(_("Voices by month"), [month_year(month) for month in data.period.months], series, texts)


def _since_the_first(counted: list[Span]) -> list[Span]:
    """Without the months before anybody asked anything here."""
    return list(dropwhile(lambda span: span.is_empty, counted))


def _part(period: OverviewPeriod, span: Span) -> str:
    return f"{day_month_short(span.first)} – {day_month_short(span.last)}" if period.month else month_year(span.first)
