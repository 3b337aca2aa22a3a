from django.db import transaction
from django.utils import timezone

from delivery import expiry
from delivery.domain.edit import drop_edits
from delivery.domain.follow import take_down_followers
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery


@transaction.atomic
def missing(delivery: Delivery) -> None:
    """The network says that a published post is gone. Raises `Moved` when it was taken down by us meanwhile.

    Nothing happens to one that we took down, that was found gone before, or whose time is over: a story ends by itself.
    Where somebody has just asked us to take
    it down, it is down.
    """
    if delivery.state != State.PUBLISHED or expiry.ends_about_now(delivery, timezone.now()):
        return
    if delivery.withdrawal_asked_at:
        take_down_followers(delivery)
        move(delivery, State.WITHDRAWN, because=ReasonCode.TAKEN_DOWN)
    else:
        move(delivery, State.MISSING, because=ReasonCode.GONE)
    drop_edits(delivery)
