"""The page behind the link in an approver's mail (docs/adr/0036). It opens without a sign-in and begins no session.

A GET or HEAD changes nothing, so that mail scanners may follow the link as often as they like. A POST decides, if it
comes from a session of the link's own person or has their password and code. Unlike other pages behind a secret
address it takes Django's CSRF token: the session is what decides here, and who got the link forwarded knows its
address. For the same reason its referrer policy is the portal's own; with `no-referrer` browsers send the origin
"null".
"""

from typing import TypeVar

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.confirming import NotConfirmed, confirm
from accounts.web import client_network
from common import ratelimit
from common.access import public
from common.errors import ActionNotAllowed
from common.web.params import int_list_param
from municipalities.tenancy import scope
from posts.forms import chosen_timing
from posts.models import DecisionLink
from posts.queries import open_threads
from posts.review.domain import decision_links
from posts.review.domain.decision_links import APPROVE, RETURN, LinkClosed, LinkState, LinkStatus
from posts.review.views import link_page
from posts.review.views.decisions import MOST_NOTE
from posts.review.views.link_page import ClosedPage

Response = TypeVar("Response", bound=HttpResponseBase)
# A page with ten pictures is eleven requests, a scanner comes a hundred times, and a town hall has one address.
MOST_A_MINUTE = 300


@public
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, token: str) -> HttpResponse:
    if _is_too_often(request):
        response = _closed(request, link_page.busy_page(), status=429)
        response.headers["Retry-After"] = "60"
        return _private(response)
    link = decision_links.find_by_token(token)
    language = link.user.language if link and not request.user.is_authenticated else translation.get_language()
    with translation.override(language):
        if link is None:
            response = _closed(request, link_page.unknown_page(), status=410)
        else:
            with scope(link.municipality):
                response = _answer(request, link, token)
        response.headers["Content-Language"] = translation.get_language() or "sr"
    return _private(response)


@public
@require_safe
def picture(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """A picture of the version as it goes out, for as long as the link can decide. Numbers begin at 1."""
    if _is_too_often(request):
        return _private(HttpResponse(status=429, headers={"Retry-After": "60"}))
    link = decision_links.find_by_token(token)
    if link is None:
        raise Http404
    with scope(link.municipality):
        if _is_foreign(request, link) or decision_links.status_of(link).state != LinkState.OPEN:
            raise Http404
    if not 1 <= number <= len(link.version.media):
        raise Http404
    entry = link.version.media[number - 1]
    if not entry["mime"].startswith("image/"):
        raise Http404
    try:
        response = FileResponse(default_storage.open(entry["ref"], "rb"), content_type=entry["mime"])
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Security-Policy"] = "default-src 'none'"
    return _private(response)


def _is_too_often(request: HttpRequest) -> bool:
    usage = ratelimit.hit("decide-by-link", client_network(request), limit=MOST_A_MINUTE, seconds=60)
    return usage.is_exceeded


def _is_foreign(request: HttpRequest, link: DecisionLink) -> bool:
    """Whether somebody else is signed in here."""
    return bool(request.user.is_authenticated and request.user.pk != link.user_id)


def _answer(request: HttpRequest, link: DecisionLink, token: str) -> HttpResponse:
    if _is_foreign(request, link):
        if request.method == "POST":
            decision_links.record_refusal(link, "other_person", by=request.user)
        return _closed(request, link_page.foreign_page(request.user), status=403)
    status = decision_links.status_of(link)
    if status.state != LinkState.OPEN:
        if request.method == "POST":
            decision_links.record_refusal(link, status.state)
        return _closed_link(request, link, status)
    if request.method == "POST":
        return _decide(request, link, token)
    return _open(request, link, token)


def _decide(request: HttpRequest, link: DecisionLink, token: str) -> HttpResponse:
    entered = request.POST
    decision, note = entered.get("decision", ""), entered.get("note", "")[:MOST_NOTE]
    if problems := _problems(request, link, decision, note):
        return _open(request, link, token, problems=problems)
    try:
        decision_links.decide(
            link, decision=decision, note=note, threads=entered.get("threads", ""),
            seen=int_list_param(entered, "seen"), time=entered.get("time"),
            timing=chosen_timing(entered, link.version.post) if decision == APPROVE else None,
        )  # fmt: skip
    except LinkClosed as closed:
        decision_links.record_refusal(link, closed.status.state)
        return _closed_link(request, decision_links.find_by_token(token) or link, closed.status)
    except ActionNotAllowed as refused:
        decision_links.record_refusal(link, "rules")
        sentence = " ".join((refused.message, *refused.details))
        return _open(request, link, token, problems={refused.field if refused.field == "note" else "": sentence})
    return HttpResponseRedirect(f"{reverse('decide_by_link', args=[token])}?done=1")


def _problems(request: HttpRequest, link: DecisionLink, decision: str, note: str) -> dict[str, str]:
    """Why the form cannot be carried out, by field. What is missing comes first: no code is used up for it."""
    if decision not in (APPROVE, RETURN):
        return {"": _("Choose whether you approve the post or return it.")}
    if decision == RETURN and not note.strip():
        return {"note": _("Write a note: what should be different before you approve it?")}
    if not link_page.way_of(link, request.user):
        return {}
    if decision == APPROVE and open_threads(link.version.post):
        return {"": _("A conversation is open that this page does not show. Sign in to read it and to approve.")}
    password, code = request.POST.get("password", ""), request.POST.get("code", "").strip()
    try:
        confirm(request, link.user, password=password, code=code)
    except NotConfirmed as refused:
        decision_links.record_refusal(link, refused.field)
        return {refused.field: refused.message}
    return {}


def _open(request: HttpRequest, link: DecisionLink, token: str, problems: dict[str, str] | None = None) -> HttpResponse:
    page = link_page.open_page(link, token, link_page.way_of(link, request.user), request.POST)
    context = {
        "page": page, "problems": problems or {}, "problem": (problems or {}).get("", ""),
        "note": request.POST.get("note", "")[:MOST_NOTE], "threads": request.POST.get("threads", ""),
        "most": MOST_NOTE,
    }  # fmt: skip
    return render(request, "posts/review/decide_by_link.html", context, status=422 if problems else 200)


def _closed_link(request: HttpRequest, link: DecisionLink, status: LinkStatus) -> HttpResponse:
    """409 to who wanted to decide; a page that says how it is to who only looks."""
    page = link_page.closed_page(link, status, is_done="done" in request.GET and request.method != "POST")
    if request.method == "POST":
        return _closed(request, page, status=409)
    return _closed(request, page, status=200 if status.state == LinkState.USED else 410)


def _closed(request: HttpRequest, page: ClosedPage, *, status: int) -> HttpResponse:
    return render(request, "posts/review/decide_by_link.html", {"closed": page}, status=status)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
