"""Withdrawn by a person before it went out."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from delivery import queries, rules
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery

# A child without its parent has nothing to answer to.
WITH_PARENT = queries.PENDING


@transaction.atomic
def cancel(delivery: Delivery, *, by: Any, because: ReasonCode = ReasonCode.CANCELLED) -> None:
    """Cancel it and the parts that would follow it.

    Raises `NoSuchMove` when it is being sent or has been sent, `Moved` when that happened just now.
    """
    fields = {}
    if delivery.state in queries.UNKNOWN:
        # A call may still land: whoever gave it up hears of it.
        now = timezone.now()
        fields = {"duplicate_check_at": rules.next_duplicate_check_at(now, now)}
    move(delivery, State.CANCELLED, because=because, by=by, **fields)
    for child in delivery.children.filter(state__in=WITH_PARENT):
        cancel(child, by=by, because=because)
