"""Citizens' words and names are forgotten when the answer needs them no more; what is left counts."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DurationField, QuerySet, Value, When
from django.utils import timezone

from common.audit import record
from delivery.models import Delivery
from inbox import erasure
from inbox.enums import Kind
from inbox.models import Message, Note, Reply
from municipalities.tenancy import everywhere

BATCH = 1000
GONE: dict[str, Any] = {
    "text": "", "seen": "", "search_key": "", "author_id": "", "author_handle": "", "author_name": "", "url": "",
}  # fmt: skip


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
    return Message.objects.filter(forgotten_at=None, settled_at__lt=now - days)


@transaction.atomic
def erase_author(municipality: Any, author_id: str, channel_id: int, *, by: Any) -> int:
    """A person asks that we forget them: all they wrote to this channel, at once. Returns how many messages."""
    rows = Message.objects.filter(municipality=municipality, channel_id=channel_id, author_id=author_id)
    found = list(rows.exclude(author_id="").values_list("pk", flat=True))
    count = _forget(found, timezone.now(), asked=True)
    record("message.erase_author", by=by, municipality_id=municipality.pk, label=str(municipality), messages=count)
    return count


@transaction.atomic
def _forget(keys: list[int], now: datetime, *, asked: bool = False) -> int:
    erasure.forget(keys, asked=asked)
    Note.objects.filter(message__in=keys).delete()
    replies = Reply.objects.filter(message__in=keys)
    deliveries = list(Delivery.objects.filter(pk__in=replies.values("delivery")))
    for delivery in deliveries:
        delivery.payload = {**delivery.payload, "text": ""}
    Delivery.objects.bulk_update(deliveries, ["payload"])
    replies.update(text="")
    return Message.objects.filter(pk__in=keys).update(forgotten_at=now, **GONE)
