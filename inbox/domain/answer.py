"""Answering a citizen: a delivery of its own kind, so that it is recorded before it is sent and never sent twice.

A message counts as answered once the network has published the answer. Where the municipality requires approval, an
approver sees the text first (`inbox.domain.propose`); the policy checks that again right before the call.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels import validation
from channels.enums import ChannelState
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain.enqueue import enqueue
from delivery.enums import State as Sent
from delivery.policies import REPLY
from inbox import saved_answer_text
from inbox.domain import conversations, drafts
from inbox.domain.mark_daily_counts import mark_questions
from inbox.domain.triage import audit_label, lock
from inbox.enums import MessageKind, MessageState, ProposalState
from inbox.models import ExternalReply, Message, ProposedAnswer, Reply
from inbox.queries.answer_rights import AnswerCapacity, answer_capacity, reply_prefix
from municipalities.locking import lock_rights
from municipalities.tenancy import everywhere
from platforms import types
from platforms.visibility import of_answer

# States of an answer that is or may still be published: until then a second one would be a duplicate.
LIVE_STATES = tuple(state for state in Sent if state not in (Sent.CANCELLED, Sent.WITHDRAWN, Sent.MISSING))


@transaction.atomic
def answer(message: Message, text: str, *, by: User, after: int = 0) -> Reply:
    """Send `text` as an answer now. `after`: the id of the newest reply that its author has seen, 0 for none.

    Raises `ActionNotAllowed`, and sends nothing, when it needs approval (`propose.submit`), when a colleague has
    answered meanwhile, when the channel cannot answer, or when the network would reject the text.
    """
    lock_rights(message.municipality_id, by)
    row = lock(message)
    held = answer_capacity(row, by=by)
    if held == AnswerCapacity.ASKS:
        raise ActionNotAllowed(
            _("Here an approver reviews answers before they are sent. Request approval instead."), "text"
        )
    waiting = ProposedAnswer.objects.filter(message=row, state=ProposalState.WAITING)
    if held == AnswerCapacity.EMERGENCY:
        waiting.update(state=ProposalState.WITHDRAWN, decided_by=by, decided_at=timezone.now())
    elif waiting.exists():
        raise ActionNotAllowed(_("An answer waits for approval here. Decide about that one first."), "text")
    reply = send(row, validated_text(row, text, after), by=by, approved_by=by if held == AnswerCapacity.OWN else None)
    record("message.answer", by=by, target=row, label=audit_label(row))
    return reply


def validated_text(row: Message, text: str, after: int) -> str:
    """The text as it would be sent. Raises `ActionNotAllowed` for every reason not to send it."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if row.erased_at:
        raise ActionNotAllowed(
            _("The text of this message was deleted because its retention period ended. It cannot be answered here.")
        )
    if not text:
        raise ActionNotAllowed(_("Write the answer first."), "text")
    if gaps := saved_answer_text.open_placeholders(text):
        raise ActionNotAllowed(_("Fill the gap “%(gap)s” first, or take it out.") % {"gap": gaps[0]}, "text")
    _refuse_collision(row, after)
    if row.channel.state != ChannelState.CONNECTED:
        raise ActionNotAllowed(_("The channel has to be connected again before you can answer."), "text")
    refuse_closed_window(row)
    _refuse_findings(row, _outgoing(row, text))
    return text


def refuse_closed_window(row: Message) -> None:
    """Raises `ActionNotAllowed` where the network would refuse an answer in this conversation."""
    if row.conversation is not None and not row.conversation.may_be_answered(timezone.now()):
        raise ActionNotAllowed(
            _(
                "The network takes answers for a limited time after the last message of a person, and that time is "
                "over. Your text is still here. Reach them in another way, as suggested below."
            ),
            "text",
        )


def send(row: Message, text: str, *, by: User, approved_by: Any) -> Reply:
    """Enqueue a validated text as the answer to a locked message. The caller checks permissions and audits it."""
    now = timezone.now()
    delivery = enqueue(
        row.channel, kind=REPLY, outgoing=_outgoing(row, text), due_at=now, by=by,
        urgent=row.kind == MessageKind.EMERGENCY,
    )  # fmt: skip
    reply = Reply.objects.create(
        municipality_id=row.municipality_id, message=row, delivery=delivery, text=text, by=by, approved_by=approved_by
    )
    row.state, row.settled_at, row.read_at = MessageState.WAITING, None, row.read_at or now
    row.snoozed_until = None
    row.save(update_fields=["state", "settled_at", "read_at", "snoozed_until", "search_key"])
    drafts.discard(row, by=by)
    return reply


