"""Targets, and values that people enter with their evidence."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.web import SignedInRequest
from analytics.enums import AimKind
from analytics.indicators import labels
from analytics.indicators.domain import manual_values, targets
from analytics.indicators.forms import EndTargetForm, TargetForm, ValueForm
from analytics.indicators.queries.programme import IndicatorRow
from analytics.indicators.views.shared import both, form_page, keeps, mine, place_of, places_of, sees, to, tried
from analytics.models import ManualValue, PlaceTarget, PlaceValue, ProgrammeIndicator, Target
from common import downloads
from municipalities.models import Municipality
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest


@keeps
@both
def target(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    """`?place=` chooses the municipality beforehand."""
    found = mine(request, indicator)
    initial = {"kind": AimKind.VALUE.value, "place": request.GET.get("place", "programme")}
    sent = request.POST if request.method == "POST" else None
    form = TargetForm(sent, places=places_of(found), indicator=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        place = form.chosen()
        warnings = tried(form, lambda: targets.set_target(found, form.wanted(), by=request.user, place=place))
        if warnings is not None:
            messages.success(request, _("Set. What stood there before is in the history."))
            for each in warnings:
                messages.warning(request, each)
            return to(found, place)
    lead = _("A target of the programme holds for every municipality that has none of its own.")
    return form_page(request, form, _("Set a target"), _("Set it"), indicator=found, lead=lead)


@keeps
@both
def end_target(request: ProgrammeRequest, indicator: int, target: int) -> HttpResponse:
    found = mine(request, indicator)
    row = get_object_or_404(Target, pk=target, indicator=found, ended_at__isnull=True)
    return _end_target(request, found, row, None)


@keeps
@both
def end_place_target(request: ProgrammeRequest, indicator: int, place: str, target: int) -> HttpResponse:
    found = mine(request, indicator)
    house = place_of(found, place)
    with scope(house):
        row = get_object_or_404(PlaceTarget.objects.filter(indicator=found, ended_at__isnull=True), pk=target)
        return _end_target(request, found, row, house)


def _end_target(
    request: SignedInRequest, found: ProgrammeIndicator, row: Target | PlaceTarget, house: Municipality | None
) -> HttpResponse:
    form = EndTargetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        targets.end_target(row, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It no longer holds. It stays in the history."))
        return to(found, house)
    lead = labels.aim(row, IndicatorRow(found))
    return form_page(request, form, _("End this target"), _("End it"), indicator=found, lead=lead)


@keeps
@both
def value(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    found = mine(request, indicator)
    if not found.is_manual:
        messages.warning(request, _("The portal measures this indicator; nobody enters its values."))
        return redirect("programme_indicator", found.pk)
    initial = {"place": request.GET.get("place", "programme")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ValueForm(*sent, places=places_of(found), initial=initial)
    if request.method == "POST" and form.is_valid():
        place, scan = form.chosen(), form.cleaned_data["evidence"]
        made = tried(form, lambda: manual_values.enter(found, form.told(), by=request.user, place=place, evidence=scan))
        if made:
            messages.success(request, _("The value is entered."))
            return to(found, place)
    title, act = _("Enter a value"), _("Enter it")
    return form_page(request, form, title, act, indicator=found, lead=found.method, has_file=True)


@sees
@require_safe
def evidence(request: ProgrammeRequest, indicator: int, value: int) -> HttpResponseBase:
    return download(get_object_or_404(ManualValue, pk=value, indicator=mine(request, indicator)))


@sees
@require_safe
def place_evidence(request: ProgrammeRequest, indicator: int, place: str, value: int) -> HttpResponseBase:
    found = mine(request, indicator)
    with scope(place_of(found, place)):
        return download(get_object_or_404(PlaceValue.objects.filter(indicator=found), pk=value))


def download(row: ManualValue | PlaceValue) -> HttpResponseBase:
    """The evidence: always as a download, so that nothing in it runs in our pages."""
    name = f"evidence-{row.on.isoformat()}.{downloads.ending(row.evidence)}"
    return downloads.stored(row.evidence, name=name, mime=row.evidence_mime)
