"""A person wants a published post taken down. The request only notes it; `take_down` is a worker's."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from common.audit import record
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery


@transaction.atomic
def withdraw(delivery: Delivery, *, by: Any) -> None:
    """Ask for it. Raises `NoSuchMove` when it is not public (any more), `Moved` when it was just now taken down.

    Of a post that only a person has seen the network would say that it is not there, and mean nothing by it.
    """
    if delivery.state != State.PUBLISHED or delivery.only_seen or delivery.is_over:
        raise NoSuchMove("Only what is published can be taken down.")
    now = timezone.now()
    published = Delivery.objects.filter(pk=delivery.pk, state=State.PUBLISHED)
    if not published.update(withdrawal_asked_at=now, next_at=now, problem=""):
        raise Moved(f"Delivery {delivery.pk} is no longer published.")
    delivery.withdrawal_asked_at = now
    record("delivery.withdraw", by=by, target=delivery)
