"""Taking back answers that have not reached their authors, so that another can be sent instead."""

from collections.abc import Iterable

from accounts.models import User
from common.enums import MailState
from common.models import MailMessage
from delivery.domain.cancel import cancel
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from participation import rules
from participation.enums import AnswerState, WayIn
from participation.models import Contribution

# States in which it is certainly not on the network; "unconfirmed" is unknown.
NOT_LEFT = (State.WAITING, State.SCHEDULED, State.EXPIRED, State.FAILED)
UNDER_WAY = (AnswerState.WAITING, AnswerState.FAILED)


def recall(contributions: Iterable[Contribution], *, by: User | None) -> set[int]:
    """Take back answers that were not sent; returns the ids of contributions none of whose answers is on its way.

    Those whose answer was sent, or is being sent at this moment, are not among them.
    """
    free = set()
    for one in contributions:
        if one.answer_state not in UNDER_WAY:
            if one.answer_state == AnswerState.NONE:
                free.add(one.pk)
        elif _is_taken_back(one, by):
            free.add(one.pk)
    return free


def _is_taken_back(one: Contribution, by: User | None) -> bool:
    if one.reply is not None:
        return _is_cancelled(one.reply.delivery, by)
    if one.way_in == WayIn.FORM and one.round_id is not None:
        mails = MailMessage.objects.filter(dedupe=rules.answer_key(one.pk, one.round_id))
        mails.filter(state=MailState.WAITING).delete()
        return not mails.filter(state=MailState.SENT).exists()
    return True  # no worker has come to it yet


def _is_cancelled(delivery: Delivery, by: User | None) -> bool:
    if delivery.state == State.CANCELLED:
        return True
    if delivery.state not in NOT_LEFT:
        return False
    try:
        cancel(delivery, by=by)
    except (Moved, NoSuchMove):
        return False  # it left in this moment, or was there already
    return True
