"""The mentor's desk: one queue over all municipalities that they accompany today."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import SignedInRequest
from common.web.params import choice_param
from mentoring.queries import desk as queries
from mentoring.queries.people import own_pairings, running, runs
from mentoring.queries.response import LONGEST, absences_since, response_times
from mentoring.what_next import for_mentor
from municipalities.access import requires, signed_in
from municipalities.models import Municipality, Pairing
from municipalities.queries import today, workspaces
from municipalities.rules import Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest
from posts.queries import visible
from posts.review.domain.mark_seen import mark_unread
from serbian.sorting import sort_key

PER_PAGE = 18


@signed_in
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    return page_of(request, own_pairings(request.user))


def page_of(request: SignedInRequest, pairings: list[Pairing]) -> HttpResponse:
    """The desk over the municipalities that the person accompanies today; `pairings` are all of theirs."""
    mine = running(pairings)
    accompanied = [row.municipality for row in mine]
    context: dict[str, Any] = {
        "today": today(), "accompanied": accompanied, "others": _others(request, accompanied),
    }  # fmt: skip
    if not accompanied:
        return render(request, "mentoring/desk.html", context)
    filters, now = _filters(request, accompanied), timezone.now()
    with scope(*accompanied):
        everything = queries.queue(request.user)
        rows = queries.accompanied(mine, everything, now)
        waiting = [place for place in everything if filters.holds(place)]
        shown = [place for place in waiting if place.shown_by(filters.show)]
        page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "rows": rows,
            "what_next": for_mentor(rows, now),
            "filters": filters,
            "segments": _segments(request, filters, queries.counts(waiting)),
            "page": page,
            "entries": queries.entries(list(page), now),
            **_times(request.user, [row for row in pairings if row.municipality in accompanied]),
        }
        return render(request, "mentoring/desk.html", context)


def _others(request: SignedInRequest, accompanied: list[Municipality]) -> list[Municipality]:
    """Workspaces one enters in another role."""
    rows = sorted(workspaces(request.user), key=lambda row: sort_key(str(row)))
    return [row for row in rows if row not in accompanied]


def _filters(request: HttpRequest, accompanied: list[Municipality]) -> queries.DeskFilters:
    """An unknown word shows what waits; a municipality one does not accompany is not there."""
    slug = request.GET.get("municipality", "")
    chosen = next((row for row in accompanied if row.slug == slug), None)
    if slug and chosen is None:
        raise Http404
    return queries.DeskFilters(choice_param(request.GET, "show", queries.SHOWS, default="waiting"), chosen)


def _segments(request: HttpRequest, filters: queries.DeskFilters, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {"waiting": _("Waiting for me"), "drafts": _("Being written"), "answered": _("Answered"), "all": _("All")}
    query = request.GET.copy()
    query.pop("page", None)
    segments = []
    for show, label in labels.items():
        query["show"] = show
        segments.append({"label": label, "url": f"?{query.urlencode()}", "current": show == filters.show,
                      "count": counts[show]})  # fmt: skip
    return segments


def _times(mentor: Any, pairings: list[Pairing]) -> dict[str, Any]:
    """How soon the mentor answers, and whether they are away today."""
    absences = absences_since([mentor], today() - timedelta(days=LONGEST))
    answers = response_times(pairings, absences=absences)[mentor.pk]
    return {"answers": answers, "away": next((row for row in absences if runs(row, today())), None)}


@requires(Verb.FEEDBACK_GIVE)
@require_POST
def unread(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """As if the mentor had not looked at the post yet."""
    mark_unread(get_object_or_404(visible(), pk=pk), by=request.user)
    messages.success(request, _("Marked as unread."))
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours and back.startswith("/") else reverse("desk"))
