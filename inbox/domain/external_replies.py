"""Answers that the municipality gave outside of the portal, for example in the network's own app.

Networks report what we sent ourselves in the same way, sometimes before the answer to our own request. So nothing is
concluded for two minutes, and not while a delivery of that conversation is under way.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from common.audit import record
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import conversations
from inbox.domain.mark_daily_counts import mark_questions
from inbox.domain.triage import audit_label
from inbox.enums import OPEN_STATES, MessageKind, MessageState
from inbox.models import ExternalReply, Message, Reply
from municipalities.tenancy import everywhere

PATIENCE = timedelta(minutes=2)
SETTLED = (State.PUBLISHED, State.CANCELLED, State.WITHDRAWN, State.MISSING, State.EXPIRED, State.FAILED)
MOST = 500


def handle_due() -> int:
    """Delete those that the portal sent, and settle the messages that the others answer. Returns how many answer."""
    now = timezone.now()
    with everywhere("external replies are found before their municipality"), transaction.atomic():
        sent = Delivery.objects.filter(
            channel=OuterRef("conversation__channel"), remote_id=OuterRef("remote_id"), kind="reply"
        )
        under_way = Reply.objects.filter(message__conversation=OuterRef("conversation")).exclude(
            delivery__state__in=SETTLED
        )
        due = ExternalReply.objects.filter(handled_at__isnull=True, received_at__lte=now - PATIENCE)
        due.filter(Exists(sent)).delete()
        rows = list(
            due.filter(~Exists(under_way)).select_for_update(skip_locked=True, of=("self",)).order_by("at", "pk")[:MOST]
        )
        return sum(_settle(row) for row in rows)


def _settle(row: ExternalReply) -> bool:
    """Whether it answered an open message."""
    now = timezone.now()
    row.handled_at = now
    row.save(update_fields=["handled_at"])
    head = (
        Message.objects.select_for_update(of=("self",))
        .select_related("channel")
        .filter(conversation=row.conversation_id, state__in=OPEN_STATES, is_follow_up=False, at__lte=row.at)
        .first()
    )
    if head is None:
        return False
    head.state, head.settled_at, head.snoozed_until = MessageState.ANSWERED, now, None
    head.first_answer_at = head.first_answer_at or row.at
    head.save(update_fields=["state", "settled_at", "snoozed_until", "first_answer_at", "search_key"])
    later = Message.objects.filter(conversation=row.conversation_id, is_follow_up=True, state__in=OPEN_STATES)
    later.filter(at__lte=row.at).update(state=MessageState.ANSWERED, settled_at=now)
    conversations.promote([row.conversation_id])
    if head.kind == MessageKind.QUESTION:
        mark_questions([(head.municipality_id, head.at)])
    record("message.answered_elsewhere", by=None, target=head, label=audit_label(head))
    return True
