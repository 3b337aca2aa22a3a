"""Programme staff maintain the rubric of their programmes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.domain import rubric as verbs
from mentoring.forms import CriterionForm
from mentoring.queries import rubric as queries
from mentoring.views.catalogue import Catalogue
from municipalities.access import programme as programme_page
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme_page(ProgrammeVerb.CATALOGUES)

CRITERIA = Catalogue(
    verbs=verbs,
    entries=lambda programme: queries.rubric(programme, also_unused=True),
    form=CriterionForm,
    template="mentoring/criterion.html",
    name="criterion",
    page="rubric",
)


@keeps
@require_safe
def rubric(request: ProgrammeRequest) -> HttpResponse:
    by_programme = queries.rubrics(request.programmes)
    return render(request, "mentoring/rubric.html", {"rubrics": by_programme, "several": len(by_programme) > 1})


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    return CRITERIA.new(request, programme, _("The criterion was added. Mentors see it from now on."))


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, programme: int, criterion: str) -> HttpResponse:
    message = _("Saved. Existing feedback keeps the earlier wording.")
    return CRITERIA.edit(request, programme, criterion, message)


@keeps
@require_POST
def arrange(request: ProgrammeRequest, programme: int, criterion: str) -> HttpResponse:
    return CRITERIA.arrange(request, programme, criterion)
