"""Programme staff keep the rubric of their programmes."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.domain import rubric as verbs
from mentoring.forms import CriterionForm
from mentoring.models import Criterion
from mentoring.queries import rubric as queries
from mentoring.views.catalogue import arranged, programme_of, written
from municipalities.access import programme as programme_page
from municipalities.models import Programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme_page(ProgrammeVerb.CATALOGUES)


@keeps
@require_safe
def rubric(request: ProgrammeRequest) -> HttpResponse:
    found = queries.rubrics(request.programmes)
    return render(request, "mentoring/rubric.html", {"rubrics": found, "several": len(found) > 1})


def _criterion(programme: Programme, key: str) -> Criterion:
    found = next((row for row in queries.rubric(programme, also_unused=True) if row.key == key), None)
    if found is None:
        raise Http404
    return found


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    place = programme_of(request, programme)
    form = CriterionForm(request.POST if request.method == "POST" else None)
    if written(request, form, lambda: verbs.add(place, form.words(), by=request.user)):
        messages.success(request, _("The criterion was added. Mentors see it from now on."))
        return redirect("rubric")
    return _form_page(request, form, None)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, programme: int, criterion: str) -> HttpResponse:
    place = programme_of(request, programme)
    row = _criterion(place, criterion)
    form = CriterionForm(request.POST if request.method == "POST" else None, criterion=row)
    if written(request, form, lambda: verbs.reword(place, row.key, form.words(), by=request.user)):
        messages.success(request, _("Saved. Feedback that was given before keeps the words of then."))
        return redirect("rubric")
    return _form_page(request, form, row)


def _form_page(request: HttpRequest, form: CriterionForm, criterion: Criterion | None) -> HttpResponse:
    context = {"form": form, "criterion": criterion}
    return render(request, "mentoring/criterion.html", context, status=422 if form.errors else 200)


@keeps
@require_POST
def arrange(request: ProgrammeRequest, programme: int, criterion: str) -> HttpResponse:
    place = programme_of(request, programme)
    return arranged(request, verbs, place, _criterion(place, criterion).key, "rubric")
