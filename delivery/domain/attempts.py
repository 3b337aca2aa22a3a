"""Opening, taking and closing attempts. Append-only: a closed one never changes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from delivery import queries
from delivery.domain.move import Moved
from delivery.enums import Outcome, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from municipalities.prepared import PreparedUpdate

CLOSED = PreparedUpdate(Attempt, "closed_at", "outcome", "detail", where=("pk", "closed_at__isnull"))


def call_lease(now: datetime) -> datetime:
    """Until when a call counts as alive whose publisher was alive `now`."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def task_lease(now: datetime) -> datetime:
    """Until when what was handed out `now` counts as under way: to a task, or to whichever publisher takes it."""
    return now + timedelta(seconds=settings.TASK_LEASE_SECONDS)


def renew_leases(attempt_ids: Collection[int], now: datetime) -> None:
    """The publisher of these attempts is alive. Open `everywhere` first. Waits for no row that another one holds."""
    ours = Attempt.objects.filter(pk__in=attempt_ids, closed_at=None)
    sending = Delivery.objects.filter(state=State.SENDING, pk__in=ours.values("delivery_id"))
    with transaction.atomic():
        free = list(sending.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=free).update(lease_until=call_lease(now))


def open_(delivery: Delivery, step: Step, **fields: Any) -> Attempt:
    """The next attempt. The caller holds the delivery's row lock, so that numbers do not collide."""
    last = Attempt.objects.filter(delivery=delivery).aggregate(last=Max("number"))["last"] or 0
    return Attempt.objects.create(
        municipality_id=delivery.municipality_id,
        delivery=delivery,
        number=last + 1,
        step=step,
        opened_at=fields.pop("opened_at", None) or timezone.now(),
        detail={"key": delivery.key.hex, **fields.pop("detail", {})},
        **fields,
    )


def open_all(deliveries: Sequence[Delivery], *, opened_at: datetime, taken_at: datetime) -> list[Attempt]:
    """A call's attempt for each of these locked rows, in two statements. Whoever opens them makes them."""
    last = queries.last_numbers(delivery.pk for delivery in deliveries)
    return Attempt.objects.bulk_create(
        Attempt(
            municipality_id=delivery.municipality_id,
            delivery=delivery,
            number=last.get(delivery.pk, 0) + 1,
            step=Step.EDIT if delivery.kind == EDIT else Step.CREATE,
            opened_at=opened_at,
            taken_at=taken_at,
            detail={"key": delivery.key.hex},
        )
        for delivery in deliveries
    )


@transaction.atomic
def take(delivery: Delivery, number: int) -> Attempt | None:
    """Make this attempt ours; None when it is done, or another publisher has it."""
    now = timezone.now()
    sending = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING)
    if not sending.update(lease_until=call_lease(now)):
        return None
    mine = Attempt.objects.filter(delivery=delivery, number=number, closed_at=None, taken_at=None)
    if not mine.update(taken_at=now):
        transaction.set_rollback(True)  # the lease belongs to the other worker
        return None
    return Attempt.objects.get(delivery=delivery, number=number)


def close(attempt: Attempt, outcome: Outcome, **detail: Any) -> None:
    """Raises `Moved` when somebody has closed it before."""
    changes = {"closed_at": timezone.now(), "outcome": outcome, "detail": {**attempt.detail, **detail}}
    if not CLOSED.run(changes, municipality=attempt.municipality_id, pk=attempt.pk):
        raise Moved(f"Attempt {attempt.number} of delivery {attempt.delivery_id} was closed already.")
    for name, value in changes.items():
        setattr(attempt, name, value)
