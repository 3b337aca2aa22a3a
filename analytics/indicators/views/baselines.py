"""Freezing baselines: what the days chosen come to, and what is known of an indicator of one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.web import SignedInRequest
from analytics.indicators import labels
from analytics.indicators.domain import baselines
from analytics.indicators.forms import EnteredBaselineForm, FreezeForm, WindowForm
from analytics.indicators.queries import programme as queries
from analytics.indicators.views.shared import both, cohort_of, cohorts_of, form_page, keeps, mine, places_of, tried
from analytics.models import ProgrammeIndicator
from municipalities.models import Cohort, Enrolment
from municipalities.queries import today
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@keeps
@both
def baseline(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    """Shows what the days chosen come to before it is frozen; of an indicator of one's own it takes what is known."""
    found = mine(request, indicator)
    if found.is_manual:
        return _enter_baseline(request, found)
    seats = queries.taking_part(found.programme)
    cohorts = cohorts_of(seats)
    if not cohorts:
        messages.warning(request, _("No municipality takes part yet. Enrol one first."))
        return redirect("programme_indicator", found.pk)
    form = _freeze_form(request, cohorts)
    is_shown = form.is_valid() if request.method == "POST" or "cohort" in request.GET else False
    chosen = cohort_of(cohorts, form["cohort"].value())
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
        "days_said": labels.period(*days),
        "rows": [_proposed(each, found.unit) for each in proposals],
        "some": any(each.measured.value is not None for each in proposals),
        "frozen": any(each.frozen for each in proposals),
        "withheld": sum(not seat.compares for seat in of_cohort),
    }
    return render(request, "analytics/indicator_baseline.html", context, status=422 if form.errors else 200)


def _freeze_form(request: HttpRequest, cohorts: list[Cohort]) -> WindowForm | FreezeForm:
    if request.method == "POST":
        return FreezeForm(request.POST, cohorts=cohorts)
    chosen = cohort_of(cohorts, request.GET.get("cohort", ""))
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
        "value": labels.value(measured.value, unit),
        "n": measured.n,
        "why": str(labels.WHY.get(measured.why, "")) if measured.value is None else "",
        "notes": [*labels.quality(measured.quality), *labels.few_of(each.indicator, measured)],
        "frozen": labels.value(each.frozen.value, unit) if each.frozen else "",
        "frozen_days": labels.period(each.frozen.first, each.frozen.last) if each.frozen else "",
    }


def _freeze(
    request: SignedInRequest, found: ProgrammeIndicator, form: FreezeForm, seats: list[Enrolment]
) -> HttpResponse | None:
    told = form.cleaned_data
    places = [seat.municipality for seat in seats]
    if told["whom"] == "missing":
        with scope(*places):
            known = {each.municipality_id for each in queries.latest_baselines(found)}
        places = [place for place in places if place.pk not in known]
        if not places:
            form.add_error("whom", _("All of them have a baseline."))
            return None
    count = tried(
        form,
        lambda: baselines.freeze(found, places, told["first"], told["last"], by=request.user, reason=told["reason"]),
    )
    if not count:
        return None
    messages.success(
        request,
        ngettext("The baseline of %(count)s municipality is frozen.",
                 "The baselines of %(count)s municipalities are frozen.", count) % {"count": count},
    )  # fmt: skip
    return redirect("programme_indicator", found.pk)


def _enter_baseline(request: SignedInRequest, found: ProgrammeIndicator) -> HttpResponse:
    places = places_of(found)
    first, last = _suggested(found)
    initial = {"first": first, "last": last, "place": request.GET.get("place", "programme")}
    form = EnteredBaselineForm(request.POST if request.method == "POST" else None, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if tried(form, lambda: baselines.enter(
            found, form.chosen(), told["first"], told["last"], told["value"], source=told["source"],
            reason=told["reason"], by=request.user,
        ) or True):  # fmt: skip
            messages.success(request, _("The baseline is frozen."))
            return redirect("programme_indicator", found.pk)
    return form_page(request, form, _("Freeze a baseline"), _("Freeze it"), indicator=found)


def _suggested(found: ProgrammeIndicator) -> tuple[Any, Any]:
    cohorts = cohorts_of(queries.taking_part(found.programme))
    return queries.suggested(cohorts[0]) if cohorts else (today(), today())
