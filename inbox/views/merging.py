"""Merging conversations of the same citizen on several networks, and taking it back."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.integers import parse_int
from inbox.domain import merge_conversations
from inbox.models import Conversation, ConversationMerge, Message
from inbox.queries.merged import candidates
from inbox.text_analysis import mask
from inbox.views.message import get_message
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

MOST_LETTERS = 80


@requires(Verb.INBOX_PRIVATE)
@require_http_methods(["GET", "POST"])
def merge(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Search for another conversation of the same person and merge it."""
    row = get_message(request, message)
    if row.conversation is None:
        return redirect("message", request.municipality.slug, row.pk)
    if request.method == "POST":
        other = get_object_or_404(Conversation, pk=parse_int(request.POST.get("other", "")) or 0)
        try:
            merged = merge_conversations.merge(row.conversation, other, request.POST.get("reason", ""), by=request.user)
        except ActionNotAllowed as refused:
            return _page(request, row, refused.message, str(refused.field or ""))
        undo = reverse("message_unmerge", args=[request.municipality.slug, row.pk, merged.pk])
        flash.success(request, _("The conversations are shown together now."), extra_tags=f"undo:{undo}")
        return redirect("message", request.municipality.slug, row.pk)
    return _page(request, row)


def _page(request: MunicipalityRequest, row: Message, problem: str = "", field: str = "") -> HttpResponse:
    assert row.conversation is not None
    data = request.POST if request.method == "POST" else request.GET
    words = data.get("q", row.conversation.author_name if "q" not in data else "")[:MOST_LETTERS]
    others = candidates(row.conversation, words)
    for other in others:
        other.shown_text = mask(other.newest_text or "")  # type: ignore[attr-defined]
    context = {
        "message": row,
        "words": words,
        "candidates": others,
        "chosen": data.get("other", ""),
        "reason": data.get("reason", ""),
        "problem": problem,
        "problem_field": field,
    }
    return render(request, "inbox/merge.html", context, status=422 if problem else 200)


@requires(Verb.INBOX_PRIVATE)
@require_POST
def unmerge(request: MunicipalityRequest, message: int, merge: int) -> HttpResponse:
    row = get_message(request, message)
    if row.conversation is None or row.conversation.citizen_id is None:
        return redirect("message", request.municipality.slug, row.pk)
    merged = get_object_or_404(ConversationMerge, pk=merge, citizen=row.conversation.citizen_id)
    merge_conversations.undo(merged, by=request.user)
    flash.success(request, _("The conversations are shown separately again."))
    return redirect("message", request.municipality.slug, row.pk)
