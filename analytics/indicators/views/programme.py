"""The programme's indicators: the table for the donor, one indicator over its municipalities, and one of these."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.enums import Area
from analytics.indicators import charts, labels
from analytics.indicators.queries import programme as queries
from analytics.indicators.queries.programme import IndicatorRow
from analytics.indicators.views.shared import mine, sees
from analytics.models import ManualValue, PlaceTarget, PlaceValue, Target
from municipalities.models import Programme
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@sees
@require_safe
def board(request: ProgrammeRequest) -> HttpResponse:
    """`?programme=`, `?cohort=` and `?area=` narrow it."""
    chosen = _chosen(request.programmes, request.GET.get("programme", ""))
    cohort, area = request.GET.get("cohort", ""), request.GET.get("area", "")
    found = queries.board(chosen, cohort, area)
    context = {
        "programme": chosen,
        "programmes": request.programmes,
        "board": found,
        "levels": _by_level(found.lines),
        "waiting": [line for line in found.lines if line.waits],
        "areas": Area.choices,
        "cohort": cohort,
        "area": area,
        "rule": labels.RULE,
        "made_at": max((line.made_at for line in found.lines if line.made_at), default=None),
        "days": next((labels.period(line.first, line.last) for line in found.lines if line.made_at), ""),
    }
    return render(request, "analytics/indicators.html", context)


def _by_level(lines: Iterable[IndicatorRow]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {}
    for line in lines:
        if not line.waits:
            groups.setdefault(line.indicator.level, []).append(row(line))
    return [{"label": labels.level(key), "rows": rows} for key, rows in groups.items()]


def row(line: IndicatorRow) -> dict[str, Any]:
    """A line as tables show it."""
    unit, judged = line.indicator.unit, line.judged
    return {
        "line": line,
        "indicator": line.indicator,
        "baseline": labels.value(line.start.value, unit) if line.start else "",
        "baseline_days": labels.period(line.baseline.first, line.baseline.last) if line.baseline else "",
        "milestones": [(*labels.aim_short(each, line), each.due_on) for each in line.milestones],
        "target": labels.aim_short(line.target, line) if line.target else None,
        "actual": labels.value(line.actual, unit),
        "why": labels.why(line) if line.actual is None else "",
        "few": labels.few(line),
        "change": labels.change(line),
        "state": judged.standing,
        "standing": labels.standing(line),
        "asked": labels.standing_short(line),
        "spark": charts.sparkline(line),
    }


def _chosen(programmes: list[Programme], wanted: str) -> Programme:
    return next((each for each in programmes if str(each.pk) == wanted), programmes[0])


@sees
@require_safe
def one(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    found = mine(request, indicator)
    known = queries.whole(found)
    unit = found.unit
    context = {
        "indicator": found,
        "known": known,
        "whole": row(known.line),
        "rows": [row(line) for line in known.places],
        "notes": _notes(known.places),
        "groups": _groups(known.groups, unit),
        "targets": [_agreed(each, known.line) for each in known.targets],
        "baselines": [_frozen(each, unit) for each in known.baselines],
        "values": [_entered(each, unit) for each in known.values],
        "areas": [Area(area).label for area in found.areas],
        "usual": labels.usual(found),
        "since": labels.measured_from(known.line),
        "rule": labels.RULE,
        "counts": labels.counts(found),
        "bullet": charts.bullet(known.line),
        "months": charts.months(known.line),
    }
    return render(request, "analytics/indicator.html", context)


def _notes(lines: Iterable[IndicatorRow]) -> list[tuple[Any, list[str]]]:
    """What is to be known of the data, by municipality; those without a remark are left out."""
    told = [(line.place, [*labels.quality(line.quality), *filter(None, [labels.few(line)])]) for line in lines]
    return [(place, notes) for place, notes in told if notes]


def _groups(groups: Iterable[queries.Group], unit: str) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in groups:
        told = {"label": labels.group(each.way, each.key), "n": each.n, "value": labels.value(each.value, unit)}
        found.setdefault(each.way, []).append({**told, "is_hidden": each.value is None})
    return [{"label": labels.WAYS[way], "rows": found[way]} for way in labels.WAYS if way in found]


def _agreed(each: Target | PlaceTarget, line: IndicatorRow) -> dict[str, Any]:
    return {"row": each, "value": labels.aim(each, line)}


def _frozen(each: Any, unit: str) -> dict[str, Any]:
    days = labels.period(each.first, each.last)
    return {"row": each, "value": labels.value(each.value, unit), "days": days, "notes": labels.quality(each.quality)}


def _entered(each: ManualValue | PlaceValue, unit: str) -> dict[str, Any]:
    return {"row": each, "value": labels.value(each.value, unit)}


@sees
@require_safe
def of_place(request: ProgrammeRequest, indicator: int, place: str) -> HttpResponse:
    """What was agreed with one municipality, frozen and entered for it."""
    found = mine(request, indicator)
    known = queries.whole(found)
    line = next((each for each in known.places if each.place and each.place.slug == place), None)
    if line is None or line.place is None:
        raise Http404
    with scope(line.place):
        history = queries.past(found)
    context = {
        "indicator": found,
        "place": line.place,
        "row": row(line),
        "notes": [*labels.quality(line.quality), *filter(None, [labels.few(line)])],
        "targets": [_agreed(each, line) for each in history.targets],
        "baselines": [_frozen(each, found.unit) for each in history.baselines],
        "values": [_entered(each, found.unit) for each in history.values],
        "bullet": charts.bullet(line),
        "months": charts.months(line),
        "rule": labels.RULE,
    }
    return render(request, "analytics/indicator_place.html", context)
