"""Targets, and values that people enter with their evidence."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.web import SignedInRequest
from analytics.enums import TargetKind
from analytics.indicators import labels
from analytics.indicators.domain import manual_values, targets
from analytics.indicators.forms import EndTargetForm, TargetForm, ValueForm
from analytics.indicators.queries.programme import start_of
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.views.shared import both, form_page, keeps, mine, place_of, places_of, sees, to
from analytics.models import ManualValue, MunicipalityTarget, MunicipalityValue, ProgrammeIndicator, Target
from common import downloads
from common.web.errors import run_verb
from municipalities.models import Municipality
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@keeps
@both
def target(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    """`?place=` chooses the municipality beforehand."""
    row = mine(request, indicator)
    initial = {"kind": TargetKind.VALUE.value, "place": request.GET.get("place", "programme")}
    sent = request.POST if request.method == "POST" else None
    form = TargetForm(sent, places=places_of(row), indicator=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        place = form.chosen()
        warnings = run_verb(form, lambda: targets.set_target(row, form.wanted(), by=request.user, place=place))
        if warnings is not None:
            messages.success(request, _("Saved. The previous target is in the history."))
            for warning in warnings:
                messages.warning(request, warning)
            return to(row, place)
    lead = " ".join(filter(None, [
        _("A target of the programme holds for every municipality that has none of its own."),
        labels.direction(row, start_of(row, None)),
    ]))  # fmt: skip
    return form_page(request, form, _("Set a target"), _("Set it"), indicator=row, lead=lead)


@keeps
@both
def end_target(request: ProgrammeRequest, indicator: int, target: int) -> HttpResponse:
    programme_indicator = mine(request, indicator)
    row = get_object_or_404(Target, pk=target, indicator=programme_indicator, ended_at__isnull=True)
    return _end_target(request, programme_indicator, row, None)


@keeps
@both
def end_place_target(request: ProgrammeRequest, indicator: int, place: str, target: int) -> HttpResponse:
    programme_indicator = mine(request, indicator)
    municipality = place_of(programme_indicator, place)
    with scope(municipality):
        row = get_object_or_404(
            MunicipalityTarget.objects.filter(indicator=programme_indicator, ended_at__isnull=True), pk=target
        )
        return _end_target(request, programme_indicator, row, municipality)


def _end_target(
    request: SignedInRequest,
    indicator: ProgrammeIndicator,
    row: Target | MunicipalityTarget,
    municipality: Municipality | None,
) -> HttpResponse:
    form = EndTargetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        targets.end_target(row, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It no longer holds. It stays in the history."))
        return to(indicator, municipality)
    lead = labels.target_label(row, IndicatorRow(indicator))
    return form_page(request, form, _("End this target"), _("End it"), indicator=indicator, lead=lead)


@keeps
@both
def value(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    row = mine(request, indicator)
    if not row.is_manual:
        messages.warning(request, _("The portal measures this indicator; its values cannot be entered by hand."))
        return redirect("programme_indicator", row.pk)
    initial = {"place": request.GET.get("place", "programme")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ValueForm(*sent, places=places_of(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        place, scan = form.chosen(), form.cleaned_data["evidence"]
        stored = run_verb(
            form, lambda: manual_values.enter(row, form.entered(), by=request.user, place=place, evidence=scan)
        )
        if stored:
            messages.success(request, _("The value is entered."))
            return to(row, place)
    title, act = _("Enter a value"), _("Enter it")
    return form_page(request, form, title, act, indicator=row, lead=row.method, has_file=True)


@sees
@require_safe
def evidence(request: ProgrammeRequest, indicator: int, value: int) -> HttpResponseBase:
    return download(get_object_or_404(ManualValue, pk=value, indicator=mine(request, indicator)))


@sees
@require_safe
def place_evidence(request: ProgrammeRequest, indicator: int, place: str, value: int) -> HttpResponseBase:
    row = mine(request, indicator)
    with scope(place_of(row, place)):
        return download(get_object_or_404(MunicipalityValue.objects.filter(indicator=row), pk=value))


def download(row: ManualValue | MunicipalityValue) -> HttpResponseBase:
    """The evidence: always as a download, so that nothing in it runs in our pages."""
    name = f"evidence-{row.on.isoformat()}.{downloads.ending(row.evidence)}"
    return downloads.stored(row.evidence, name=name, mime=row.evidence_mime)
