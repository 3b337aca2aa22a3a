"""Signing in by picking a name. No password, because nothing here is worth one; names are kept in the session."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import public
from practice import queries, throttle
from practice.domain import door as doors
from practice.errors import ApiError
from practice.views.who import CITIZEN, back, trouble, viewer
from practice.web import VisitorRequest


@public
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: VisitorRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        if throttle.spend("door", throttle.address(request)).is_exceeded:
            return trouble(request, 429, _("Too many names"), _("Wait ten minutes, then come in."))
        try:
            citizen = doors.enter(request.POST.get("name", ""))
        except ApiError:
            problem = _("A name needs at least one letter. Choose one of the list or write your own.")
        else:
            request.session.cycle_key()
            request.session[CITIZEN] = citizen.pk
            return redirect(back(request))
    context = {"viewer": viewer(request), "citizens": queries.citizens(), "problem": problem, "next": back(request)}
    return render(request, "practice/door.html", context, status=422 if problem else 200)


@public
@require_POST
def leave(request: VisitorRequest) -> HttpResponse:
    request.session.flush()
    return redirect("feed")
