"""Freezes baselines: the values of the chosen days, and the entered baselines of manual indicators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.web import SignedInRequest
from analytics.indicators import labels, sufficiency
from analytics.indicators.domain import baselines
from analytics.indicators.forms import EnteredBaselineForm, FreezeForm, WindowForm
from analytics.indicators.queries import baselines as frozen_queries
from analytics.indicators.queries import programme as queries
from analytics.indicators.views.shared import both, cohort_of, cohorts_of, form_page, keeps, mine, places_of
from analytics.models import ProgrammeIndicator
from common.web.errors import run_verb
from municipalities.models import Cohort
from municipalities.queries import today
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
    window = _window(request, cohorts)
    is_shown = window.is_valid() if window.is_bound else False
    chosen = cohort_of(cohorts, window["cohort"].value())
    days = _days(window, chosen, is_shown=is_shown)
    proposals = frozen_queries.proposals(row, [seat for seat in seats if seat.cohort_id == chosen.pk], *days)
    sent = request.POST if request.method == "POST" and is_shown else None
    form = FreezeForm(sent, proposals=proposals)
    if sent is not None and form.is_valid():
        answer = _confirmed(request, row, form, window)
        if answer is not None:
            return answer
    rows = [_proposed(proposal, form) for proposal in proposals if proposal.compares]
    context = {
        "indicator": row,
        "window": window,
        "form": form,
        "cohort": chosen,
        "days": days,
        "days_label": labels.period(*days),
        "needed": sufficiency.needed(row.code),
        "counts": labels.counts(row),
        "rows": rows,
        "some": bool(form.shown or form.withheld),
        "few": any(entry["because"] for entry in rows),
        "frozen": any(proposal.frozen for proposal in proposals),
        "withheld": form.withheld,
        "withheld_frozen": any(proposal.frozen for proposal in form.withheld),
    }
    is_wrong = window.errors or form.errors
    return render(request, "analytics/indicator_baseline.html", context, status=422 if is_wrong else 200)


def _window(request: HttpRequest, cohorts: list[Cohort]) -> WindowForm:
    """The cohort and the days: as sent, or those suggested."""
    if request.method == "POST":
        return WindowForm(request.POST, cohorts=cohorts)
    chosen = cohort_of(cohorts, request.GET.get("cohort", ""))
    first, last = frozen_queries.suggested(chosen)
    # As a person types them: a field shows again what was sent.
    initial = {"cohort": str(chosen.pk), "first": f"{first:%d.%m.%Y}", "last": f"{last:%d.%m.%Y}"}
    data = {name: request.GET.get(name) or initial[name] for name in initial}
    return (
        WindowForm(data, cohorts=cohorts) if "cohort" in request.GET else WindowForm(initial=initial, cohorts=cohorts)
    )


def _days(form: WindowForm, cohort: Cohort, *, is_shown: bool) -> tuple[Any, Any]:
    cleaned = form.cleaned_data if is_shown else {}
    if cleaned.get("first") and cleaned.get("last"):
        return cleaned["first"], cleaned["last"]
    return frozen_queries.suggested(cohort)


def _proposed(proposal: frozen_queries.Proposal, form: FreezeForm) -> dict[str, Any]:
    measured, unit, pk = proposal.measured, proposal.indicator.unit, proposal.place.pk
    frozen = proposal.frozen
    return {
        "place": proposal.place,
        "value": labels.value(measured.value, unit),
        "n": measured.n,
        "why": str(labels.WHY.get(measured.why, "")) if measured.value is None else "",
        "few": next(iter(labels.few_of(proposal.indicator, measured)), ""),
        "notes": labels.quality(measured.quality),
        "tick": form[f"freeze_{pk}"] if measured.value is not None else None,
        "because": form[baselines.because_field(pk)] if baselines.because_field(pk) in form.fields else None,
        "frozen": labels.value(frozen.value, unit) if frozen else "",
        "frozen_days": labels.period(frozen.first, frozen.last) if frozen else "",
    }


def _confirmed(
    request: SignedInRequest, indicator: ProgrammeIndicator, form: FreezeForm, window: WindowForm
) -> HttpResponse | None:
    """Once what is to be frozen was shown again and confirmed, it is frozen. None: the form shows what is wrong."""
    rows = form.chosen()
    if request.POST.get("confirmed") != _fingerprint(rows):
        return _ask(request, indicator, form, window)
    places = [row.place for row in rows]
    days = window.cleaned_data["first"], window.cleaned_data["last"]
    count = run_verb(
        form,
        lambda: baselines.freeze(
            indicator, places, *days, by=request.user, reason=form.cleaned_data["reason"],
            few_because=form.few_because(),
        ),
    )  # fmt: skip
    if not count:
        return None
    messages.success(
        request,
        ngettext("The baseline of %(count)s municipality is frozen.",
                 "The baselines of %(count)s municipalities are frozen.", count) % {"count": count},
    )  # fmt: skip
    return redirect("programme_indicator", indicator.pk)


def _fingerprint(rows: list[frozen_queries.Proposal]) -> str:
    """What was shown for confirmation: a value that has changed meanwhile is shown again."""
    return ",".join(f"{row.place.pk}={row.measured.value!r}/{row.measured.n}" for row in rows)


def _ask(request: HttpRequest, indicator: ProgrammeIndicator, form: FreezeForm, window: WindowForm) -> HttpResponse:
    """What is frozen, what of it with too little data and why, and who stays without a baseline."""
    chosen = form.chosen()
    days = window.cleaned_data["first"], window.cleaned_data["last"]
    named = [(row, labels.value(row.measured.value, indicator.unit)) for row in chosen if row.compares]
    kept = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "confirmed")]
    reasons = form.few_because()
    context = {
        "indicator": indicator,
        "days_label": labels.period(*days),
        "enough": [(row.place, value, row.measured.n) for row, value in named if row.is_enough],
        "few": [(row.place, value, row.measured.n, reasons[row.place.pk]) for row, value in named if not row.is_enough],
        "withheld": sum(not row.compares for row in chosen),
        "without": [
            (row.place, labels.no_baseline_of(indicator, row.measured))
            for row in form.proposals
            if row.compares and row.frozen is None and row not in chosen
        ],
        "replaced": sum(row.frozen is not None for row in chosen),
        "reason": form.cleaned_data["reason"],
        "counts": labels.counts(indicator),
        "kept": kept,
        "fingerprint": _fingerprint(chosen),
    }
    return render(request, "analytics/indicator_baseline_confirm.html", context)


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
    return frozen_queries.suggested(cohorts[0]) if cohorts else (today(), today())
