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


def alike(message: Message) -> QuerySet[Message]:
    """Open messages of the same thread that say nearly the same, itself among them; oldest first."""
    same = {"channel": message.channel_id, "publication": message.publication_id, "alike": message.alike}
    if message.alike is None:
        return Message.objects.filter(pk=message.pk)
    return Message.objects.filter(**same, state__in=OPEN).select_related("channel").order_by("at", "pk")


def collapsed(rows: list[Message]) -> list[Message]:
    """Of a page's open messages that say nearly the same only the first one, with the others counted. One query.

    Each has `others` then: how many open ones besides it there are, on any page; and `others_new`: how many unread.
    """
    kept: dict[Any, Message] = {}
    for row in rows:
        kept.setdefault(_group(row) if row.alike is not None and row.state in OPEN else row.pk, row)
    named = {row.alike for row in kept.values()} - {None}
    told = Message.objects.filter(alike__in=named, state__in=OPEN).order_by()
    told = told.values_list("channel_id", "publication_id", "alike")
    counted = {
        tuple(group): (count, new)
        for *group, count, new in told.annotate(count=Count("pk"), new=Count("pk", filter=Q(read_at=None)))
    }
    for row in kept.values():
        count, new = counted.get(_group(row), (1, 0)) if row.state in OPEN else (1, 0)
        row.others, row.others_new = max(0, count - 1), new - (row.read_at is None)
    return list(kept.values())


def _group(row: Message) -> tuple[Any, ...]:
    return row.channel_id, row.publication_id, row.alike


def replies(messages: list[Message]) -> dict[int, list[Reply]]:
    """Our answers, by message, oldest first."""
    found: dict[int, list[Reply]] = {}
    for reply in Reply.objects.filter(message__in=messages).select_related("delivery", "by").order_by("pk"):
        found.setdefault(reply.message_id, []).append(reply)
    return found


def listened() -> list[Listening]:
    """Channels that are listened to, with how the last look went."""
    return sorted(Listening.objects.select_related("channel"), key=lambda listening: sort_key(listening.channel.name))
