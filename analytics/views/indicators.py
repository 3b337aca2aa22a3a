"""The programme's indicators: the table for the donor, one indicator over its municipalities, and what staff set."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import logframe_pictures as pictures
from analytics import logframe_words as words
from analytics.domain import indicators as verbs
from analytics.domain import indicators_agreed as agreed
from analytics.domain import indicators_entered as entered
from analytics.domain import indicators_frozen as frozen
from analytics.enums import AimKind, Area
from analytics.logframe import INDICATORS
from analytics.logframe_forms import (
    EndTargetForm,
    EnteredBaselineForm,
    FreezeForm,
    NameForm,
    OwnForm,
    TargetForm,
    ValueForm,
    WindowForm,
)
from analytics.models import ManualValue, PlaceTarget, PlaceValue, ProgrammeIndicator, Target
from analytics.queries import indicators as queries
from analytics.queries.indicators import Line
from municipalities.access import programme as programme_page
from municipalities.domain.refused import Refused
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.tenancy import scope

T = TypeVar("T")

sees = programme_page(ProgrammeVerb.COMPARE)
keeps = programme_page(ProgrammeVerb.INDICATORS)
both = require_http_methods(["GET", "HEAD", "POST"])


# ---------------------------------------------------------------- reading


@sees
@require_safe
def board(request: Any) -> HttpResponse:
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
def one(request: Any, indicator: int) -> HttpResponse:
    found = _mine(request, indicator)
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
def of_place(request: Any, indicator: int, place: str) -> HttpResponse:
    """What was agreed with one municipality, frozen and entered for it."""
    found = _mine(request, indicator)
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


# ---------------------------------------------------------------- which indicators


@keeps
@both
def choose(request: Any, programme: int) -> HttpResponse:
    chosen = _programme(request, programme)
    if request.method == "POST":
        verbs.choose(chosen, set(request.POST.getlist("code")) & set(INDICATORS), by=request.user)
        messages.success(request, _("Saved. Freeze the baselines and set the targets next."))
        return _to_board(chosen)
    used = set(queries.followed([chosen]).values_list("code", flat=True))
    levels: dict[str, list[Any]] = {}
    for each in INDICATORS.values():
        levels.setdefault(each.level, []).append(each)
    context = {
        "programme": chosen,
        "used": used,
        "levels": [(words.level(key), rows) for key, rows in levels.items()],
        "area_names": dict(Area.choices),
    }
    return render(request, "analytics/indicators_choose.html", context)


@keeps
@both
def new(request: Any, programme: int) -> HttpResponse:
    chosen = _programme(request, programme)
    form = OwnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _tried(form, lambda: verbs.define(chosen, form.words(), by=request.user))
        if made:
            messages.success(request, _("The indicator is defined. Enter its baseline, its target and its values."))
            return redirect("programme_indicator", made.pk)
    lead = _("People enter the values of this indicator, each with its source.")
    return _form_page(request, form, _("New indicator"), _("Define it"), lead=lead)


@keeps
@both
def edit(request: Any, indicator: int) -> HttpResponse:
    found = _mine(request, indicator)
    sent = request.POST if request.method == "POST" else None
    form = OwnForm(sent, indicator=found) if found.is_manual else NameForm(sent, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        if isinstance(form, OwnForm):
            is_saved = _tried(form, lambda: verbs.change(found, form.words(), by=request.user) or True)
        else:
            name = form.cleaned_data["name"]
            is_saved = _tried(form, lambda: verbs.rename(found, name, by=request.user) or True)
        if is_saved:
            messages.success(request, _("Saved."))
            return redirect("programme_indicator", found.pk)
    return _form_page(request, form, _("Change the indicator"), _("Save"), indicator=found)


@keeps
@require_POST
def end(request: Any, indicator: int) -> HttpResponse:
    """End it, or with `again` take it up."""
    found = _mine(request, indicator)
    if "again" in request.POST:
        verbs.take_up(found, by=request.user)
        messages.success(request, _("The indicator is followed again."))
        return redirect("programme_indicator", found.pk)
    verbs.end(found, by=request.user)
    messages.success(request, _("The indicator has ended. Its baselines, targets and values are kept."))
    return _to_board(found.programme)


# ---------------------------------------------------------------- baselines


@keeps
@both
def baseline(request: Any, indicator: int) -> HttpResponse:
    """Shows what the days chosen come to before it is frozen; of an indicator of one's own it takes what is known."""
    found = _mine(request, indicator)
    if found.is_manual:
        return _enter_baseline(request, found)
    seats = queries.taking_part(found.programme)
    cohorts = _cohorts(seats)
    if not cohorts:
        messages.warning(request, _("No municipality takes part yet. Enrol one first."))
        return redirect("programme_indicator", found.pk)
    form = _freeze_form(request, cohorts)
    is_shown = form.is_valid() if request.method == "POST" or "cohort" in request.GET else False
    chosen = _cohort(cohorts, form["cohort"].value())
    of_cohort = [seat for seat in seats if seat.cohort_id == chosen.pk]
    if request.method == "POST" and is_shown and isinstance(form, FreezeForm):
        answer = _freeze(request, found, form, of_cohort)
        if answer is not None:
            return answer
    days = _days(form, chosen, is_shown=is_shown)
    proposals = queries.proposals(found, of_cohort, *days)
    context = {
        "indicator": found,
        "form": form,
        "cohort": chosen,
        "days": days,
        "days_said": words.period(*days),
        "rows": [_proposed(each, found.unit) for each in proposals],
        "some": any(each.measured.value is not None for each in proposals),
        "frozen": any(each.frozen for each in proposals),
        "withheld": sum(not seat.compares for seat in of_cohort),
    }
    return render(request, "analytics/indicator_baseline.html", context, status=422 if form.errors else 200)


