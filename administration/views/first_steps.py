"""The first steps of a municipality, for its own people and for the staff of its programme."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from administration.domain import first_steps as verbs
from administration.enums import FirstStep
from administration.models import PutAway
from administration.queries import first_steps as queries
from municipalities.access import programme, requires
from municipalities.queries import enrolled
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest, ProgrammeRequest


@requires(Verb.SETTINGS_VIEW)
@require_safe
def municipality(request: MunicipalityRequest) -> HttpResponse:
    context = {"progress": queries.progress(request), "may_put_away": request.access.may(Verb.SETTINGS_EDIT)}
    return render(request, "administration/first_steps.html", context)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def put_away(request: MunicipalityRequest, point: str) -> HttpResponse:
    """One step that this municipality does not need, or the list as a whole."""
    verbs.put_away(request.municipality, _known(point), by=request.user)
    undo = reverse("first_step_bring_back", args=[request.municipality.slug, point])
    messages.success(request, _("Put away."), extra_tags=f"undo:{undo}")
    return redirect("workspace" if point == PutAway.ALL else "first_steps", request.municipality.slug)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def bring_back(request: MunicipalityRequest, point: str) -> HttpResponse:
    verbs.bring_back(request.municipality, _known(point), by=request.user)
    return redirect("first_steps", request.municipality.slug)


def _known(point: str) -> str:
    """What cannot be done without is not put away alone."""
    if point == PutAway.ALL or (point in FirstStep.values and queries.KINDS[FirstStep(point)].keep):
        return point
    raise Http404


@programme(ProgrammeVerb.MANAGE)
@require_safe
def programme_page(request: ProgrammeRequest) -> HttpResponse:
    places = [place for place in enrolled(request.programmes) if place.joined_on]
    with scope(*places):
        rows = queries.of_several(places)
    return render(request, "administration/programme_first_steps.html", {"rows": rows})
