"""The programme's indicators: the table for the donor, one indicator over its municipalities, and one of these."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics import logframe_pictures as pictures
from analytics import logframe_words as words
from analytics.enums import Area
from analytics.models import ManualValue, PlaceTarget, PlaceValue, Target
from analytics.queries import indicators as queries
from analytics.queries.indicators import Line
from analytics.views.indicators_shared import mine, sees
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
        "rule": words.RULE,
        "made_at": max((line.made_at for line in found.lines if line.made_at), default=None),
        "days": next((words.period(line.first, line.last) for line in found.lines if line.made_at), ""),
    }
    return render(request, "analytics/indicators.html", context)


def _by_level(lines: Iterable[Line]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {}
    for line in lines:
        if not line.waits:
            groups.setdefault(line.indicator.level, []).append(row(line))
    return [{"label": words.level(key), "rows": rows} for key, rows in groups.items()]


def row(line: Line) -> dict[str, Any]:
    """A line as tables show it."""
    unit, judged = line.indicator.unit, line.judged
    return {
        "line": line,
        "indicator": line.indicator,
        "baseline": words.value(line.start.value, unit) if line.start else "",
        "baseline_days": words.period(line.baseline.first, line.baseline.last) if line.baseline else "",
        "milestones": [(*words.aim_short(each, line), each.due_on) for each in line.milestones],
        "target": words.aim_short(line.target, line) if line.target else None,
        "actual": words.value(line.actual, unit),
        "why": words.why(line) if line.actual is None else "",
        "few": words.few(line),
        "change": words.change(line),
        "state": judged.standing,
        "standing": words.standing(line),
        "asked": words.standing_short(line),
        "spark": pictures.sparkline(line),
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
        "usual": words.usual(found),
        "since": words.measured_from(known.line),
        "rule": words.RULE,
        "counts": words.counts(found),
        "bullet": pictures.bullet(known.line),
        "months": pictures.months(known.line),
    }
    return render(request, "analytics/indicator.html", context)


def _notes(lines: Iterable[Line]) -> list[tuple[Any, list[str]]]:
    """What is to be known of the data, by municipality; those without a remark are left out."""
    told = [(line.place, [*words.quality(line.quality), *filter(None, [words.few(line)])]) for line in lines]
    return [(place, notes) for place, notes in told if notes]


def _groups(groups: Iterable[queries.Group], unit: str) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in groups:
        told = {"label": words.group(each.way, each.key), "n": each.n, "value": words.value(each.value, unit)}
        found.setdefault(each.way, []).append({**told, "is_hidden": each.value is None})
    return [{"label": words.WAYS[way], "rows": found[way]} for way in words.WAYS if way in found]


def _agreed(each: Target | PlaceTarget, line: Line) -> dict[str, Any]:
    return {"row": each, "value": words.aim(each, line)}


def _frozen(each: Any, unit: str) -> dict[str, Any]:
    days = words.period(each.first, each.last)
    return {"row": each, "value": words.value(each.value, unit), "days": days, "notes": words.quality(each.quality)}


def _entered(each: ManualValue | PlaceValue, unit: str) -> dict[str, Any]:
    return {"row": each, "value": words.value(each.value, unit)}


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
        "notes": [*words.quality(line.quality), *filter(None, [words.few(line)])],
        "targets": [_agreed(each, line) for each in history.targets],
        "baselines": [_frozen(each, found.unit) for each in history.baselines],
        "values": [_entered(each, found.unit) for each in history.values],
        "bullet": pictures.bullet(line),
        "months": pictures.months(line),
        "rule": words.RULE,
    }
    return render(request, "analytics/indicator_place.html", context)
