"""Thin doors for beat. Arguments are ids; what is due, and whether it still is, stands in the database."""

from celery import shared_task

from django.utils import timezone

from delivery import dispatch, queries
from delivery.domain import check_status as question
from delivery.domain import claim
from delivery.domain import deliver as call
from delivery.domain import reconcile as settling
from delivery.domain import sweep as settled
from delivery.domain import take_down as removal


@shared_task(name="delivery.tasks.tick")
def tick() -> None:
    """Where no publisher runs, workers publish: claim what is due and hand it out.

    A message that is lost here costs one pick-up lease.
    """
    if dispatch.has_heartbeat():
        return
    for delivery_id, number in claim.claim_due(timezone.now()):
        _hand_out(delivery_id, number)


def _hand_out(delivery_id: int, number: int) -> None:
    deliver.apply_async((delivery_id, number), time_limit=queries.time_limit(delivery_id))


@shared_task(name="delivery.tasks.deliver")
def deliver(delivery_id: int, number: int) -> None:
    call.deliver(delivery_id, number)


@shared_task(name="delivery.tasks.sweep")
def sweep() -> None:
    settled.sweep(timezone.now())


@shared_task(name="delivery.tasks.reconcile")
def reconcile() -> None:
    """Hand out the looks, questions and withdrawals that are due."""
    now = timezone.now()
    for delivery_id in settling.claim_reconciliations(now):
        look.delay(delivery_id)
    for delivery_id in question.claim_status_checks(now):
        poll.delay(delivery_id)
    for delivery_id in removal.claim_withdrawals(now):
        take_down.delay(delivery_id)


@shared_task(name="delivery.tasks.look")
def look(delivery_id: int) -> None:
    number = settling.reconcile(delivery_id)
    if number is not None:
        _hand_out(delivery_id, number)


@shared_task(name="delivery.tasks.poll")
def poll(delivery_id: int) -> None:
    number = question.check_status(delivery_id)
    if number is not None:
        _hand_out(delivery_id, number)


@shared_task(name="delivery.tasks.take_down")
def take_down(delivery_id: int) -> None:
    removal.take_down(delivery_id)
