"""Tasks of the outbox beside publishing. Arguments are ids; what is due, and whether it still is, the database says.

Nothing here publishes: a publisher (`delivery.dispatch`) makes the attempts that reconciliation and status checks open.
"""

import logging

from celery import shared_task

from django.utils import timezone

from common import clock
from delivery.domain import check_status as status_checks
from delivery.domain import duplicates, late_edits, restored
from delivery.domain import reconcile as reconciliation
from delivery.domain import sweep as sweeper
from delivery.domain import take_down as withdrawals

log = logging.getLogger(__name__)


@shared_task(name="delivery.tasks.sweep")
def sweep() -> None:
    if _clock_is_wrong():
        return
    restored.prepare()
    sweeper.sweep(timezone.now())


@shared_task(name="delivery.tasks.reconcile")
def reconcile() -> None:
    """Hand out the reconciliations, status checks, withdrawals, checks of corrected posts and searches that are due."""
    if _clock_is_wrong():
        return
    restored.prepare()
    now = timezone.now()
    for delivery_id in reconciliation.claim_reconciliations(now):
        reconcile_delivery.delay(delivery_id)
    for delivery_id in status_checks.claim_status_checks(now):
        check_status.delay(delivery_id)
    for delivery_id in withdrawals.claim_withdrawals(now):
        take_down.delay(delivery_id)
    for delivery_id in late_edits.claim_checks(now):
        check_edits.delay(delivery_id)
    for delivery_id in duplicates.claim_searches(now):
        search_for_duplicates.delay(delivery_id)
    for duplicate_id in duplicates.claim_withdrawals(now):
        take_down_duplicate.delay(duplicate_id)


def _clock_is_wrong() -> bool:
    """The schedule sends the task again soon, and perhaps another machine gets it then."""
    if clock.is_wrong(ahead := clock.seconds_ahead()):
        # No error: this line comes every few seconds, and the publisher has logged one.
        log.warning(clock.sentence(ahead))
        return True
    return False


@shared_task(name="delivery.tasks.reconcile_delivery")
def reconcile_delivery(delivery_id: int) -> None:
    reconciliation.reconcile(delivery_id)


@shared_task(name="delivery.tasks.check_status")
def check_status(delivery_id: int) -> None:
    status_checks.check_status(delivery_id)


@shared_task(name="delivery.tasks.take_down")
def take_down(delivery_id: int) -> None:
    withdrawals.take_down(delivery_id)


@shared_task(name="delivery.tasks.check_edits")
def check_edits(delivery_id: int) -> None:
    late_edits.check(delivery_id)


@shared_task(name="delivery.tasks.search_for_duplicates")
def search_for_duplicates(delivery_id: int) -> None:
    duplicates.search(delivery_id)


@shared_task(name="delivery.tasks.take_down_duplicate")
def take_down_duplicate(duplicate_id: int) -> None:
    duplicates.withdraw(duplicate_id)
