"""The current citizen: picked at sign-in and kept in the session."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from practice import throttle
from practice.enums import AccountKind
from practice.errors import ApiError
from practice.models import Account
from practice.web import VisitorRequest

CITIZEN = "citizen"
P = ParamSpec("P")


def viewer(request: VisitorRequest) -> Account | None:
    """At most one query for a request, none without a picked name."""
    if not hasattr(request, "citizen"):
        chosen = request.session.get(CITIZEN)
        request.citizen = Account.objects.filter(pk=chosen, kind=AccountKind.CITIZEN).first() if chosen else None
    return request.citizen


def back(request: VisitorRequest, default: str = "/") -> str:
    """Where the person came from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    mine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if mine and wanted.startswith("/") else default


def as_citizen(
    view: Callable[Concatenate[VisitorRequest, P], HttpResponse],
) -> Callable[Concatenate[VisitorRequest, P], HttpResponse]:
    """An act needs a name first; too many acts in a short time are refused."""

    @wraps(view)
    def acted(request: VisitorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        citizen = viewer(request)
        if citizen is None:
            return to_door(request)
        if throttle.spend("citizen", citizen.pk).is_exceeded:
            return trouble(request, 429, _("That was very quick"), _("Wait a few minutes, then go on."))
        try:
            return view(request, *args, **kwargs)
        except ApiError as refused:
            return trouble(request, refused.status, *_title_and_text(refused))

    return acted


def to_door(request: VisitorRequest) -> HttpResponse:
    came_from = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    address = f"{reverse('door')}?{urlencode({'next': back(request, came_from)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _title_and_text(refused: ApiError) -> tuple[str, str]:
    if refused.status == 404:
        return _("This is not here any more"), _("It was deleted, or the address is wrong. Go back to the feed.")
    if "character limit" in refused.message:
        return _("The text is too long"), _("A post has at most 500 characters. Go back and make it shorter.")
    if "blank" in refused.message:
        return _("There is nothing to post"), _("Go back and write something.")
    return _("This cannot be done"), _("Go back to the feed and try again.")


def trouble(request: VisitorRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "practice/trouble.html", {"title": title, "text": text}, status=status)
