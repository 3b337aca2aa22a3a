"""Reads of the inbox's pages, inside the scope of one municipality."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from inbox.enums import State
from inbox.models import Listening, Message, Reply
from serbian.folding import fold
from serbian.sorting import sort_key

OPEN = (State.OPEN, State.WAITING)
# What the list may show: name, its condition. `mine` needs to know whose.
VIEWS = ("open", "mine", "late", "answered", "closed")


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to; empty means all."""

    view: str = "open"
    kind: str = ""
    words: str = ""

    def apply(self, rows: QuerySet[Message], person: Any, now: datetime) -> QuerySet[Message]:
        rows = rows.filter(in_view(self.view, person, now))
        if self.kind:
            rows = rows.filter(kind="" if self.kind == "none" else self.kind)
        for word in fold(self.words).split():
            rows = rows.filter(search_key__contains=word)
        return rows


def in_view(view: str, person: Any, now: datetime) -> Q:
    return {
        "open": Q(state__in=OPEN),
        "mine": Q(state__in=OPEN, assignee=person),
        "late": Q(state__in=OPEN, due_at__lt=now),
        "answered": Q(state=State.ANSWERED),
        "closed": Q(state=State.CLOSED),
    }[view]


def listed(narrowed: Narrowed, person: Any, now: datetime) -> QuerySet[Message]:
    """Open ones by the time that is promised, those without a promise last; settled ones newest first."""
    rows = narrowed.apply(Message.objects.all(), person, now).select_related("channel", "assignee")
    rows = rows.select_related("publication__post").defer("seen", "search_key")
    if narrowed.view in ("answered", "closed"):
        return rows.order_by("-at", "-pk")
    return rows.order_by(F("due_at").asc(nulls_last=True), "-at", "-pk")


def counts(person: Any, now: datetime) -> dict[str, int]:
    """How many are open, mine and late. One query over open ones only."""
    wanted = {name: Count("pk", filter=in_view(name, person, now)) for name in ("open", "mine", "late")}
    return Message.objects.filter(state__in=OPEN).aggregate(**wanted)


def thread(message: Message, limit: int = 200) -> list[Message]:
    """What stands below the same post of ours, or only this one; oldest first."""
    if message.publication_id is None:
        return [message]
    rows = Message.objects.filter(publication=message.publication_id).select_related("channel")
    return list(rows.order_by("at", "pk")[:limit])


def replies(messages: list[Message]) -> dict[int, list[Reply]]:
    """Our answers, by message, oldest first."""
    found: dict[int, list[Reply]] = {}
    for reply in Reply.objects.filter(message__in=messages).select_related("delivery", "by").order_by("pk"):
        found.setdefault(reply.message_id, []).append(reply)
    return found


def listened() -> list[Listening]:
    """Channels that are listened to, with how the last look went."""
    return sorted(Listening.objects.select_related("channel"), key=lambda listening: sort_key(listening.channel.name))
