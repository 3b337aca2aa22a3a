"""The feed, a page's posts, a post with its replies."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common.access import public
from practice import queries, rules
from practice.api.calls import number
from practice.models import Status
from practice.views import conversations
from practice.views.who import viewer
from practice.web import VisitorRequest

# What a hashtag may hold; anything else finds nothing.
TAG_LENGTH = 60


@public
@require_safe
def home(request: VisitorRequest) -> HttpResponse:
    tag = request.GET.get("tag", "")[:TAG_LENGTH].replace("\x00", "")
    cut = queries.home(number(request.GET.get("before")), tag)
    return _page(request, "practice/home.html", cut.statuses, older=cut.older, tag=tag)


@public
@require_safe
def account(request: VisitorRequest, username: str) -> HttpResponse:
    shown = queries.account(username)
    if shown is None:
        raise Http404
    cut = queries.of_account(shown, number(request.GET.get("before")))
    follows = queries.follows(viewer(request), shown)
    return _page(request, "practice/account.html", cut.statuses, older=cut.older, profile=shown, follows=follows)


@public
@require_safe
def status(request: VisitorRequest, username: str, status_id: int) -> HttpResponse:
    here = queries.there(status_id)
    if here is None or here.account.username != username or not queries.may_read(viewer(request), here):
        raise Http404
    if here.readers is not None:
        return redirect(f"{conversations.address(here.readers, viewer(request))}#message-{here.pk}")
    root = here.root or here
    if root is not here:
        root = queries.there(root.pk) or here
    # Private answers stand in their conversation.
    talk = [comment for comment in queries.thread(root, viewer(request)) if comment.readers is None]
    for comment in talk:
        comment.root = root  # loaded, with its page
    if here.root_id and here not in talk:  # the page hid it
        raise Http404
    answered = _answered(request, root, talk)
    return _page(
        request, "practice/status.html", [root, *talk], root=root, talk=talk, answered=answered, here=here,
        most=rules.MAX_CHARACTERS, takes_comments=bool(root.account.imitation.comment),
    )  # fmt: skip


def _answered(request: VisitorRequest, root: Status, talk: list[Status]) -> Status:
    """The status that the form at the bottom answers: the post, or the chosen comment."""
    wanted = number(request.GET.get("answer"))
    return next((answer for answer in talk if answer.pk == wanted), root)


def _page(request: VisitorRequest, template: str, statuses: list[Status], **more: Any) -> HttpResponse:
    queries.mark_own(statuses, viewer(request))
    context = {"viewer": viewer(request), "statuses": statuses, "pages": queries.pages(), **more}
    return render(request, template, context)
