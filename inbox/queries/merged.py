"""Conversations of one citizen on several networks, as merged by hand."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from inbox.models import Conversation, ConversationMerge, Message
from serbian.folding import fold

MOST_CANDIDATES = 20


def merged_conversations(conversation: Conversation | None) -> list[Conversation]:
    """The other conversations of the same citizen, each with `newest`, the id of its newest message, and `merge`, the
    merge that joined it (None for the one that others joined). At most two queries, none where nothing is merged."""
    if conversation is None or conversation.citizen_id is None:
        return []
    rows = Conversation.objects.filter(citizen=conversation.citizen_id).exclude(pk=conversation.pk)
    others = list(_with_newest(rows).select_related("channel").order_by("-last_received_at"))
    merges = ConversationMerge.objects.filter(citizen=conversation.citizen_id, undone_at=None).select_related("by")
    by_conversation = {row.conversation_id: row for row in merges}
    for other in others:
        other.merge = by_conversation.get(other.pk) or by_conversation.get(conversation.pk)
    return others


def candidates(conversation: Conversation, name: str) -> Sequence[Conversation]:
    """Conversations that could be with the same citizen: those whose name or handle contains all words, on any channel,
    the newest first. One query."""
    words = fold(name.replace("\x00", "")).split()
    if not words:
        return []
    condition = Q()
    for word in words:
        condition &= Q(search_key__contains=word)
    rows = Conversation.objects.filter(condition).exclude(pk=conversation.pk)
    if conversation.citizen_id is not None:
        rows = rows.exclude(citizen=conversation.citizen_id)
    return list(_with_newest(rows).select_related("channel").order_by("-last_received_at")[:MOST_CANDIDATES])


def _with_newest(rows: QuerySet[Conversation]) -> QuerySet[Conversation, Any]:
    """Conversations in which the citizen wrote, with their newest message."""
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    rows = rows.annotate(
        newest=Subquery(newest.values("pk")[:1]),
        newest_text=Subquery(newest.values("text")[:1]),
        newest_verified=Subquery(newest.values("sender_verified")[:1]),
    )
    return rows.filter(newest__isnull=False)
