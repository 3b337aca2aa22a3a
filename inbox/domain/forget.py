"""Citizens' words and names are forgotten when the answer needs them no more; what is left counts.

What is held (`inbox.domain.hold`) is left alone by everything here until somebody ends the hold.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DurationField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from channels.domain import unread
from channels.models import Channel
from common.audit import record
from common.models import MailMessage
from delivery.models import Delivery
from inbox import erasure
from inbox.domain import counted, evidence, handover_mail
from inbox.enums import Kind, Proposed
from inbox.models import AnswerDraft, HandOver, Hold, Message, Note, ProposedAnswer, Reply
from municipalities.tenancy import everywhere

BATCH = 1000
GONE: dict[str, Any] = {
    "text": "", "seen": "", "search_key": "", "author_id": "", "author_handle": "", "author_name": "", "url": "",
    "script": "", "suggested_kind": "", "suggested_topic": "", "hints": {}, "alike": None, "has_personal_data": False,
}  # fmt: skip
ASKED_GONE: dict[str, Any] = {
    "question": "", "shown": "", "shown_name": "", "shown_contact": "", "answer": "", "answered_name": "",
}  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """How many messages of a person were erased, and how many stay because they are held."""

    messages: int
    held: int


def forget() -> int:
    """Forget what is over its time since it was settled; returns how many messages."""
    now, count = timezone.now(), 0
    with everywhere("forget citizens' words whose time is over"):
        while found := list(_over(now).values_list("pk", flat=True)[:BATCH]):
            count += _forget(found, now)
    return count


def _over(now: datetime) -> QuerySet[Any]:
    days = Case(
        When(kind=Kind.SPAM, then=Value(timedelta(days=settings.INBOX_SPAM_DAYS))),
        When(kind=Kind.UNLAWFUL, then=Value(timedelta(days=settings.INBOX_UNLAWFUL_DAYS))),
        default=Value(timedelta(days=settings.INBOX_DAYS)),
        output_field=DurationField(),
    )
    held = Exists(Hold.objects.filter(message=OuterRef("pk"), released_at=None))
    return Message.objects.filter(forgotten_at=None, settled_at__lt=now - days).exclude(held)


@transaction.atomic
def erase_authors(municipality: Any, authors: Collection[tuple[int, str]], *, by: Any) -> Erased:
    """A person asks that we forget them: all they wrote, at once. `authors`: channel and the author's id there."""
    wanted = Q(pk__in=[])
    for channel_id, author_id in authors:
        wanted |= Q(channel_id=channel_id, author_id=author_id)
    rows = Message.objects.filter(wanted, municipality=municipality, forgotten_at=None).exclude(author_id="")
    found = list(rows.values_list("pk", flat=True))
    count = _forget(found, timezone.now(), asked=True)
    for channel in Channel.objects.filter(pk__in={channel_id for channel_id, _author in authors}):
        for author_id in sorted({author for channel_id, author in authors if author and channel_id == channel.pk}):
            evidence.erase_of(author_id, channel.pk, timezone.now())
            unread.forget_author(channel, author_id)
    record("message.erase_author", by=by, municipality_id=municipality.pk, label=str(municipality), messages=count)
    return Erased(count, len(found) - count)


@transaction.atomic
def _forget(keys: list[int], now: datetime, *, asked: bool = False) -> int:
    # Taken first, asked for holds afterwards: one that began a moment ago is seen.
    taken = set(Message.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    keys = sorted(
        taken - set(Hold.objects.filter(message__in=taken, released_at=None).values_list("message", flat=True))
    )
    if not asked:
        counted.close_questions(keys)
    erasure.forget(keys, asked=asked)
    Note.objects.filter(message__in=keys).delete()
    AnswerDraft.objects.filter(message__in=keys).delete()
    proposed = ProposedAnswer.objects.filter(message__in=keys)
    proposed.filter(state=Proposed.WAITING).update(state=Proposed.WITHDRAWN)
    proposed.update(text="", reason="")
    Hold.objects.filter(message__in=keys).update(reason="")
    _forget_asked(keys, now)
    replies = Reply.objects.filter(message__in=keys)
    deliveries = list(Delivery.objects.filter(pk__in=replies.values("delivery")))
    for delivery in deliveries:
        delivery.payload = {**delivery.payload, "text": ""}
    Delivery.objects.bulk_update(deliveries, ["payload"])
    replies.update(text="")
    return Message.objects.filter(pk__in=keys).update(forgotten_at=now, **GONE)


def _forget_asked(keys: list[int], now: datetime) -> None:
    """Questions to departments lose their words, their links and the mail that carried them."""
    asked = HandOver.objects.filter(message__in=keys)
    names = [name for pk in asked.values_list("pk", flat=True) for name in handover_mail.names(pk)]
    MailMessage.objects.filter(dedupe__in=names).delete()
    asked.update(withdrawn_at=Coalesce("withdrawn_at", Value(now)), **ASKED_GONE)
