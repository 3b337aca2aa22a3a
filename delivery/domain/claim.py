"""The tick: find what is due, ask whether it may go out, and open its attempt, all in one transaction.

Whatever happens afterwards (a lost message, a dead worker) the attempt stands in the database and the sweeper finds
it. `SKIP LOCKED` lets two ticks work side by side without claiming the same row.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from delivery import gates, queries
from delivery.domain import attempts
from delivery.domain.move import move
from delivery.enums import Because, State, Step
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope

log = logging.getLogger(__name__)

AFTER_TROUBLE = timedelta(minutes=1)
Claim = tuple[int, int]  # delivery id, attempt number


def claim_due(now: datetime, limit: int = 50) -> list[Claim]:
    """Claim what is due at `now`, oldest first; expire or hold what may not go out. Returns what is to be delivered."""
    with everywhere("claim due deliveries"), transaction.atomic():
        due = queries.due(now).select_for_update(skip_locked=True, of=("self",))[:limit]
        found = [_settle(delivery, now) for delivery in due]
    return [claim for claim in found if claim]


def _settle(delivery: Delivery, now: datetime) -> Claim | None:
    """One row, in a savepoint of its own: a gate that fails must not stop the others."""
    try:
        with scope(delivery.municipality_id), transaction.atomic():
            if delivery.state == State.SCHEDULED:
                return _due(delivery, now)
            # It waited, and its time is up.
            move(delivery, State.EXPIRED, because=Because(delivery.reason))
    except Exception:
        log.exception("Delivery %s could not be claimed", delivery.pk)
        Delivery.objects.filter(pk=delivery.pk).update(next_at=now + AFTER_TROUBLE)
    return None


def _due(delivery: Delivery, now: datetime) -> Claim | None:
    verdict = gates.ask(delivery, now)
    if verdict.kind == "go":
        move(delivery, State.SENDING, because=Because.DUE, lease_until=attempts.pickup_lease(now))
        return delivery.pk, attempts.open_(delivery, Step.CREATE, opened_at=now).number
    hold_back(delivery, verdict)
    return None


def hold_back(delivery: Delivery, verdict: gates.Verdict) -> None:
    """Do what a gate said that did not say "go"."""
    because = Because(verdict.because or Because.HELD)
    if verdict.kind == "expire":
        move(delivery, State.EXPIRED, because=because, problem=verdict.words)
        return
    until = delivery.due_at if because == Because.NOT_APPROVED else delivery.not_after
    move(delivery, State.WAITING, because=because, problem=verdict.words, next_at=until)
