"""Programme staff keep the library of activities from which plans are made."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.domain import plan_library as verbs
from mentoring.domain.refused import Refused
from mentoring.models import ActivityKind
from mentoring.plan_forms import KindForm
from mentoring.queries.plan_library import libraries
from municipalities.access import programme as programme_page
from municipalities.models import Programme
from municipalities.rules import ProgrammeVerb

keeps = programme_page(ProgrammeVerb.PLANS)
STEPS = {"up": -1, "down": 1}


@keeps
@require_safe
def library(request: Any) -> HttpResponse:
    found = libraries(request.programmes)
    return render(request, "mentoring/plan_library.html", {"libraries": found, "several": len(found) > 1})


def _programme(request: Any, pk: int) -> Programme:
    """One of one's own; another's is not there."""
    found = next((row for row in request.programmes if row.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _kind(programme: Programme, key: str) -> ActivityKind:
    found = next((row for row in libraries([programme])[0][1] if row.key == key), None)
    if found is None:
        raise Http404
    return found


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, programme: int) -> HttpResponse:
    place = _programme(request, programme)
    form = KindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.add(place, form.told(), by=request.user)
        except Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, _("The activity was added. New plans can take it from now on."))
            return redirect("mentoring_plan_library")
    return _form_page(request, form, None)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, programme: int, kind: str) -> HttpResponse:
    place = _programme(request, programme)
    row = _kind(place, kind)
    form = KindForm(request.POST if request.method == "POST" else None, kind=row)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change(place, row.key, form.told(), by=request.user)
        except Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, _("Saved. Plans that have the activity keep what they agreed on."))
            return redirect("mentoring_plan_library")
    return _form_page(request, form, row)


def _form_page(request: Any, form: KindForm, kind: ActivityKind | None) -> HttpResponse:
    context = {"form": form, "kind": kind}
    return render(request, "mentoring/plan_kind.html", context, status=422 if form.errors else 200)


@keeps
@require_POST
def arrange(request: Any, programme: int, kind: str) -> HttpResponse:
    """`act` is "up", "down", "use" or "leave_out"."""
    place, act = _programme(request, programme), request.POST.get("act", "")
    row = _kind(place, kind)
    try:
        if act in STEPS:
            verbs.move(place, row.key, STEPS[act], by=request.user)
        elif act in ("use", "leave_out"):
            verbs.use(place, row.key, act == "use", by=request.user)
        else:
            return HttpResponse(status=400)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("mentoring_plan_library")
