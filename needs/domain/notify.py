"""Answering all supporters of a need: each answer is a delivery of its own, and nobody gets two.

`start_round` stores who is to be answered (`Supporter.round`) while the need is locked. A worker takes one supporter
after the other (`send_pending`): the answer and `Supporter.reply` are written in one transaction, so that after a crash
a person has both or neither. What the inbox refuses is stored in `Supporter.error` and does not delay the others.
"""

import logging
import time
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from channels import validation
from common import restores
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain import restored
from inbox.domain import answer as answering
from inbox.models import Message, Reply
from inbox.queries.answer_rights import AnswerCapacity, capacity_for, reply_prefix
from municipalities.models import Municipality
from municipalities.queries import access
from municipalities.tenancy import everywhere, scope
from needs import rules
from needs.domain.recall import recall
from needs.domain.write import lock
from needs.models import UNANSWERED, AnswerRound, Need, Supporter
from needs.queries.recipients import Recipients, find_recipients
from platforms.types import Outgoing
from platforms.visibility import Visibility, of_answer
from posts.draft import storable

log = logging.getLogger(__name__)
BATCH = 200
SECONDS = 4.0


@transaction.atomic
def start_round(need: Need, text: str, *, by: User) -> AnswerRound:
    """Answer all supporters without an answer with this text; a worker sends it.

    Raises `ActionNotAllowed` while nothing is settled, without recipients, and when a network would reject the text.
    """
    row, cleaned = lock(need), storable(text).strip()
    if not row.is_settled:
        raise ActionNotAllowed(
            _("There is nothing to publish yet: first enter the outcome, or that it will not be done.")
        )
    if not cleaned:
        raise ActionNotAllowed(_("Write the answer first."), "text")
    if len(cleaned) > rules.MOST_ANSWER:
        raise ActionNotAllowed(
            _("This is too long: %(most)s characters at most.") % {"most": rules.MOST_ANSWER}, "text"
        )
    _refuse_without_approval(row, by)
    recall(find_recipients(row).unsent, by=by)
    recipients = find_recipients(row)
    if not recipients.reached:
        raise ActionNotAllowed(
            _("No one is left to inform: everyone who can be reached has been informed, or is being informed now.")
        )
    _refuse_findings(recipients, cleaned)
    begun = AnswerRound.objects.create(
        municipality_id=row.municipality_id, need=row, text=cleaned, people=len(recipients.reached), by=by
    )
    keys = [supporter.pk for supporter in recipients.reached]
    Supporter.objects.filter(need=row, error__gt="").update(error="", round=None)
    Supporter.objects.filter(pk__in=keys).update(round=begun)
    record("need.tell", by=by, target=row, people=len(keys))
    return begun


def _refuse_without_approval(row: Need, by: User) -> None:
    municipality = Municipality.objects.get(pk=row.municipality_id)
    if capacity_for(municipality, "", access(by, municipality)) == AnswerCapacity.ASKS:
        raise ActionNotAllowed(
            _(
                "Here an approver reviews answers before they are sent. Answers to all people at once can be sent "
                "only by an approver who may approve their own words; without one, answer them one by one."
            )
        )


def _refuse_findings(recipients: Recipients, text: str) -> None:
    """Check the text against each channel's limits beforehand, with its longest prefix, in public and in private."""
    longest: dict[tuple[int, Visibility], tuple[str, Any]] = {}
    for supporter in recipients.reached:
        message = supporter.message
        assert message is not None
        begins, place = reply_prefix(message), (message.channel_id, of_answer(message.visibility))
        if len(begins) >= len(longest.get(place, ("", None))[0]):
            longest[place] = (begins, message)
    for (_channel, visibility), (begins, message) in longest.items():
        outgoing = Outgoing(
            text=begins + text, language="sr", key="", created_at=message.at, reply_to=message.remote_id,
            visibility=visibility,
        )  # fmt: skip
        problems = [
            finding.message for finding in validation.check(message.channel, outgoing) if finding.severity == "error"
        ]
        if problems:
            raise ActionNotAllowed(f"{message.channel.name}: {' '.join(problems)}", "text")


def send_pending(most: int = BATCH) -> int:
    """Send pending answers, for some seconds at most; returns how many were sent. Safe to run concurrently."""
    until, count = time.monotonic() + SECONDS, 0
    with everywhere("find who is still to be told what became of a need"):
        rows = list(_unanswered().order_by("round", "pk").values_list("municipality", "pk")[:most])
    for municipality, pk in rows:
        if time.monotonic() > until:
            break
        with scope(municipality):
            count += _send_to(pk)
    return count


def is_due() -> bool:
    """Whether `send_pending` has anything to do."""
    with everywhere("find who is still to be told what became of a need"):
        return _unanswered().exists()


def _unanswered() -> QuerySet[Supporter]:
    return Supporter.objects.filter(UNANSWERED)


def _send_to(pk: int) -> bool:
    try:
        return _send(pk)
    except Exception:
        # Nothing was written for this supporter, so nothing is sent; the error is shown, and the others go on.
        log.exception("A person could not be told what became of a need")
        Supporter.objects.filter(UNANSWERED, pk=pk).update(
            error=_("Something unexpected happened, and nothing was sent. Try again.")
        )
        return False


@transaction.atomic
def _send(pk: int) -> bool:
    rows = Supporter.objects.select_for_update(skip_locked=True, of=("self",)).select_related("round__by", "message")
    supporter = rows.filter(UNANSWERED, pk=pk).first()
    if supporter is None:
        return False  # locked by another worker, or recalled meanwhile
    begun, message = supporter.round, supporter.message
    assert begun is not None
    assert message is not None  # else the caller logs it, as every surprise
    with translation.override(begun.by.language):
        try:
            reply = _answer(begun, message)
        except ActionNotAllowed as refused:
            supporter.error = refused.message[:500]
            supporter.save(update_fields=["error"])
            return False
    if restore := restores.latest_after(begun.at):
        # They may have been answered after the backup was made.
        restored.verify_first(reply.delivery, restore.restored_at, since=restore.made_at)
    same = [supporter.pk]
    if message.author_id:
        same_author = Supporter.objects.filter(need=supporter.need_id)
        same_author = same_author.filter(message__channel=message.channel_id, message__author_id=message.author_id)
        # Read first: as one statement, a plan made without statistics reads all supporters for each of them.
        same = list(same_author.values_list("pk", flat=True))
    Supporter.objects.filter(pk__in=same).update(reply=reply)
    return True


def _answer(begun: AnswerRound, message: Message | None) -> Reply:
    if message is None:
        raise ActionNotAllowed(_("The message is no longer here."))
    # Earlier answers do not matter: this one reports the outcome.
    seen = Reply.objects.filter(message=message).aggregate(newest=Max("pk"))["newest"] or 0
    return answering.answer(message, begun.text, by=begun.by, after=seen)