def send_automatic(
    row: Message,
    text: str,
    *,
    by: User,
    approved_by: User | None,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    quick_replies: tuple[str, ...] = (),
) -> Reply:
    """Enqueue an automatic message to the author of a locked message. It changes nothing about the message.

    `due_at` and `not_after` (aware) come from one clock, that of the caller; without `due_at` it is due at once.
    `quick_replies`: what the person can reply by one tap, where the network has buttons.
    """
    outgoing = replace(_outgoing(row, text), quick_replies=quick_replies, is_automatic=True)
    delivery = enqueue(
        row.channel, kind=REPLY, outgoing=outgoing, due_at=due_at or timezone.now(), by=by, not_after=not_after
    )
    return Reply.objects.create(
        municipality_id=row.municipality_id, message=row, delivery=delivery, text=text, by=by, approved_by=approved_by,
        is_automatic=True,
    )  # fmt: skip


def _outgoing(row: Message, text: str) -> types.Outgoing:
    outgoing = types.Outgoing(
        text=reply_prefix(row) + text, language="sr", key=uuid4().hex, created_at=timezone.now(),
        reply_to=row.remote_id, visibility=of_answer(row.visibility),
    )  # fmt: skip
    if row.conversation is None:
        return outgoing
    return replace(
        outgoing, conversation=row.conversation.remote_id, recipient=row.conversation.author_id,
        received_at=row.conversation.last_received_at, subject=row.subject,
    )  # fmt: skip


def _refuse_collision(row: Message, after: int) -> None:
    same = Q(message=row)
    if row.conversation_id is not None:
        # what was sent before this message came answers an earlier one
        same |= Q(message__conversation=row.conversation_id, at__gte=row.received_at)
    newest = (
        Reply.objects.filter(same, is_automatic=False, delivery__state__in=LIVE_STATES)
        .order_by("-pk")
        .select_related("by")
        .first()
    )
    if newest is not None and newest.pk > after:
        names = {"person": newest.by}
        raise ActionNotAllowed(
            _("%(person)s has answered in the meantime. Read that answer first; yours is still here.") % names, "text"
        )


def refuse_text(row: Message, text: str) -> None:
    """Raises `ActionNotAllowed` for a text that the network does not take."""
    _refuse_findings(row, _outgoing(row, text))


def _refuse_findings(row: Message, outgoing: types.Outgoing) -> None:
    problems = [finding.message for finding in validation.check(row.channel, outgoing) if finding.severity == "error"]
    if problems:
        raise ActionNotAllowed(" ".join(problems), "text")


def settle_delivered() -> int:
    """Note which answers have arrived on the network: their messages are answered. Returns how many answers."""
    with everywhere("note which answers have arrived"), transaction.atomic():
        arrived = (
            Reply.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(arrived_at=None, delivery__state=Sent.PUBLISHED)
            .select_related("delivery", "message")
            .order_by("delivery__published_at")
        )
        count, questions = 0, []
        for reply in arrived:
            reply.arrived_at = reply.delivery.published_at
            reply.save(update_fields=["arrived_at"])
            count += 1
            # The network may have reported it before it answered us.
            ExternalReply.objects.filter(
                conversation=reply.message.conversation_id, remote_id=reply.delivery.remote_id
            ).delete()
            if reply.is_automatic:
                continue
            now = timezone.now()
            Message.objects.filter(pk=reply.message_id).update(
                first_answer_at=Coalesce("first_answer_at", Value(reply.arrived_at)),
                state=MessageState.ANSWERED,
                settled_at=now,
            )
            conversations.settle_follow_ups(reply.message, MessageState.ANSWERED, now, read_by=reply.at)
            if reply.message.kind == MessageKind.QUESTION:
                questions.append((reply.municipality_id, reply.message.at))
        mark_questions(questions)
        return count
