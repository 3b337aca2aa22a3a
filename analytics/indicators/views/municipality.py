"""A municipality's own indicators: its targets and their status."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics.dashboards.views.page_context import tabs
from analytics.indicators import charts, labels
from analytics.indicators.queries.municipality import own
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.views.targets import download
from analytics.models import MunicipalityValue
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def indicators(request: MunicipalityRequest) -> HttpResponse:
    dashboards = own(request.municipality)
    lines = {f"{line.indicator.pk}-": line for dashboard in dashboards for line in dashboard.lines if not line.waits}
    if file := charts.asked(request, lines, request.municipality):
        return file
    programmes = [
        {
            "programme": dashboard.programme,
            "cohort": dashboard.cohort,
            "levels": _by_level(dashboard.lines),
            "waiting": [(line, labels.why(line)) for line in dashboard.lines if line.waits],
        }
        for dashboard in dashboards
    ]
    context = {
        "pages": tabs(request, "analytics_indicators"),
        "programmes": programmes,
        "several": len(programmes) > 1,
        "rule": labels.RULE,
    }
    return render(request, "analytics/own_indicators.html", context)


def _by_level(lines: list[IndicatorRow]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {}
    for line in lines:
        if not line.waits:
            groups.setdefault(line.indicator.level, []).append(_card(line))
    return [{"label": labels.level(key), "cards": cards} for key, cards in groups.items()]


def _card(line: IndicatorRow) -> dict[str, Any]:
    return {
        "line": line,
        "indicator": line.indicator,
        "state": line.judged.standing,
        "sentence": labels.sentence(line),
        "notes": [*labels.quality(line.quality), *filter(None, [labels.few(line)])],
        "counts": labels.counts(line.indicator),
        "key": f"{line.indicator.pk}-bullet",
        "bullet": charts.bullet(line) if line.actual is not None or line.target is not None else None,
        "entered": line.entered,
    }


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def evidence(request: MunicipalityRequest, indicator: int, value: int) -> HttpResponseBase:
    return download(get_object_or_404(MunicipalityValue.objects.filter(indicator=indicator), pk=value))
