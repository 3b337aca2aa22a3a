"""Programme staff maintain the library of activities from which plans are made."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.domain import plan_library as verbs
from mentoring.plan_forms import ActivityKindForm
from mentoring.queries.plan_library import libraries
from mentoring.views.catalogue import Catalogue
from municipalities.access import programme as programme_page
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme_page(ProgrammeVerb.PLANS)

ACTIVITIES = Catalogue(
    verbs=verbs,
    entries=lambda programme: libraries([programme])[0][1],
    form=ActivityKindForm,
    template="mentoring/plan_kind.html",
    name="kind",
    page="mentoring_plan_library",
)


@keeps
@require_safe
def library(request: ProgrammeRequest) -> HttpResponse:
    by_programme = libraries(request.programmes)
    context = {"libraries": by_programme, "several": len(by_programme) > 1}
    return render(request, "mentoring/plan_library.html", context)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    return ACTIVITIES.new(request, programme, _("The activity was added. New plans can take it from now on."))


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, programme: int, kind: str) -> HttpResponse:
    return ACTIVITIES.edit(request, programme, kind, _("Saved. Plans that have the activity keep what they agreed on."))


@keeps
@require_POST
def arrange(request: ProgrammeRequest, programme: int, kind: str) -> HttpResponse:
    return ACTIVITIES.arrange(request, programme, kind)
