"""Freezes baselines: the values of the chosen days, and the entered baselines of manual indicators."""

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
from analytics.indicators.views.shared import both, cohort_of, cohorts_of, form_page, keeps, mine, places_of
from analytics.models import ProgrammeIndicator
from common.web.errors import run_verb
from municipalities.models import Cohort, Enrolment
from municipalities.queries import today
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@keeps
@both
def baseline(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    """Shows the values of the chosen days before freezing them; for a manual indicator the baseline is entered."""
    row = mine(request, indicator)
    if row.is_manual:
        return _enter_baseline(request, row)
    seats = queries.taking_part(row.programme)
    cohorts = cohorts_of(seats)
    if not cohorts:
        messages.warning(request, _("No municipality takes part yet. Enrol one first."))
        return redirect("programme_indicator", row.pk)
    form = _freeze_form(request, cohorts)
    is_shown = form.is_valid() if request.method == "POST" or "cohort" in request.GET else False
    chosen = cohort_of(cohorts, form["cohort"].value())
    of_cohort = [seat for seat in seats if seat.cohort_id == chosen.pk]
    if request.method == "POST" and is_shown and isinstance(form, FreezeForm):
        answer = _freeze(request, row, form, of_cohort)
        if answer is not None:
            return answer
    days = _days(form, chosen, is_shown=is_shown)
    proposals = queries.proposals(row, of_cohort, *days)
    context = {
        "indicator": row,
        "form": form,
        "cohort": chosen,
        "days": days,
        "days_said": labels.period(*days),
        "rows": [_proposed(proposal, row.unit) for proposal in proposals],
        "some": any(proposal.measured.value is not None for proposal in proposals),
        "frozen": any(proposal.frozen for proposal in proposals),
        "withheld": sum(not seat.compares for seat in of_cohort),
    }
    return render(request, "analytics/indicator_baseline.html", context, status=422 if form.errors else 200)


def _freeze_form(request: HttpRequest, cohorts: list[Cohort]) -> WindowForm | FreezeForm:
    if request.method == "POST":
        return FreezeForm(request.POST, cohorts=cohorts)
    chosen = cohort_of(cohorts, request.GET.get("cohort", ""))
    first, last = queries.suggested(chosen)
    initial = {"cohort": str(chosen.pk), "first": first.isoformat(), "last": last.isoformat()}
    data = {name: request.GET.get(name) or initial[name] for name in initial}
    return (
        WindowForm(data, cohorts=cohorts) if "cohort" in request.GET else WindowForm(initial=initial, cohorts=cohorts)
    )


def _days(form: WindowForm, cohort: Cohort, *, is_shown: bool) -> tuple[Any, Any]:
    cleaned = form.cleaned_data if is_shown else {}
    if cleaned.get("first") and cleaned.get("last"):
        return cleaned["first"], cleaned["last"]
    return queries.suggested(cohort)


def _proposed(proposal: queries.Proposal, unit: str) -> dict[str, Any]:
    measured = proposal.measured
    return {
        "place": proposal.place,
        "value": labels.value(measured.value, unit),
        "n": measured.n,
        "why": str(labels.WHY.get(measured.why, "")) if measured.value is None else "",
        "notes": [*labels.quality(measured.quality), *labels.few_of(proposal.indicator, measured)],
        "frozen": labels.value(proposal.frozen.value, unit) if proposal.frozen else "",
        "frozen_days": labels.period(proposal.frozen.first, proposal.frozen.last) if proposal.frozen else "",
    }


def _freeze(
    request: SignedInRequest, indicator: ProgrammeIndicator, form: FreezeForm, seats: list[Enrolment]
) -> HttpResponse | None:
    data = form.cleaned_data
    places = [seat.municipality for seat in seats]
    if data["whom"] == "missing":
        with scope(*places):
            known = {frozen.municipality_id for frozen in queries.latest_baselines(indicator)}
        places = [place for place in places if place.pk not in known]
        if not places:
            form.add_error("whom", _("All of them have a baseline."))
            return None
    count = run_verb(
        form,
        lambda: baselines.freeze(
            indicator, places, data["first"], data["last"], by=request.user, reason=data["reason"]
        ),
    )
    if not count:
        return None
    messages.success(
        request,
        ngettext("The baseline of %(count)s municipality is frozen.",
                 "The baselines of %(count)s municipalities are frozen.", count) % {"count": count},
    )  # fmt: skip
    return redirect("programme_indicator", indicator.pk)


def _enter_baseline(request: SignedInRequest, indicator: ProgrammeIndicator) -> HttpResponse:
    places = places_of(indicator)
    first, last = _suggested(indicator)
    initial = {"first": first, "last": last, "place": request.GET.get("place", "programme")}
    form = EnteredBaselineForm(request.POST if request.method == "POST" else None, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run_verb(form, lambda: baselines.enter(
            indicator, form.chosen(), data["first"], data["last"], data["value"], source=data["source"],
            reason=data["reason"], by=request.user,
        ) or True):  # fmt: skip
            messages.success(request, _("The baseline is frozen."))
            return redirect("programme_indicator", indicator.pk)
    return form_page(request, form, _("Freeze a baseline"), _("Freeze it"), indicator=indicator)


def _suggested(indicator: ProgrammeIndicator) -> tuple[Any, Any]:
    cohorts = cohorts_of(queries.taking_part(indicator.programme))
    return queries.suggested(cohorts[0]) if cohorts else (today(), today())
