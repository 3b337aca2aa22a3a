"""Programme staff keep the library of activities from which plans are made."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.domain import plan_library as verbs
from mentoring.models import ActivityKind
from mentoring.plan_forms import KindForm
from mentoring.queries.plan_library import libraries
from mentoring.views.catalogue import arranged, programme_of, written
from municipalities.access import programme as programme_page
from municipalities.models import Programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme_page(ProgrammeVerb.PLANS)


@keeps
@require_safe
def library(request: ProgrammeRequest) -> HttpResponse:
    found = libraries(request.programmes)
    return render(request, "mentoring/plan_library.html", {"libraries": found, "several": len(found) > 1})


def _kind(programme: Programme, key: str) -> ActivityKind:
    found = next((row for row in libraries([programme])[0][1] if row.key == key), None)
    if found is None:
        raise Http404
    return found


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    place = programme_of(request, programme)
    form = KindForm(request.POST if request.method == "POST" else None)
    if written(request, form, lambda: verbs.add(place, form.told(), by=request.user)):
        messages.success(request, _("The activity was added. New plans can take it from now on."))
        return redirect("mentoring_plan_library")
    return _form_page(request, form, None)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, programme: int, kind: str) -> HttpResponse:
    place = programme_of(request, programme)
    row = _kind(place, kind)
    form = KindForm(request.POST if request.method == "POST" else None, kind=row)
    if written(request, form, lambda: verbs.change(place, row.key, form.told(), by=request.user)):
        messages.success(request, _("Saved. Plans that have the activity keep what they agreed on."))
        return redirect("mentoring_plan_library")
    return _form_page(request, form, row)


def _form_page(request: HttpRequest, form: KindForm, kind: ActivityKind | None) -> HttpResponse:
    context = {"form": form, "kind": kind}
    return render(request, "mentoring/plan_kind.html", context, status=422 if form.errors else 200)


@keeps
@require_POST
def arrange(request: ProgrammeRequest, programme: int, kind: str) -> HttpResponse:
    place = programme_of(request, programme)
    return arranged(request, verbs, place, _kind(place, kind).key, "mentoring_plan_library")
