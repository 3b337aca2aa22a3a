"""Erasing the copies of hidden messages, when their retention period ends or when their author asks for it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from inbox.domain.mark_daily_counts import close_hidden
from inbox.models import Moderation
from inbox.moderation_rules import FINAL_STATES, GRAVE_REASONS
from municipalities.tenancy import everywhere

CLEARED_FIELDS: dict[str, Any] = {
    "text": "", "author_id": "", "author_name": "", "author_handle": "", "url": "", "seal": "", "why": "",
    "second_why": "", "undo_why": "", "detail": "", "appeal": "", "decision_why": "",
}  # fmt: skip
IS_EVIDENCE = Q(reason__in=GRAVE_REASONS) & ~Q(state__in=FINAL_STATES)


def purge_expired() -> int:
    """Erase expired copies, counted from the last decision about them. An open objection keeps its copy. Returns how
    many."""
    now = timezone.now()
    with everywhere("erase copies whose time is over"), transaction.atomic():
        rows = Moderation.objects.filter(erased_at=None).exclude(appealed_on__isnull=False, decision="")
        last = Greatest("at", Coalesce("done_at", "at"), Coalesce("undone_at", "at"), Coalesce("decided_at", "at"))
        over = rows.annotate(last=last).filter(last__lt=now - timedelta(days=settings.INBOX_EVIDENCE_DAYS))
        keys = list(over.values_list("pk", flat=True))
        close_hidden(keys)
        return _erase(keys, now)


def erase_author(author_id: str, channel_id: int, now: datetime) -> int:
    """Erase the copies of an author who asks for it, on one channel. Evidence of a threat, of hate or of other clearly
    unlawful content is kept for its retention period, unless it was shown again or never hidden; all else is erased,
    even if the message itself was erased long ago."""
    return _erase(list(_copies(channel_id, author_id).exclude(IS_EVIDENCE).values_list("pk", flat=True)), now)


def retained(channel_id: int, author_id: str) -> QuerySet[Moderation]:
    """The copies that `erase_author` would leave."""
    return _copies(channel_id, author_id).filter(IS_EVIDENCE)


def _copies(channel_id: int, author_id: str) -> QuerySet[Moderation]:
    rows = Moderation.objects.filter(message__channel=channel_id, author_id=author_id, erased_at=None)
    return rows.exclude(author_id="")


def _erase(keys: list[int], now: datetime) -> int:
    """Records first whether each copy still matches its seal: afterwards that cannot be checked."""
    rows = Moderation.objects.filter(pk__in=keys)
    touched = [row.pk for row in rows.select_related("message") if not row.is_untouched]
    was_untouched = Case(When(pk__in=touched, then=Value(False)), default=Value(True))
    return rows.update(erased_at=now, was_untouched=was_untouched, **CLEARED_FIELDS)
