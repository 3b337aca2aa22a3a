"""Retention of citizens' messages: texts and names are erased when the answer no longer needs them.

One list (`inbox.personal_data`) says what is erased in which store; the copy for a citizen is made of it as well.
Private messages are kept for a shorter time (`INBOX_PRIVATE_DAYS`), never longer than public ones. Messages under a
legal hold (`inbox.domain.legal_hold`) are skipped until the hold is released.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DurationField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from common.audit import record
from inbox import personal_data
from inbox.domain import mark_daily_counts
from inbox.enums import MessageKind
from inbox.models import PRIVATE, LegalHold, Message
from inbox.personal_data import Erasure
from municipalities.tenancy import everywhere

BATCH = 1000


@dataclass(frozen=True)
class Erased:
    """How many messages of a person were erased, and how many stay because they are held."""

    messages: int
    held: int


def purge_expired() -> int:
    """Erase messages whose retention period after settling is over; returns how many."""
    now, count = timezone.now(), 0
    with everywhere("forget citizens' words whose time is over"):
        while keys := list(_expired(now).values_list("pk", flat=True)[:BATCH]):
            count += _erase(Erasure(keys, now))
    return count


def private_days() -> int:
    """For how many days private messages are kept."""
    return min(settings.INBOX_PRIVATE_DAYS, settings.INBOX_DAYS)


def _expired(now: datetime) -> QuerySet[Any]:
    days = Case(
        When(kind=MessageKind.SPAM, then=Value(timedelta(days=settings.INBOX_SPAM_DAYS))),
        When(kind=MessageKind.UNLAWFUL, then=Value(timedelta(days=settings.INBOX_UNLAWFUL_DAYS))),
        When(PRIVATE, then=Value(timedelta(days=private_days()))),
        default=Value(timedelta(days=settings.INBOX_DAYS)),
        output_field=DurationField(),
    )
    held = Exists(LegalHold.objects.filter(message=OuterRef("pk"), released_at=None))
    return Message.objects.filter(erased_at=None, settled_at__lt=now - days).exclude(held)


@transaction.atomic
def erase_authors(municipality: Any, authors: Collection[tuple[int, str]], *, by: User) -> Erased:
    """Erase everything that a person wrote, on request. `authors`: (channel id, author id there)."""
    erased = erase_everything_of(municipality, authors, by=by)
    label, count = str(municipality), erased.messages
    record("message.erase_author", by=by, municipality_id=municipality.pk, label=label, messages=count)
    return erased


@transaction.atomic
def erase_everything_of(municipality: Any, authors: Collection[tuple[int, str]], *, by: User | None = None) -> Erased:
    """The same without a record, which is for the caller to write. `by` None: a network passed the request on."""
    wanted = Q(pk__in=[])
    for channel_id, author_id in authors:
        wanted |= Q(channel_id=channel_id, author_id=author_id)
    rows = Message.objects.filter(wanted, municipality=municipality, erased_at=None).exclude(author_id="")
    keys = list(rows.values_list("pk", flat=True))
    named = sorted({(channel_id, author) for channel_id, author in authors if author})
    count = _erase(Erasure(keys, timezone.now(), named, asked=True, by=by))
    return Erased(count, len(keys) - count)


@transaction.atomic
def _erase(what: Erasure) -> int:
    """Erase in every place of the list, but for what is held. Returns how many messages."""
    # Taken first, asked for holds afterwards: one that began a moment ago is seen.
    rows = Message.objects.select_for_update().filter(pk__in=what.messages).order_by("pk")
    taken = set(rows.values_list("pk", flat=True))
    keys = sorted(
        taken - set(LegalHold.objects.filter(message__in=taken, released_at=None).values_list("message", flat=True))
    )
    if not what.asked:
        mark_daily_counts.close_questions(keys)
    personal_data.erase(replace(what, messages=keys))
    return len(keys)
