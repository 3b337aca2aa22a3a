"""Messages that were deleted on the network: they need no answer any more and are marked as deleted.

Their text stays until its retention period ends (`inbox.domain.retention`), because somebody may already have acted on
it. A network reports a deletion as an event, or two fetches, minutes apart, miss the message
(`inbox.domain.fetch_replies`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.models import Channel
from common.audit import record
from inbox import rules
from inbox.domain import conversations
from inbox.domain.mark_daily_counts import mark_questions
from inbox.domain.triage import audit_label
from inbox.enums import MessageKind, MessageState
from inbox.models import DeletedMessage, ExternalReply, Message
from inbox.network_text import is_storable_id
from municipalities.tenancy import everywhere

REMEMBERED_FOR = timedelta(days=7)


@transaction.atomic
def mark_deleted(channel: Channel, remote_ids: Collection[str]) -> int:
    """Mark these as deleted on the network; returns how many were not marked before."""
    now = timezone.now()
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .select_related("channel")
        .filter(channel=channel, remote_id__in=remote_ids, remote_deleted_at__isnull=True)
        .order_by("pk")
    )
    _remember_unknown(channel, remote_ids, now)
    for row in rows:
        row.remote_deleted_at, row.missed_at = now, None
        if not row.is_settled:
            row.state, row.settled_at = MessageState.CLOSED, now
        record("message.gone", by=None, target=row, label=audit_label(row))
    ExternalReply.objects.filter(conversation__channel=channel, remote_id__in=remote_ids).delete()
    Message.objects.bulk_update(rows, ["remote_deleted_at", "missed_at", "state", "settled_at"])
    conversations.promote([row.conversation_id for row in rows if row.conversation_id])
    mark_questions((row.municipality_id, row.at) for row in rows if row.kind == MessageKind.QUESTION)
    return len(rows)


def record_missing(channel: Channel, missing: QuerySet[Message], began: datetime) -> bool:
    """Record messages that are missing in a complete response, asked for at `began`. Missing twice, some minutes apart,
    they were deleted. Returns whether one is missing for the first time."""
    rows = list(missing.values("pk", "remote_id", "missed_at"))
    twice = [
        row["remote_id"] for row in rows
        if row["missed_at"] and began - row["missed_at"] >= rules.MISSING_RECHECK_INTERVAL
    ]  # fmt: skip
    mark_deleted(channel, twice)
    Message.objects.filter(pk__in=[row["pk"] for row in rows if row["missed_at"] is None]).update(missed_at=began)
    return len(rows) > len(twice)


def record_missing_of_channel(channel: Channel, listed: Collection[str], began: datetime) -> None:
    """The same of a network that has listed all messages of an account; `listed` are their ids."""
    mark_restored(channel, listed)
    known = Message.objects.filter(channel=channel, remote_deleted_at=None, received_at__lt=began)
    record_missing(channel, known.exclude(remote_id__in=listed), began)


def _remember_unknown(channel: Channel, remote_ids: Collection[str], now: datetime) -> None:
    """Networks may report a deletion before the message: it is not stored then when it comes."""
    known = set(Message.objects.filter(channel=channel, remote_id__in=remote_ids).values_list("remote_id", flat=True))
    unknown = [
        DeletedMessage(municipality_id=channel.municipality_id, channel=channel, remote_id=remote_id, at=now)
        for remote_id in remote_ids
        if remote_id not in known and is_storable_id(remote_id)
    ]
    if unknown:
        DeletedMessage.objects.bulk_create(unknown, ignore_conflicts=True)


def without_deleted(channel: Channel, remote_ids: Collection[str]) -> set[str]:
    """Those of these ids that were not reported as deleted before. One query."""
    gone = DeletedMessage.objects.filter(channel=channel, remote_id__in=remote_ids)
    return set(remote_ids) - set(gone.values_list("remote_id", flat=True))


def purge_expired() -> int:
    """Forget deletions of messages that never came."""
    with everywhere("forget deletions of messages that never came"):
        rows = DeletedMessage.objects.filter(at__lt=timezone.now() - REMEMBERED_FOR)
        return rows.delete()[0]


@transaction.atomic
def mark_restored(channel: Channel, remote_ids: Collection[str]) -> int:
    """Mark these as existing again: hidden for a while, or missing in a response. A closed message stays closed."""
    there = Message.objects.filter(channel=channel, remote_id__in=remote_ids)
    questions = there.filter(kind=MessageKind.QUESTION, remote_deleted_at__isnull=False)
    mark_questions(questions.values_list("municipality_id", "at"))
    return there.exclude(remote_deleted_at=None, missed_at=None).update(remote_deleted_at=None, missed_at=None)
