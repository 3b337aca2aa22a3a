"""A person wants a published post taken down. The request only notes it; `take_down` is a worker's."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from channels import validation
from common.audit import record
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery


def reaches_everybody(delivery: Delivery) -> bool:
    """Whether what the network deletes for us is deleted for everybody: of many private conversations it is not."""
    return not delivery.is_private or validation.limits(delivery.channel).withdraws_private


def may_withdraw(delivery: Delivery) -> bool:
    is_there = delivery.state == State.PUBLISHED and not delivery.only_seen and not delivery.is_over
    return is_there and reaches_everybody(delivery)


@transaction.atomic
def withdraw(delivery: Delivery, *, by: Any) -> None:
    """Ask for it. Raises `NoSuchMove` when it is not public (any more), `Moved` when it was just now taken down.

    Of a post that only a person has seen the network would say that it is not there, and mean nothing by it.
    """
    if not may_withdraw(delivery):
        raise NoSuchMove("Only what is published can be taken down, and not from every private conversation.")
    now = timezone.now()
    published = Delivery.objects.filter(pk=delivery.pk, state=State.PUBLISHED)
    if not published.update(withdrawal_asked_at=now, next_at=now, problem=""):
        raise Moved(f"Delivery {delivery.pk} is no longer published.")
    delivery.withdrawal_asked_at = now
    record("delivery.withdraw", by=by, target=delivery)
