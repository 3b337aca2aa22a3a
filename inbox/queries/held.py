"""What is held of a person: who they are on each channel, and everything of theirs in one value. Reads only.

A person is named in addresses by the number of one of their messages, never by a name: addresses end up in logs.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from channels.models import Channel
from inbox.models import HandOver, Hold, Message, Note, Reply
from serbian.folding import fold

MOST_FOUND = 50
CHUNK = 200


@dataclass(frozen=True)
class Author:
    """One name on one channel; `key` is the number of their newest message."""

    key: int
    channel: Channel
    author_id: str
    name: str
    handle: str
    messages: int
    first_at: datetime
    last_at: datetime


def authors(words: str) -> list[Author]:
    """Who is called so, in either script, over all channels, newest first; at most `MOST_FOUND`.

    Two queries, and one more for each `CHUNK` of people who were only written about.
    """
    wanted = fold(words.replace("\x00", "")).split()
    if not wanted:
        return []
    told = Q()
    for word in wanted:
        told &= Q(search_key__contains=word)
    groups, found = _groups(told), []
    for at in range(0, len(groups), CHUNK):
        for each in _named(groups[at : at + CHUNK]):
            if all(word in fold(f"{each.name} {each.handle}") for word in wanted):
                found.append(each)
        if len(found) >= MOST_FOUND:
            break
    return found[:MOST_FOUND]


def chosen(keys: Collection[int]) -> list[Author]:
    """The authors of these messages, with everything each has written on that channel. Three queries."""
    pairs = Message.objects.filter(pk__in=keys).exclude(author_id="").values_list("channel", "author_id").distinct()
    told = Q(pk__in=[])
    for channel_id, author_id in pairs:
        told |= Q(channel=channel_id, author_id=author_id)
    return sorted(_named(_groups(told)), key=lambda each: (each.channel.name, each.key))


def _groups(told: Q) -> list[dict[str, Any]]:
    """Messages of one author on one channel, by the id that the network gave; who wrote last comes first."""
    rows = Message.objects.filter(told).exclude(author_id="").values("channel", "author_id").order_by()
    counted = rows.annotate(n=Count("pk"), first=Min("at"), last=Max("at"), newest=Max("pk"))
    return list(counted.order_by("-last", "-newest"))


def _named(groups: list[dict[str, Any]]) -> list[Author]:
    """With the newest name of each."""
    rows = Message.objects.select_related("channel").defer("text", "seen")
    newest = rows.in_bulk([each["newest"] for each in groups])
    return [
        Author(
            each["newest"], row.channel, row.author_id, row.author_name, row.author_handle,
            each["n"], each["first"], each["last"],
        )
        for each in groups
        if (row := newest.get(each["newest"])) is not None
    ]  # fmt: skip


def everything(people: Sequence[Author]) -> list[dict[str, Any]]:
    """All of theirs, oldest first: messages with our answers, notes, questions to departments and holds. Five queries.
    Colleagues' names stand in it, as they stand on the page of the message."""
    told = Q(pk__in=[])
    for each in people:
        told |= Q(channel=each.channel, author_id=each.author_id)
    rows = list(Message.objects.filter(told).select_related("channel").order_by("at", "pk"))
    keys = [row.pk for row in rows]
    answers, notes, asked, holds = (defaultdict(list) for _ in range(4))
    for reply in Reply.objects.filter(message__in=keys).select_related("delivery", "by").order_by("pk"):
        sent = {"text": reply.text, "by": str(reply.by), "at": reply.at, "state": reply.delivery.state}
        answers[reply.message_id].append(sent)
    for note in Note.objects.filter(message__in=keys).select_related("by").order_by("pk"):
        notes[note.message_id].append({"text": note.text, "by": str(note.by), "at": note.at})
    for row in HandOver.objects.filter(message__in=keys).select_related("department", "by").order_by("pk"):
        asked[row.message_id].append(_asked(row))
    for hold in Hold.objects.filter(message__in=keys, released_at=None).select_related("by"):
        holds[hold.message_id].append({"reason": hold.reason, "by": str(hold.by), "at": hold.at})
    return [
        {
            "id": row.pk, "network": row.channel.platform, "channel": row.channel.name, "author": row.author_name,
            "handle": row.author_handle, "author_id": row.author_id, "text": row.text,
            "first_text": row.seen or row.text,
            "visibility": row.visibility,
            "link": row.url, "at": row.at, "heard_at": row.heard_at, "kind": row.kind, "topic": row.topic,
            "state": row.state, "answers": answers[row.pk], "notes": notes[row.pk],
            "departments_asked": asked[row.pk], "held": holds[row.pk],
        }
        for row in rows
    ]  # fmt: skip


def _asked(row: HandOver) -> dict[str, Any]:
    return {
        "department": str(row.department), "question": row.question, "words_shown": row.shown,
        "name_shown": row.shown_name, "contact_shown": row.shown_contact, "by": str(row.by), "at": row.sent_at,
        "answer": row.answer, "answered_by": row.answered_name, "answered_at": row.answered_at,
        "withdrawn_at": row.withdrawn_at,
    }  # fmt: skip
