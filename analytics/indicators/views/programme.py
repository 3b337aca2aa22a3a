"""The programme's indicators: the table for the donor, one indicator across its municipalities, and one
municipality."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics import reporting_period
from analytics.enums import Area
from analytics.indicators import charts, labels
from analytics.indicators.queries import programme as queries
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.sufficiency import is_frozen_of_enough, is_median_of_enough
from analytics.indicators.views.shared import mine, period_context, sees
from analytics.models import Baseline, ManualValue, MunicipalityBaseline, MunicipalityTarget, MunicipalityValue, Target
from municipalities.models import Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@sees
@require_safe
def dashboard(request: ProgrammeRequest) -> HttpResponse:
    """`?programme=`, `?cohort=` and `?area=` narrow it; `?days=` chooses the period."""
    chosen = _chosen(request.programmes, request.GET.get("programme", ""))
    cohort, area = request.GET.get("cohort", ""), request.GET.get("area", "")
    period = reporting_period.parse(request.GET, today())
    dashboard = queries.dashboard(chosen, period, cohort, area)
    context = {
        **period_context(period),
        "programme": chosen,
        "programmes": request.programmes,
        "board": dashboard,
        "levels": _by_level(dashboard.lines),
        "waiting": [line for line in dashboard.lines if line.waits],
        "areas": Area.choices,
        "cohort": cohort,
        "area": area,
        "rule": labels.RULE,
        "made_at": max((line.made_at for line in dashboard.lines if line.made_at), default=None),
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
    begun = line.baseline.value if line.baseline else line.start.value if line.start else None
    return {
        "line": line,
        "indicator": line.indicator,
        "baseline": labels.value(begun, unit) if begun is not None else "",
        "no_baseline": labels.no_baseline(line) if line.start is None else "",
        "left_out": labels.left_out(line.baseline) if isinstance(line.baseline, Baseline) else "",
        "baseline_days": labels.period(line.baseline.first, line.baseline.last) if line.baseline else "",
        "milestones": [
            (*labels.target_label_short(milestone, line), milestone.due_on, labels.worse(milestone, line))
            for milestone in line.milestones
        ],
        "target": labels.target_label_short(line.target, line) if line.target else None,
        "target_worse": labels.worse(line.target, line),
        "actual": labels.value(line.actual, unit),
        "why": labels.why(line) if line.actual is None else "",
        "few": labels.few(line),
        "change": labels.change(line),
        "state": judged.standing,
        "standing": labels.status_sentence(line),
        "asked": labels.status_label(line),
        "spark": charts.sparkline(line),
    }


def _chosen(programmes: list[Programme], wanted: str) -> Programme:
    return next((programme for programme in programmes if str(programme.pk) == wanted), programmes[0])


@sees
@require_safe
def one(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    programme_indicator = mine(request, indicator)
    period = reporting_period.parse(request.GET, today())
    known = queries.whole(programme_indicator, period)
    unit = programme_indicator.unit
    if file := charts.asked(request, {"": known.line}, programme_indicator.programme):
        return file
    context = {
        **period_context(period),
        "indicator": programme_indicator,
        "known": known,
        "whole": row(known.line),
        "rows": [row(line) for line in known.places],
        "notes": _notes(known.places),
        "groups": _groups(known.groups, unit),
        "targets": [_agreed(entry, known.line) for entry in known.targets],
        "baselines": [_frozen(entry, known.line) for entry in known.baselines],
        "values": [_entered(entry, unit) for entry in known.values],
        "areas": [Area(area).label for area in programme_indicator.areas],
        "usual": labels.usual(programme_indicator),
        "since": labels.measured_from(known.line),
        "rule": labels.RULE,
        "counts": labels.counts(programme_indicator),
        "bullet": charts.bullet(known.line),
        "months": charts.months(known.line),
    }
    return render(request, "analytics/indicator.html", context)


def _notes(lines: Iterable[IndicatorRow]) -> list[tuple[Any, list[str]]]:
    """What is to be known of the data, by municipality; those without a remark are left out."""
    notes_by_place = [
        (line.place, [*labels.quality(line.quality), *filter(None, [labels.few(line)])]) for line in lines
    ]
    return [(place, notes) for place, notes in notes_by_place if notes]


def _groups(groups: Iterable[queries.Group], unit: str) -> list[dict[str, Any]]:
    by_way: dict[str, list[dict[str, Any]]] = {}
    for group in groups:
        figures = {"label": labels.group(group.way, group.key), "n": group.n, "value": labels.value(group.value, unit)}
        by_way.setdefault(group.way, []).append({**figures, "is_hidden": group.value is None})
    return [{"label": labels.WAYS[way], "rows": by_way[way]} for way in labels.WAYS if way in by_way]


def _agreed(agreed_target: Target | MunicipalityTarget, line: IndicatorRow) -> dict[str, Any]:
    return {
        "row": agreed_target,
        "value": labels.target_label(agreed_target, line),
        "worse": labels.worse(agreed_target, line),
    }


def _frozen(frozen: Baseline | MunicipalityBaseline, line: IndicatorRow) -> dict[str, Any]:
    indicator = line.indicator
    if isinstance(frozen, Baseline):
        is_enough = is_median_of_enough(frozen, line.entered_baselines, indicator.code)
        notes = [labels.left_out(frozen)]
    else:
        is_enough, notes = is_frozen_of_enough(indicator.code, frozen), []
    notes += [labels.frozen_few(indicator, frozen, is_enough=is_enough), *labels.quality(frozen.quality)]
    return {
        "row": frozen,
        "value": labels.value(frozen.value, indicator.unit),
        "days": labels.period(frozen.first, frozen.last),
        "is_enough": is_enough,
        "notes": [note for note in notes if note],
    }


def _entered(entered: ManualValue | MunicipalityValue, unit: str) -> dict[str, Any]:
    return {"row": entered, "value": labels.value(entered.value, unit)}


@sees
@require_safe
def of_place(request: ProgrammeRequest, indicator: int, place: str) -> HttpResponse:
    """What was agreed with one municipality, frozen and entered for it."""
    programme_indicator = mine(request, indicator)
    period = reporting_period.parse(request.GET, today())
    known = queries.whole(programme_indicator, period)
    line = next((entry for entry in known.places if entry.place and entry.place.slug == place), None)
    if line is None or line.place is None:
        raise Http404
    if file := charts.asked(request, {"": line}, line.place):
        return file
    with scope(line.place):
        history = queries.history(programme_indicator)
    context = {
        **period_context(period),
        "indicator": programme_indicator,
        "place": line.place,
        "row": row(line),
        "notes": [*labels.quality(line.quality), *filter(None, [labels.few(line)])],
        "targets": [_agreed(entry, line) for entry in history.targets],
        "baselines": [_frozen(entry, line) for entry in history.baselines],
        "values": [_entered(entry, programme_indicator.unit) for entry in history.values],
        "bullet": charts.bullet(line),
        "months": charts.months(line),
        "rule": labels.RULE,
    }
    return render(request, "analytics/indicator_place.html", context)