def _freeze_form(request: Any, cohorts: list[Cohort]) -> WindowForm | FreezeForm:
    if request.method == "POST":
        return FreezeForm(request.POST, cohorts=cohorts)
    chosen = _cohort(cohorts, request.GET.get("cohort", ""))
    first, last = queries.suggested(chosen)
    initial = {"cohort": str(chosen.pk), "first": first.isoformat(), "last": last.isoformat()}
    told = {name: request.GET.get(name) or initial[name] for name in initial}
    return (
        WindowForm(told, cohorts=cohorts) if "cohort" in request.GET else WindowForm(initial=initial, cohorts=cohorts)
    )


def _days(form: WindowForm, cohort: Cohort, *, is_shown: bool) -> tuple[Any, Any]:
    cleaned = form.cleaned_data if is_shown else {}
    if cleaned.get("first") and cleaned.get("last"):
        return cleaned["first"], cleaned["last"]
    return queries.suggested(cohort)


def _proposed(each: queries.Proposal, unit: str) -> dict[str, Any]:
    measured = each.measured
    return {
        "place": each.place,
        "value": words.value(measured.value, unit),
        "n": measured.n,
        "why": str(words.WHY.get(measured.why, "")) if measured.value is None else "",
        "notes": [*words.quality(measured.quality), *words.few_of(each.indicator, measured)],
        "frozen": words.value(each.frozen.value, unit) if each.frozen else "",
        "frozen_days": words.period(each.frozen.first, each.frozen.last) if each.frozen else "",
    }


def _freeze(request: Any, found: ProgrammeIndicator, form: FreezeForm, seats: list[Enrolment]) -> HttpResponse | None:
    told = form.cleaned_data
    places = [seat.municipality for seat in seats]
    if told["whom"] == "missing":
        with scope(*places):
            known = {each.municipality_id for each in queries.latest_baselines(found)}
        places = [place for place in places if place.pk not in known]
        if not places:
            form.add_error("whom", _("All of them have a baseline."))
            return None
    count = _tried(
        form,
        lambda: frozen.freeze(found, places, told["first"], told["last"], by=request.user, reason=told["reason"]),
    )
    if not count:
        return None
    messages.success(
        request,
        ngettext("The baseline of %(count)s municipality is frozen.",
                 "The baselines of %(count)s municipalities are frozen.", count) % {"count": count},
    )  # fmt: skip
    return redirect("programme_indicator", found.pk)


