"""Answers to reviews that somebody gave outside of the portal. A network that has reviews shows one answer to each.

What the portal sent comes back in the same way, sometimes before the answer to our own request. It is recognised by its
words, which are stored before they are sent, so nothing has to be waited for, or else by the time of its publication.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from common.audit import record
from inbox import rules
from inbox.domain.mark_daily_counts import mark_questions
from inbox.domain.triage import audit_label
from inbox.enums import OPEN_STATES, MessageKind, MessageState
from inbox.models import Message, Reply
from inbox.network_text import storable
from platforms import types
from platforms.counting import normalised


def set_external(row: Message, answer: types.GivenAnswer | None, now: datetime, *, is_first: bool) -> None:
    """Settle a new message that was answered before the portal read it; the caller saves. `is_first`: as in
    `ingest.store_messages`: how long the answer took is not counted then."""
    if answer is None:
        return
    row.external_answer, row.external_answer_at = _text(answer), min(answer.at, now)
    row.state, row.settled_at, row.read_at = MessageState.ANSWERED, now, now
    row.first_answer_at = None if is_first else max(row.external_answer_at, row.counts_from)


@transaction.atomic
def follow(known: Mapping[str, Message], items: Mapping[str, types.Message], now: datetime) -> None:
    """Store answers to known messages that were given, changed or deleted outside of the portal, and settle the
    messages. A deleted answer opens nothing again. Three queries at most, and one for each message that is settled."""
    rows = {
        key: row
        for key, row in known.items()
        if row.erased_at is None and (items[key].answer or row.external_answer_at is not None)
    }
    if not rows:
        return
    sent = _sent(rows.values())
    changed = []
    for key, row in rows.items():
        answer = items[key].answer
        external = answer if answer and not _is_ours(answer, sent[row.pk]) else None
        stored = (_text(external), min(external.at, now)) if external else ("", None)
        if stored != (row.external_answer, row.external_answer_at):
            row.external_answer, row.external_answer_at = stored
            changed.append(row)
    Message.objects.bulk_update(changed, ["external_answer", "external_answer_at"])
    _settle([row for row in changed if row.external_answer_at], now)


def _sent(rows: Collection[Message]) -> dict[int, list[tuple[str, datetime | None]]]:
    """(words, time of publication) of what the portal sent, by message."""
    by_message: dict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    replies = Reply.objects.filter(message__in=[row.pk for row in rows])
    for message, text, published_at in replies.values_list("message_id", "text", "delivery__published_at"):
        by_message[message].append((normalised(text), published_at))
    return by_message


def _is_ours(answer: types.GivenAnswer, sent: Collection[tuple[str, datetime | None]]) -> bool:
    words = normalised(answer.text)
    return any(answer.at == published_at or words == text for text, published_at in sent)


def _settle(rows: Collection[Message], now: datetime) -> None:
    """Those of them that are open are answered."""
    answered_at = {row.pk: row.external_answer_at for row in rows}
    waiting = Message.objects.select_for_update(of=("self",)).select_related("channel")
    for row in waiting.filter(pk__in=answered_at, state__in=OPEN_STATES).order_by("pk"):
        row.state, row.settled_at, row.snoozed_until = MessageState.ANSWERED, now, None
        at = answered_at[row.pk]
        row.first_answer_at = row.first_answer_at or (max(at, row.counts_from) if at else None)
        row.save(update_fields=["state", "settled_at", "snoozed_until", "first_answer_at", "search_key"])
        if row.kind == MessageKind.QUESTION:
            mark_questions([(row.municipality_id, row.at)])
        record("message.answered_elsewhere", by=None, target=row, label=audit_label(row))


def _text(answer: types.GivenAnswer) -> str:
    return storable(answer.text)[: rules.MOST_CHARACTERS]
