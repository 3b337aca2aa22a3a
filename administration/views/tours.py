"""The tours of a person: their page, and what is pressed in the panel of a running one (`templates/administration/
_tour.html`), which `portal.context` puts on every page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import SignedInRequest
from administration.domain import tours as verbs
from administration.enums import Tour, TourStep
from administration.models import TourProgress
from administration.queries import tours as queries
from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import choice_param
from municipalities.access import signed_in


@signed_in
@require_safe
def tours(request: SignedInRequest) -> HttpResponse:
    """Each tour of this person's roles: how far it is, and how to begin, leave or resume it."""
    return render(request, "administration/tours.html", {"rows": queries.listed(request.user)})


@signed_in
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """`tour` says which, `municipality` where by its slug; without it, in the first by name."""
    tour = _tour(request)
    if tour is None:
        return redirect("tours")
    slug = request.POST.get("municipality", "")
    places = [place for offered, place in queries.offers(request.user) if offered == tour]
    place = next((place for place in places if not slug or (place and place.slug == slug)), None)
    try:
        row = verbs.begin(tour, place, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("tours")
    return redirect(_next_page(request, row))


def _tour(request: HttpRequest) -> Tour | None:
    """None for an unknown one, which is said."""
    value = choice_param(request.POST, "tour", Tour.values)
    if not value:
        messages.error(request, _("Choose a tour."))
        return None
    return Tour(value)


def _next_page(request: SignedInRequest, row: TourProgress) -> str:
    """Where the next step is done; the page of the tours if there is none, or it cannot be done now."""
    progress = queries.progress(request.user, queries.known_of(row))
    point = progress.next if progress else None
    return point.url if point and point.url else reverse("tours")


@signed_in
@require_POST
def decline(request: SignedInRequest) -> HttpResponse:
    tour = _tour(request)
    if tour is None:
        return redirect("tours")
    verbs.decline(tour, by=request.user)
    messages.success(request, _("The tour is in the menu under your name, whenever you want it."))
    return redirect(_back(request))


@signed_in
@require_POST
def leave(request: SignedInRequest) -> HttpResponse:
    if verbs.leave(by=request.user):
        messages.success(request, _("You left the tour. It is in the menu under your name."))
    return redirect(_back(request))


@signed_in
@require_POST
def resume(request: SignedInRequest) -> HttpResponse:
    tour = _tour(request)
    if tour is None:
        return redirect("tours")
    try:
        row = verbs.resume(tour, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("tours")
    return redirect(_next_page(request, row))


@signed_in
@require_POST
def skip(request: SignedInRequest) -> HttpResponse:
    step = choice_param(request.POST, "step", TourStep.values)
    if not step:
        messages.error(request, _("Choose a step of the tour."))
        return redirect("tours")
    row = verbs.skip(TourStep(step), by=request.user)
    if row and row.finished_at:
        messages.success(request, _("That was the last step of the tour."))
    return redirect(_back(request))


@signed_in
@require_safe
def panel(request: SignedInRequest) -> HttpResponse:
    """The panel alone, for a page on which a step is done without leaving it; empty if no tour runs."""
    return render(request, "administration/tour_panel.html", {"back": _back_of(request, request.GET.get("next", ""))})


def _back(request: HttpRequest) -> str:
    """The page from which it was pressed."""
    return _back_of(request, request.POST.get("next", ""))


def _back_of(request: HttpRequest, target: str) -> str:
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return "/"