def _enter_baseline(request: Any, found: ProgrammeIndicator) -> HttpResponse:
    places = _places(found)
    first, last = _suggested(found)
    initial = {"first": first, "last": last, "place": request.GET.get("place", "")}
    form = EnteredBaselineForm(request.POST if request.method == "POST" else None, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if _tried(form, lambda: frozen.enter(
            found, form.chosen(), told["first"], told["last"], told["value"], source=told["source"],
            reason=told["reason"], by=request.user,
        ) or True):  # fmt: skip
            messages.success(request, _("The baseline is frozen."))
            return redirect("programme_indicator", found.pk)
    return _form_page(request, form, _("Freeze a baseline"), _("Freeze it"), indicator=found)


def _suggested(found: ProgrammeIndicator) -> tuple[Any, Any]:
    cohorts = _cohorts(queries.taking_part(found.programme))
    return queries.suggested(cohorts[0]) if cohorts else (today(), today())


# ---------------------------------------------------------------- targets and values


@keeps
@both
def target(request: Any, indicator: int) -> HttpResponse:
    """`?place=` chooses the municipality beforehand."""
    found = _mine(request, indicator)
    initial = {"kind": AimKind.VALUE.value, "place": request.GET.get("place", "")}
    sent = request.POST if request.method == "POST" else None
    form = TargetForm(sent, places=_places(found), indicator=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        place = form.chosen()
        warnings = _tried(form, lambda: agreed.set_target(found, form.wanted(), by=request.user, place=place))
        if warnings is not None:
            messages.success(request, _("Set. What stood there before is in the history."))
            for each in warnings:
                messages.warning(request, each)
            return _to(found, place)
    lead = _("A target of the programme holds for every municipality that has none of its own.")
    return _form_page(request, form, _("Set a target"), _("Set it"), indicator=found, lead=lead)


@keeps
@both
def end_target(request: Any, indicator: int, target: int) -> HttpResponse:
    found = _mine(request, indicator)
    row = get_object_or_404(Target, pk=target, indicator=found, ended_at__isnull=True)
    return _end_target(request, found, row, None)


@keeps
@both
def end_place_target(request: Any, indicator: int, place: str, target: int) -> HttpResponse:
    found = _mine(request, indicator)
    house = _place(found, place)
    with scope(house):
        row = get_object_or_404(PlaceTarget.objects.filter(indicator=found, ended_at__isnull=True), pk=target)
        return _end_target(request, found, row, house)


def _end_target(
    request: Any, found: ProgrammeIndicator, row: Target | PlaceTarget, house: Municipality | None
) -> HttpResponse:
    form = EndTargetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        agreed.end_target(row, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It no longer holds. It stays in the history."))
        return _to(found, house)
    lead = words.aim(row, Line(found))
    return _form_page(request, form, _("End this target"), _("End it"), indicator=found, lead=lead)


@keeps
@both
def value(request: Any, indicator: int) -> HttpResponse:
    found = _mine(request, indicator)
    if not found.is_manual:
        messages.warning(request, _("The portal measures this indicator; nobody enters its values."))
        return redirect("programme_indicator", found.pk)
    initial = {"place": request.GET.get("place", "")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ValueForm(*sent, places=_places(found), initial=initial)
    if request.method == "POST" and form.is_valid():
        place, scan = form.chosen(), form.cleaned_data["evidence"]
        made = _tried(form, lambda: entered.enter(found, form.told(), by=request.user, place=place, evidence=scan))
        if made:
            messages.success(request, _("The value is entered."))
            return _to(found, place)
    title, act = _("Enter a value"), _("Enter it")
    return _form_page(request, form, title, act, indicator=found, lead=found.method, has_file=True)


@sees
@require_safe
def evidence(request: Any, indicator: int, value: int) -> HttpResponseBase:
    return download(get_object_or_404(ManualValue, pk=value, indicator=_mine(request, indicator)))


@sees
@require_safe
def place_evidence(request: Any, indicator: int, place: str, value: int) -> HttpResponseBase:
    found = _mine(request, indicator)
    with scope(_place(found, place)):
        return download(get_object_or_404(PlaceValue.objects.filter(indicator=found), pk=value))


def download(row: ManualValue | PlaceValue) -> HttpResponseBase:
    """The evidence: always as a download, so that nothing in it runs in our pages."""
    if not row.evidence:
        raise Http404
    name = str(row.evidence.name)
    try:
        file = default_storage.open(name, "rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    ending = name.rsplit(".", 1)[-1]
    told = f"evidence-{row.on.isoformat()}.{ending}"
    response = FileResponse(file, as_attachment=True, filename=told, content_type=row.evidence_mime)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ---------------------------------------------------------------- shared


def _mine(request: Any, indicator: int) -> ProgrammeIndicator:
    """One of one's own programmes; another's is not there."""
    found = queries.mine(indicator, request.programmes)
    if found is None:
        raise Http404
    return found


def _programme(request: Any, pk: int) -> Programme:
    found = next((each for each in request.programmes if each.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _places(found: ProgrammeIndicator) -> list[Municipality]:
    return [seat.municipality for seat in queries.taking_part(found.programme) if seat.compares]


def _place(found: ProgrammeIndicator, slug: str) -> Municipality:
    place = next((each for each in _places(found) if each.slug == slug), None)
    if place is None:
        raise Http404
    return place


def _cohorts(seats: Iterable[Enrolment]) -> list[Cohort]:
    return sorted({seat.cohort_id: seat.cohort for seat in seats}.values(), key=lambda each: each.training_on)


def _cohort(cohorts: list[Cohort], wanted: Any) -> Cohort:
    return next((each for each in cohorts if str(each.pk) == str(wanted)), cohorts[0])


def _tried(form: Any, act: Callable[[], T]) -> T | None:
    """What the verb gives; None where it refused, and the form says why."""
    try:
        return act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return None


def _to_board(programme: Programme) -> HttpResponse:
    answer = redirect("programme_indicators")
    answer["Location"] += f"?programme={programme.pk}"
    return answer


def _to(found: ProgrammeIndicator, place: Municipality | None) -> HttpResponse:
    if place is None:
        return redirect("programme_indicator", found.pk)
    return redirect("programme_indicator_place", found.pk, place.slug)


def _form_page(
    request: Any, form: Any, title: str, act: str, *, indicator: ProgrammeIndicator | None = None, **more: Any
) -> HttpResponse:
    context = {"form": form, "page_title": title, "act": act, "indicator": indicator, **more}
    return render(request, "analytics/indicator_form.html", context, status=422 if form.errors else 200)
