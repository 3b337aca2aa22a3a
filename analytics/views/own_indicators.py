"""A municipality's own indicators: what was agreed with it, and where it stands."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics import logframe_pictures as pictures
from analytics import logframe_words as words
from analytics.models import PlaceValue
from analytics.queries.indicators import Line
from analytics.queries.own_indicators import own
from analytics.views.frame import tabs
from analytics.views.indicators_agreed import download
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def indicators(request: MunicipalityRequest) -> HttpResponse:
    found = own(request.municipality)
    programmes = [
        {
            "programme": each.programme,
            "cohort": each.cohort,
            "levels": _by_level(each.lines),
            "waiting": [(line, words.why(line)) for line in each.lines if line.waits],
        }
        for each in found
    ]
    context = {
        "pages": tabs(request, "analytics_indicators"),
        "programmes": programmes,
        "several": len(programmes) > 1,
        "rule": words.RULE,
    }
    return render(request, "analytics/own_indicators.html", context)


def _by_level(lines: list[Line]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {}
    for line in lines:
        if not line.waits:
            groups.setdefault(line.indicator.level, []).append(_card(line))
    return [{"label": words.level(key), "cards": cards} for key, cards in groups.items()]


def _card(line: Line) -> dict[str, Any]:
    return {
        "line": line,
        "indicator": line.indicator,
        "state": line.judged.standing,
        "sentence": words.sentence(line),
        "notes": [*words.quality(line.quality), *filter(None, [words.few(line)])],
        "counts": words.counts(line.indicator),
        "bullet": pictures.bullet(line) if line.actual is not None or line.target is not None else None,
        "entered": line.entered,
    }


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def evidence(request: MunicipalityRequest, indicator: int, value: int) -> HttpResponseBase:
    return download(get_object_or_404(PlaceValue.objects.filter(indicator=indicator), pk=value))
