"""From the inbox: counting messages, leaving suggestions out, and telling authors that their words count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from common.languages import by_code
from inbox.domain import propose
from inbox.models import Message, Reply
from participation.addresses import public_address
from participation.domain.answer import language_of
from participation.domain.contribute import from_message
from participation.domain.write import lock
from participation.models import Consultation, Contribution, NoContribution
from serbian.transliteration import to_latin

MOST_AT_ONCE = 200


@dataclass
class Several:
    """What became of several: those done, and those refused, each with the reason."""

    done: list[Contribution] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)


def on_each(rows: Sequence[Any], verb: Callable[[Any], Contribution]) -> Several:
    """Run a verb on each; a refusal does not hold the others up. Raises `ActionNotAllowed` for none, or too many."""
    if not rows:
        raise ActionNotAllowed(_("Choose at least one."))
    if len(rows) > MOST_AT_ONCE:
        raise ActionNotAllowed(_("These are too many at once: %(most)s at most.") % {"most": MOST_AT_ONCE})
    outcome = Several()
    for row in rows:
        try:
            outcome.done.append(verb(row))
        except ActionNotAllowed as refused:
            outcome.refused.append((row, refused.message))
    return outcome


def count_messages(consultation: Consultation, messages: Sequence[Message], *, by: User) -> Several:
    """Take in several messages, in the order in which they were written. The caller has checked that `by` may read
    them."""
    in_order = sorted(messages, key=lambda message: (message.at, message.pk))
    return on_each(in_order, lambda message: from_message(consultation, message, by=by))


@transaction.atomic
def leave_out(consultation: Consultation, messages: Sequence[Message], *, by: User) -> int:
    """Do not suggest these messages for this consultation again; returns how many."""
    row = lock(consultation)
    rows = [
        NoContribution(municipality_id=row.municipality_id, consultation=row, message=message, by=by)
        for message in messages[:MOST_AT_ONCE]
    ]
    NoContribution.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        record("contribution.leave_out", by=by, target=row, messages=len(rows))
    return len(rows)


def thanks(contribution: Contribution) -> str:
    """The sentence that tells an author that their words count and how, in the script in which they wrote."""
    consultation, code = contribution.consultation, language_of(contribution)
    with translation.override(code):
        title = to_latin(consultation.title) if by_code()[code].script == "latn" else consultation.title
        return _(
            "Thank you. Your words count as proposal no. %(number)s to “%(consultation)s”. Every proposal gets a "
            "decision with its reason, and you will be told it here. Details: %(address)s"
        ) % {
            "number": contribution.number, "consultation": title,
            "address": public_address(consultation, code),
        }  # fmt: skip


def send_thanks(contribution: Contribution, text: str, *, by: User) -> Contribution:
    """Answer the message with `text`, or propose that where answers need approval. Raises `ActionNotAllowed`.

    Nothing is said twice: whose message was answered already is left as it is.
    """
    message = contribution.message
    if message is None or message.erased_at or message.remote_deleted_at:
        raise ActionNotAllowed(_("The message is no longer here."))
    if Reply.objects.filter(message=message, is_automatic=False).exists():
        raise ActionNotAllowed(_("This message was answered already."))
    seen = 0
    if message.conversation_id is not None:
        same = Reply.objects.filter(message__conversation=message.conversation_id)
        seen = same.aggregate(newest=Max("pk"))["newest"] or 0
    propose.answer(message, text, by=by, after=seen)
    return contribution


@transaction.atomic
def set_thanks(consultation: Consultation, *, offered: bool, by: User) -> Consultation:
    """Whether counting a message offers to tell its author that it counts."""
    row = lock(consultation)
    if row.offers_thanks != offered:
        row.offers_thanks = offered
        row.save(update_fields=["offers_thanks", "changed_at"])
        record("consultation.change", by=by, target=row)
    return row
