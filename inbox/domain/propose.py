"""Answers that need approval, where the municipality requires it.

Approving sends exactly the text on the approver's page: the decision names the revision that was read, and any change
counts as the approver's own text. Nobody approves their own text unless the municipality allows it.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain import answer as answering
from inbox.domain import drafts, staff_notifications
from inbox.domain.triage import audit_label, lock
from inbox.enums import MessageState, ProposalState
from inbox.models import Message, ProposedAnswer, Reply
from inbox.queries.answer_rights import AnswerCapacity, answer_capacity
from municipalities.locking import lock_rights
from municipalities.queries import access
from municipalities.rules import Verb

MOST_REASON = 500


@transaction.atomic
def answer(message: Message, text: str, *, by: User, after: int = 0) -> Reply | ProposedAnswer:
    """Send it where this person may, else ask for approval. Raises `ActionNotAllowed` as both do."""
    lock_rights(message.municipality_id, by)
    if answer_capacity(lock(message), by=by) == AnswerCapacity.ASKS:
        return submit(message, text, by=by, after=after)
    return answering.answer(message, text, by=by, after=after)


@transaction.atomic
def submit(message: Message, text: str, *, by: User, after: int = 0) -> ProposedAnswer:
    """Ask for approval. An answer of the same author that already waits is replaced.

    Raises `ActionNotAllowed` when a colleague's answer waits, and for every reason not to send an answer.
    """
    row, now = lock(message), timezone.now()
    cleaned = answering.validated_text(row, text, after)
    waiting = ProposedAnswer.objects.filter(message=row, state=ProposalState.WAITING).select_related("by").first()
    if waiting is not None and waiting.by_id != by.pk:
        params = {"person": waiting.by}
        raise ActionNotAllowed(
            _("%(person)s's answer waits for approval. Read that one first; yours is still here.") % params, "text"
        )
    if waiting is None:
        waiting = ProposedAnswer(municipality_id=row.municipality_id, message=row, by=by, revision=0)
    waiting.text, waiting.text_by, waiting.after, waiting.at, waiting.revision = (
        cleaned,
        by,
        after,
        now,
        waiting.revision + 1,
    )
    waiting.save()
    row.state, row.settled_at, row.read_at, row.snoozed_until = MessageState.WAITING, None, row.read_at or now, None
    row.save(update_fields=["state", "settled_at", "read_at", "snoozed_until", "search_key"])
    drafts.discard(row, by=by)
    record("message.propose", by=by, target=row, label=audit_label(row))
    staff_notifications.proposed(waiting, by=by)
    return waiting


@transaction.atomic
def approve(proposed: ProposedAnswer, text: str, *, revision: int, by: User) -> Reply:
    """Send it. `text`: the text on the approver's page, which may be changed there.

    Raises `ActionNotAllowed` after a concurrent change or decision, and when somebody else has to agree.
    """
    municipality = lock_rights(proposed.municipality_id, by)
    row, proposed_answer = _waiting(proposed, revision)
    cleaned = answering.validated_text(row, text, proposed_answer.after)
    if not access(by, municipality).may(Verb.POST_APPROVE):
        raise ActionNotAllowed(_("Only an approver decides about answers."))
    if not municipality.may_approve_own:
        if by.pk in (proposed_answer.by_id, proposed_answer.text_by_id):
            raise ActionNotAllowed(_("These are your own words. Another person has to approve them."))
        if cleaned != proposed_answer.text:
            raise ActionNotAllowed(
                _("You changed the words, so they are yours now. Send them back: their author proposes them again."),
                "text",
            )
    reply = answering.send(row, cleaned, by=proposed_answer.by, approved_by=by)
    proposed_answer.text, proposed_answer.reply, proposed_answer.state = cleaned, reply, ProposalState.SENT
    _decide(proposed_answer, by, "text", "reply")
    record("message.approve_answer", by=by, target=row, label=audit_label(row))
    return reply


@transaction.atomic
def send_back(proposed: ProposedAnswer, text: str, reason: str, *, revision: int, by: User) -> ProposedAnswer:
    """Return it to its author with a reason and, if `text` differs, with a changed text."""
    lock_rights(proposed.municipality_id, by)
    row, proposed_answer = _waiting(proposed, revision)
    if not access(by, row.municipality).may(Verb.POST_APPROVE):
        raise ActionNotAllowed(_("Only an approver decides about answers."))
    why = reason.replace("\x00", "").strip()
    if not why:
        raise ActionNotAllowed(_("Explain why you send it back."), "reason")
    if len(why) > MOST_REASON:
        raise ActionNotAllowed(
            _("The reason is too long: %(most)s characters at most.") % {"most": MOST_REASON}, "reason"
        )
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if cleaned and cleaned != proposed_answer.text:
        proposed_answer.text, proposed_answer.text_by = cleaned, by
    proposed_answer.reason, proposed_answer.state = why, ProposalState.RETURNED
    _decide(proposed_answer, by, "text", "text_by", "reason")
    _reopen(row)
    record("message.return_answer", by=by, target=row, label=audit_label(row))
    staff_notifications.returned(proposed_answer, by=by)
    return proposed_answer


@transaction.atomic
def withdraw(proposed: ProposedAnswer, *, by: User) -> ProposedAnswer:
    """Its author withdraws it; the text becomes their draft."""
    row = lock(proposed.message)
    proposed_answer = ProposedAnswer.objects.select_for_update().get(pk=proposed.pk)
    if proposed_answer.by_id != by.pk:
        raise ActionNotAllowed(_("Only its author can withdraw it."))
    if proposed_answer.state != ProposalState.WAITING:
        raise ActionNotAllowed(_no_longer_waiting())
    proposed_answer.state = ProposalState.WITHDRAWN
    _decide(proposed_answer, by)
    _reopen(row)
    drafts.save(row, proposed_answer.text, by=by)
    record("message.withdraw_answer", by=by, target=row, label=audit_label(row))
    return proposed_answer


def _waiting(proposed: ProposedAnswer, revision: int) -> tuple[Message, ProposedAnswer]:
    """The message and the answer, taken, if the answer is still the one that was read."""
    row = lock(proposed.message)
    proposed_answer = ProposedAnswer.objects.select_for_update(of=("self",)).select_related("by").get(pk=proposed.pk)
    if proposed_answer.state != ProposalState.WAITING:
        raise ActionNotAllowed(_no_longer_waiting())
    if proposed_answer.revision != revision:
        raise ActionNotAllowed(
            _("Its author changed the answer after you opened it. Read the new words before you decide.")
        )
    return row, proposed_answer


def _no_longer_waiting() -> str:
    return _("This answer does not wait for approval any more. Reload the page to see what happened.")


def _decide(proposed_answer: ProposedAnswer, by: User, *changed: str) -> None:
    proposed_answer.decided_by, proposed_answer.decided_at = by, timezone.now()
    proposed_answer.save(update_fields=["state", "decided_by", "decided_at", *changed])


def _reopen(row: Message) -> None:
    """It no longer waits for approval."""
    if row.state == MessageState.WAITING:
        row.state = MessageState.OPEN
        row.save(update_fields=["state", "search_key"])
