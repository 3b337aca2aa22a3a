"""What a publisher does, in the test's own thread."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from django.db.models import Q
from django.utils import timezone

from delivery.dispatch import publish_due
from delivery.domain import attempts, check_status, reconcile
from delivery.domain.deliver import make
from delivery.enums import State
from delivery.models import Delivery
from delivery.queries import with_its_row
from municipalities.tenancy import everywhere, scope


def deliver(delivery_id: int, number: int) -> None:
    """Make attempt `number`, which a look or a status check opened, unless it was made or never opened."""
    delivery = with_its_row(delivery_id)
    with scope(delivery.municipality_id):
        attempt = attempts.take(delivery, number)
    if attempt is not None:
        make(delivery, attempt)


def pass_minutes(minutes: int) -> None:
    """Claim, deliver and ask, as publisher and beat do, in those of the next minutes in which something is due, and in
    the last one."""
    for minute in range(minutes):
        later = timezone.now() + timedelta(minutes=minute)
        with time_machine.travel(later, tick=True), everywhere("a test's beat"):
            is_due = Q(next_at__lte=later) | Q(lease_until__lte=later)
            if minute == minutes - 1 or Delivery.objects.filter(is_due).exclude(state=State.PUBLISHED).exists():
                _tick()


def _tick() -> None:
    now = timezone.now()
    publish_due(now)
    attempts = [(pk, reconcile.reconcile(pk)) for pk in reconcile.claim_reconciliations(now)]
    attempts += [(pk, check_status.check_status(pk)) for pk in check_status.claim_status_checks(now)]
    for pk, number in attempts:
        if number is not None:
            deliver(pk, number)
