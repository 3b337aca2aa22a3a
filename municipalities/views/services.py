"""eServices: what a municipality says about each of them, and the national catalogue that programme staff keep."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities import queries
from municipalities.access import programme, requires
from municipalities.domain import services as verbs
from municipalities.forms import AvailabilityForm, ServiceForm, ServiceTexts
from municipalities.models import EService, Municipality
from municipalities.queries import Offered
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest, ProgrammeRequest

keeps = programme(ProgrammeVerb.CATALOGUES)


# ---- a municipality


@requires(Verb.WORKSPACE_VIEW)
@require_safe
def services(request: MunicipalityRequest) -> HttpResponse:
    """Every service in this municipality, those in season first."""
    offers = queries.offers()
    context = {
        "seasonal": [offer for offer in offers if offer.is_in_season],
        "others": [offer for offer in offers if not offer.is_in_season],
        "may_edit": request.access.may(Verb.LIBRARY_EDIT),
        "is_in_settings": request.access.may(Verb.SETTINGS_VIEW),
        "to_look_at": sum(not offer.may_be_promoted for offer in offers),
    }
    return render(request, "municipalities/services.html", context)


@requires(Verb.WORKSPACE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: MunicipalityRequest, service: str) -> HttpResponse:
    """One service here: what it is, and where and when it can be used."""
    offer = queries.offer(service)
    if offer is None:
        raise Http404
    may_edit = request.access.may(Verb.LIBRARY_EDIT)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    back = reverse("settings_services", args=[request.municipality.slug])
    return _one(request, request.municipality, offer, back=back, may_edit=may_edit)


def _one(request: SignedInRequest, place: Municipality, offer: Offered, *, back: str, may_edit: bool) -> HttpResponse:
    form = AvailabilityForm(request.POST or None, initial=_stored(offer)) if may_edit else None
    if form is not None and request.method == "POST" and form.is_valid():
        verified = form.cleaned_data["verified"]
        verbs.keep(place, offer.service, form.values(), verified=verified, by=request.user)
        messages.success(request, _("Saved."))
        return redirect(back)
    context = {"offer": offer, "form": form, "back": back, "place": place}
    status = 422 if form is not None and form.errors else 200
    return render(request, "municipalities/services_one.html", context, status=status)


def _stored(offer: Offered) -> dict[str, Any]:
    entry = offer.entry
    if entry is None:
        return {}
    dates = {"starts_on": entry.starts_on, "ends_on": entry.ends_on}
    return {"is_offered": "yes" if entry.is_offered else "no", "url": entry.url, "note": entry.note, **dates}


# ---- the catalogue


@keeps
@require_safe
def catalogue(request: ProgrammeRequest) -> HttpResponse:
    """All services, also inactive ones, with the number of municipalities that verified them."""
    places = queries.enrolled(request.programmes)
    with scope(*places):
        counts = queries.counts_of_offers(places)
    rows = [(row, counts.get(row.pk, 0)) for row in queries.services(all_of_them=True)]
    rows.sort(key=lambda pair: not pair[0].is_active)
    return render(request, "municipalities/services_catalogue.html", {"rows": rows, "of": len(places)})


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest) -> HttpResponse:
    return _edit(request, None)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, service: str) -> HttpResponse:
    return _edit(request, get_object_or_404(EService, key=service))


def _edit(request: ProgrammeRequest, row: EService | None) -> HttpResponse:
    form = ServiceForm(request.POST or None, service=row)
    initial = list(row.templates.values("title", "text", "call_kind", "call_text")) if row else []
    texts = ServiceTexts(request.POST or None, initial=initial, prefix="text")
    if request.method == "POST" and form.is_valid() and texts.is_valid() and _written(request, row, form, texts):
        messages.success(request, _("Saved."))
        return redirect("services_catalogue")
    places: list[tuple[Municipality, Offered]] = []
    if row:
        enrolled = queries.enrolled(request.programmes)
        with scope(*enrolled):
            places = queries.offers_of(row, enrolled)
    context = {"form": form, "texts": texts, "service": row, "places": places}
    status = 422 if form.errors or texts.total_error_count() else 200
    return render(request, "municipalities/services_edit.html", context, status=status)


def _written(request: SignedInRequest, row: EService | None, form: ServiceForm, texts: Any) -> bool:
    given = [text_form.cleaned_data for text_form in texts if (text_form.cleaned_data.get("text") or "").strip()]
    try:
        if row is None:
            verbs.add(form.values(), given, by=request.user)
        else:
            verbs.edit(row, form.values(), given, by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: ProgrammeRequest, service: str, place: str) -> HttpResponse:
    """A service in a municipality of the user's programmes, edited on its behalf by the staff."""
    places = {row.slug: row for row in queries.enrolled(request.programmes)}
    if place not in places:
        raise Http404
    with scope(places[place]):
        offer = queries.offer(service)
        if offer is None:
            raise Http404
        back = reverse("service_edit", args=[service])
        return _one(request, places[place], offer, back=back, may_edit=True)
