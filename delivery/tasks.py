"""Tasks of the outbox beside publishing. Arguments are ids; what is due, and whether it still is, the database says.

Nothing here publishes: an attempt that a look or a status check opens is made by a publisher (`delivery.dispatch`).
"""

from celery import shared_task

from django.utils import timezone

from delivery.domain import check_status as question
from delivery.domain import reconcile as settling
from delivery.domain import sweep as settled
from delivery.domain import take_down as removal


@shared_task(name="delivery.tasks.sweep")
def sweep() -> None:
    settled.sweep(timezone.now())


@shared_task(name="delivery.tasks.reconcile")
def reconcile() -> None:
    """Hand out the looks, status checks and withdrawals that are due."""
    now = timezone.now()
    for delivery_id in settling.claim_reconciliations(now):
        look.delay(delivery_id)
    for delivery_id in question.claim_status_checks(now):
        poll.delay(delivery_id)
    for delivery_id in removal.claim_withdrawals(now):
        take_down.delay(delivery_id)


@shared_task(name="delivery.tasks.look")
def look(delivery_id: int) -> None:
    settling.reconcile(delivery_id)


@shared_task(name="delivery.tasks.poll")
def poll(delivery_id: int) -> None:
    question.check_status(delivery_id)


@shared_task(name="delivery.tasks.take_down")
def take_down(delivery_id: int) -> None:
    removal.take_down(delivery_id)
