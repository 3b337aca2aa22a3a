"""The activity of a workspace: its audit trail, in sentences."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.sentences import AREAS, mark_of, sentence
from common.web.params import choice_param
from municipalities import queries
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PER_PAGE = 50


@requires(Verb.ACTIVITY_VIEW)
@require_GET
def activity(request: MunicipalityRequest) -> HttpResponse:
    """Newest first; filters that name nothing known are ignored."""
    area = choice_param(request.GET, "area", AREAS)
    actor = request.GET.get("person", "")
    actors = queries.actors(request.municipality)
    known = next((pk for pk, label in actors if str(pk) == actor), None)
    prefixes = AREAS[area].prefixes if area else ()
    events = queries.activity(request.municipality, prefixes=prefixes, actor=known)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "events": [(event, mark_of(event.verb), sentence(event)) for event in page],
        "areas": [(key, area_shown.label) for key, area_shown in AREAS.items()],
        "area": area,
        "actors": actors,
        "actor": known,
    }
    return render(request, "municipalities/activity.html", context)
