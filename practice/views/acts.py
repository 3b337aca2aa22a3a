"""Actions of a citizen: like, share, comment, write to a page, follow. Each works without a script."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from common.access import public
from common.web.params import int_list_param
from practice import queries
from practice.domain import react, vote, write
from practice.errors import Missing
from practice.models import Account, Status
from practice.views import conversations
from practice.views.who import as_citizen, back, viewer
from practice.web import VisitorRequest

ACTS: dict[str, Callable[[Account, int], Status]] = {
    "like": react.like,
    "unlike": react.unlike,
    "share": react.boost,
    "unshare": react.unboost,
}


@public
@require_POST
@as_citizen
def act(request: VisitorRequest, status_id: int, name: str) -> HttpResponse:
    citizen = viewer(request)
    assert citizen is not None  # as_citizen
    ACTS[name](citizen, status_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{back(request)}#post-{status_id}")
    status = queries.status(status_id, citizen)
    if status is None:
        raise Missing
    queries.mark_own([status], citizen)
    return render(request, "practice/parts/acts.html", {"status": status, "viewer": citizen, "next": back(request)})


@public
@require_POST
@as_citizen
def comment(request: VisitorRequest, status_id: int) -> HttpResponse:
    citizen = viewer(request)
    assert citizen is not None
    comment_row = write.publish(citizen, write.Draft(request.POST.get("text", ""), "sr", reply_to=status_id))
    root = comment_row.root or comment_row
    return redirect(f"{reverse('status', args=[root.account.username, root.pk])}#post-{comment_row.pk}")


@public
@require_POST
@as_citizen
def answer_poll(request: VisitorRequest, status_id: int) -> HttpResponse:
    citizen = viewer(request)
    assert citizen is not None
    chosen = int_list_param(request.POST, "choice", most=999)
    vote.vote(citizen, status_id, chosen)
    return redirect(f"{back(request)}#post-{status_id}")


@public
@require_POST
@as_citizen
def write_to(request: VisitorRequest, username: str) -> HttpResponse:
    """A post of the citizen's own that mentions the page."""
    citizen, page = viewer(request), _account(username)
    assert citizen is not None
    text = request.POST.get("text", "").strip()
    status = write.publish(citizen, write.Draft(f"@{page.username} {text}" if text else "", "sr"))
    return redirect(reverse("status", args=[citizen.username, status.pk]))


@public
@require_POST
@as_citizen
def follow(request: VisitorRequest, username: str, name: str) -> HttpResponse:
    citizen, page = viewer(request), _account(username)
    assert citizen is not None
    (react.follow if name == "follow" else react.unfollow)(citizen, page)
    return redirect("account", page.username)


@public
@require_POST
@as_citizen
def delete(request: VisitorRequest, status_id: int) -> HttpResponse:
    citizen = viewer(request)
    assert citizen is not None
    deleted = queries.status(status_id, citizen)
    is_by_hand = deleted is not None and deleted.account.imitation.deleted_by_hand
    write.delete(deleted.account if deleted and is_by_hand else citizen, status_id)
    if deleted and deleted.readers is not None:
        return redirect(conversations.address(deleted.readers, citizen))
    if deleted and deleted.root:
        return redirect(reverse("status", args=[deleted.root.account.username, deleted.root.pk]))
    return redirect("feed")


def _account(username: str) -> Account:
    account = queries.account(username)
    if account is None:
        raise Http404
    return account
