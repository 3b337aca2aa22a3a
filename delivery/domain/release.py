"""A waiting delivery may go out after all: it was approved, or the portal found that nothing holds it any more."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery


@transaction.atomic
def release(
    delivery: Delivery, *, because: ReasonCode = ReasonCode.APPROVED, by: Any = None, now: datetime | None = None
) -> None:
    """Schedule it when its time is still to come; otherwise it expires, and a person decides.

    Raises `Moved` when somebody was faster.
    """
    if delivery.due_at > (now or timezone.now()):
        move(delivery, State.SCHEDULED, because=because, by=by, next_at=delivery.due_at)
    else:
        # Who held it back, and why, stays on the card that asks.
        move(delivery, State.EXPIRED, because=ReasonCode(delivery.reason), by=by, problem=delivery.problem)
