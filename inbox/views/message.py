"""One message: our post beside it, what else stands below, what to do with it, and the answer."""

from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels import dry
from inbox import queries
from inbox.domain import answer as answering
from inbox.domain import forget, triage
from inbox.domain.refused import Refused
from inbox.enums import Kind
from inbox.models import Message, Note
from municipalities.access import requires
from municipalities.queries import colleagues
from municipalities.rules import Verb


def _message(pk: int) -> Message:
    rows = Message.objects.select_related("channel", "assignee", "publication__post", "publication__delivery")
    return get_object_or_404(rows, pk=pk)


@requires(Verb.INBOX_VIEW)
@require_GET
def message(request: Any, message: int) -> HttpResponse:
    row = _message(message)
    row.others = max(0, queries.alike(row).count() - 1) if row.alike is not None and not row.is_settled else 0
    if row.read_at is None and request.access.may(Verb.INBOX_WORK):
        triage.read(row)
    return _page(request, row)


def _page(request: Any, row: Message, *, draft: str = "", problem: str = "", note: str = "") -> HttpResponse:
    around = queries.thread(row)
    replies = queries.replies(around)
    context = {
        "message": row,
        "thread": [(each, replies.get(each.pk, [])) for each in around],
        "after": max((reply.pk for reply in replies.get(row.pk, [])), default=0),
        "opening": answering.opening(row).strip(),
        "limit": dry.limits(row.channel).comment_characters or dry.limits(row.channel).max_characters,
        "notes": Note.objects.filter(message=row).select_related("by").order_by("pk"),
        "kinds": Kind.choices,
        "colleagues": colleagues(request.municipality),
        "may_work": request.access.may(Verb.INBOX_WORK),
        "may_erase": request.access.may(Verb.SETTINGS_EDIT),
        "draft": draft,
        "problem": problem,
        "note_draft": note,
        "now": timezone.now(),
    }
    return render(request, "inbox/message.html", context, status=422 if problem else 200)


@requires(Verb.INBOX_WORK)
@require_POST
def answer(request: Any, message: int) -> HttpResponse:
    row, text = _message(message), request.POST.get("text", "")
    after = request.POST.get("after", "")
    try:
        answering.answer(row, text, by=request.user, after=int(after) if after.isdecimal() and len(after) < 15 else 0)
    except Refused as refused:
        return _page(request, row, draft=text, problem=refused.message)
    flash.success(request, _("The answer is on its way. It appears on the network in a moment."))
    return redirect("message", request.municipality.slug, row.pk)


@requires(Verb.INBOX_WORK)
@require_POST
def note(request: Any, message: int) -> HttpResponse:
    row, text = _message(message), request.POST.get("text", "")
    try:
        triage.note(row, text, by=request.user)
    except Refused as refused:
        return _page(request, row, note=text, problem=refused.message)
    return redirect("message", request.municipality.slug, row.pk)


@requires(Verb.INBOX_WORK)
@require_POST
def sort(request: Any, message: int) -> HttpResponse:
    return _done(request, message, lambda row: triage.sort(row, request.POST.get("kind", ""), by=request.user))


@requires(Verb.INBOX_WORK)
@require_POST
def assign(request: Any, message: int) -> HttpResponse:
    chosen = request.POST.get("assignee", "")
    people = {str(person.pk): person for person in colleagues(request.municipality)}
    if chosen and chosen not in people:
        raise Http404
    return _done(request, message, lambda row: triage.assign(row, people.get(chosen), by=request.user))


ACTS = {"wait": triage.wait, "close": triage.close, "reopen": triage.reopen}


@requires(Verb.INBOX_WORK)
@require_POST
def act(request: Any, message: int, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404
    return _done(request, message, lambda row: ACTS[act](row, by=request.user))


def _done(request: Any, pk: int, verb: Any) -> HttpResponse:
    row = _message(pk)
    try:
        verb(row)
    except Refused as refused:
        return _page(request, row, problem=refused.message)
    return redirect("message", request.municipality.slug, row.pk)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def erase(request: Any, message: int) -> HttpResponse:
    """The author asks that we forget them: everything they wrote to this channel."""
    row = _message(message)
    count = forget.erase_author(request.municipality, row.author_id, row.channel_id, by=request.user)
    flash.success(request, _("Erased: %(count)s messages of this person. Their words stay on the network itself.")
                  % {"count": count})  # fmt: skip
    return redirect("inbox", request.municipality.slug)
