"""Cancelling answers of a round that have not reached the network, so that another can be sent instead."""

from collections.abc import Iterable

from accounts.models import User
from delivery.domain.cancel import cancel
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from needs.models import Supporter

# States in which it is certainly not on the network; "unconfirmed" is unknown.
NOT_LEFT = (State.WAITING, State.SCHEDULED, State.EXPIRED, State.FAILED)


def recall(supporters: Iterable[Supporter], *, by: User) -> None:
    """Cancel answers that can be cancelled, so that their supporters count as not answered. Answers being sent stay."""
    for delivery in {supporter.reply.delivery for supporter in supporters if supporter.reply}:
        if _cancelled(delivery, by):
            Supporter.objects.filter(reply__delivery=delivery).update(reply=None, round=None, error="")


def _cancelled(delivery: Delivery, by: User) -> bool:
    if delivery.state == State.CANCELLED:
        return True
    if delivery.state not in NOT_LEFT:
        return False
    try:
        cancel(delivery, by=by)
    except (Moved, NoSuchMove):
        return False  # it left in this moment, or was there already
    return True
