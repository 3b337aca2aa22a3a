"""POST views for threads and suggestions. Each redirects to the thread on the page; refused input is kept."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import int_list_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.editing import thread_positions
from posts.enums import SuggestionState
from posts.models import Post, Suggestion, Thread
from posts.review.domain import suggest
from posts.review.domain import thread as review_thread
from posts.review.domain.comment import comment, reply
from posts.review.views.review_page import readable_or_404
from posts.review.views.unsaved_input import drop_input, keep_input


@requires(Verb.POST_COMMENT)
@require_POST
def begin(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """A comment or, with `act=suggest`, a suggestion; its position is in the fields that
    `posts.editing.thread_positions.parse_position` reads.
    """
    post = _post(request, pk)
    where, text = thread_positions.parse_position(request.POST), request.POST.get("text", "")
    try:
        if request.POST.get("act") == "suggest":
            replacement = request.POST.get("replacement", "")
            thread = suggest.suggest(post, replacement, where=where, by=request.user, text=text).thread
        else:
            thread = comment(post, text, by=request.user, where=where)
    except ActionNotAllowed as refused:
        return keep_input(request, post, problem=refused.message, typed=request.POST)
    drop_input(request)
    return _to(request, post, thread)


@requires(Verb.POST_COMMENT)
@require_POST
def answer(request: MunicipalityRequest, pk: int, thread: int) -> HttpResponse:
    post, row = _thread(request, pk, thread)
    try:
        reply(row, request.POST.get("text", ""), by=request.user)
        if request.POST.get("act") == "resolve":
            review_thread.resolve(row, by=request.user)
    except ActionNotAllowed as refused:
        return keep_input(request, post, problem=refused.message, typed=request.POST, thread=row.pk)
    drop_input(request)
    return _to(request, post, row)


@requires(Verb.POST_COMMENT)
@require_POST
def resolve(request: MunicipalityRequest, pk: int, thread: int) -> HttpResponse:
    """Resolve it; with `to=open` reopen it."""
    post, row = _thread(request, pk, thread)
    if request.POST.get("to") == "open":
        review_thread.reopen(row, by=request.user)
        return _to(request, post, row)
    review_thread.resolve(row, by=request.user)
    messages.success(request, _("The conversation is resolved."))
    return _to(request, post, _next(post, after=row))


@requires(Verb.POST_EDIT)
@require_POST
def decide(request: MunicipalityRequest, pk: int, thread: int) -> HttpResponse:
    """Accept or decline one suggestion. The page then shows the next one, so that one key handles each."""
    post, row = _thread(request, pk, thread)
    suggestion = get_object_or_404(Suggestion, thread=row)
    try:
        if request.POST.get("decision") == "accept":
            done = suggest.accept(post, [suggestion.pk], by=request.user)
            messages.success(request, _accepted(done))
        else:
            suggest.decline(suggestion, by=request.user, text=request.POST.get("text", ""))
            messages.success(request, _("Declined. The words stay as they are."))
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return _to(request, post, row)
    return _to(request, post, _next(post, after=row, suggestions_only=True))


@requires(Verb.POST_EDIT)
@require_POST
def accept_all(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Accept the suggestions that the page showed: their ids are sent along, so that none is accepted unseen."""
    post = _post(request, pk)
    ids = int_list_param(request.POST, "suggestion")[:500]
    try:
        done = suggest.accept(post, ids, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return _to(request, post, None)
    messages.success(request, _accepted(done))
    return _to(request, post, None)


def _accepted(done: suggest.Accepted) -> str:
    taken = ngettext(
        "%(count)s suggestion is now in the text, as version %(version)s.",
        "%(count)s suggestions are now in the text, as version %(version)s.",
        len(done.taken),
    ) % {"count": len(done.taken), "version": done.version.number}
    if not done.left:
        return taken
    left = ngettext(
        "%(count)s was left out, because its words have changed.",
        "%(count)s were left out, because their words have changed.",
        len(done.left),
    ) % {"count": len(done.left)}
    return f"{taken} {left}"


@requires(Verb.POST_COMMENT)
@require_safe
def people(request: MunicipalityRequest, pk: int) -> JsonResponse:
    """The people who can be mentioned in a comment here: [{"name", "id"}]."""
    _post(request, pk)
    named = queries.mentionable(request.municipality)
    return JsonResponse({"people": [{"id": person.pk, "name": person.name} for person in named]})


def _post(request: MunicipalityRequest, pk: int) -> Post:
    """Requires the permission to read drafts, which everybody who may comment has."""
    return readable_or_404(request, pk)


def _thread(request: MunicipalityRequest, pk: int, thread: int) -> tuple[Post, Thread]:
    post = _post(request, pk)
    row: Thread = get_object_or_404(Thread, post=post, pk=thread)
    row.post = post
    return post, row


def _next(post: Post, *, after: Thread, suggestions_only: bool = False) -> Thread | None:
    """The next open thread in the same text, or the first one; None if all are resolved."""
    rows = Thread.objects.filter(post=post, resolved_at__isnull=True)
    if suggestions_only:
        rows = rows.filter(suggestion__state=SuggestionState.OPEN)
    here = [row for row in rows.order_by("channel_id", "tag", "start", "pk") if row.pk != after.pk]
    later = [row for row in here if row.key == after.key and row.start >= after.start] if after.tag else []
    return next(iter(later or here), None)


def _to(request: MunicipalityRequest, post: Post, thread: Thread | None) -> HttpResponse:
    fragment = f"#thread-{thread.pk}" if thread else "#threads"
    return redirect(reverse("post", args=[request.municipality.slug, post.pk]) + fragment)
