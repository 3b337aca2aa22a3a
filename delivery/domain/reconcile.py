"""Reconciliation: what became of a call that got no answer. It repeats a call only where the network makes it safe.

Found: published. Held by the network, unpublished: made public under the same id. Absent twice, minutes apart: to be
sent again, or expired when its time has passed. Inconclusive: a person decides. On a network that never publishes one
key twice the call is repeated once, straight from *unconfirmed*.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import policies, queries, rules
from delivery.domain import attempts, content, restored, settle
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from municipalities.tenancy import scope
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.types import Absent, FindResult, Found, Inconclusive, Pending, Ready

log = logging.getLogger(__name__)

BATCH = 50


@dataclass(frozen=True)
class ReconciliationResult:
    """The result of one reconciliation, and whether the call may be repeated."""

    opened_at: datetime
    result: FindResult | PlatformError
    may_resend: bool = False

    @property
    def outcome(self) -> Outcome:
        if isinstance(self.result, PlatformError):
            return settle.interpret(self.result).outcome
        if isinstance(self.result, Found):
            return Outcome.FOUND
        if isinstance(self.result, Ready):
            return Outcome.PENDING
        return Outcome.ABSENT if isinstance(self.result, Absent) else Outcome.CANNOT_TELL


def claim_reconciliations(now: datetime) -> list[int]:
    """Unconfirmed deliveries whose reconciliation is due, put off by a lease so that one worker does it."""
    return queries.claim_next(State.UNCONFIRMED, now, attempts.call_lease(now), BATCH)


def reconcile(delivery_id: int) -> int | None:
    """Search the network once. Returns the number of the attempt that a publisher has to make to repeat the call."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state != State.UNCONFIRMED:
        return None
    with scope(delivery.municipality_id):
        reconciliation = _find(delivery)
        if isinstance(reconciliation.result, NeedsConsent):
            mark_needs_consent(delivery.channel)
        try:
            return _settle(delivery, reconciliation)
        except IntegrityError:
            log.warning("Delivery %s: what was found was bound to another meanwhile", delivery_id)
            return None


def _find(delivery: Delivery) -> ReconciliationResult:
    opened_at = timezone.now()
    since = queries.first_sent(delivery)
    try:
        connector = open_channel(delivery.channel)
        checkpoint = Pending(delivery.token) if delivery.token else None
        result = connector.find(content.outgoing(delivery), since, queries.bound(delivery, since), checkpoint)
        return ReconciliationResult(opened_at, result, connector.may_resend(since, timezone.now()))
    except PlatformError as problem:
        return ReconciliationResult(opened_at, problem)
    except Exception as problem:
        log.exception("Delivery %s: reconciliation failed", delivery.pk)
        return ReconciliationResult(
            opened_at, NotReached("The portal itself failed.", {"problem": type(problem).__name__})
        )


@transaction.atomic
def _settle(delivery: Delivery, reconciliation: ReconciliationResult) -> int | None:
    """Record the reconciliation and move the delivery, unless a person was faster."""
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if locked.state != State.UNCONFIRMED:
        return None
    _write(locked, reconciliation, now)
    reconciliations = queries.reconciliations_since_sent(locked)
    if isinstance(reconciliation.result, Found):
        settle.published(locked, reconciliation.result.published, because=ReasonCode.FOUND)
    elif locked.restored_at:
        # It may have left before the restore: a machine sends nothing of it again, neither now nor under its key.
        restored.check_again(locked, now, _apart())
    elif isinstance(reconciliation.result, Ready):
        _unfinished(locked, reconciliation.result, now)
    elif _may_repeat(locked, reconciliation, now):
        return _repeat(locked, now)
    elif _absent_twice(reconciliations):
        _send_again(locked, now)
    else:
        Delivery.objects.filter(pk=locked.pk).update(
            next_at=rules.next_reconciliation_at(len(reconciliations), now, _apart())
        )
    return None


def _write(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> None:
    """It only reads, so its attempt is written when it is over."""
    detail: dict[str, Any] = {}
    if isinstance(reconciliation.result, PlatformError):
        detail = {
            "words": settle.interpret(reconciliation.result).words,
            "evidence": settle.interpret(reconciliation.result).evidence,
        }
    elif isinstance(reconciliation.result, Inconclusive):
        detail = {"words": reconciliation.result.reason, "candidates": list(reconciliation.result.candidates)}
    attempts.open_(
        delivery,
        Step.FIND,
        opened_at=reconciliation.opened_at,
        closed_at=now,
        outcome=reconciliation.outcome,
        detail=detail,
    )


def _may_repeat(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> bool:
    """Once, while the key lives, on a network that answered just now, and only if nothing holds it back."""
    if not reconciliation.may_resend or isinstance(reconciliation.result, PlatformError):
        return False
    return queries.sent_since_unknown(delivery) == 1 and policies.evaluate(delivery, now).kind == "allow"


def _repeat(delivery: Delivery, now: datetime) -> int:
    move(delivery, State.SENDING, because=ReasonCode.REPEATED, lease_until=attempts.call_lease(now))
    return attempts.open_(delivery, Step.CREATE, opened_at=now, detail={"repeat": True}).number


def _unfinished(delivery: Delivery, ready: Ready, now: datetime) -> None:
    """The network holds it, unpublished: it goes on from there under the same id, which it publishes once at most."""
    because = ReasonCode.UNFINISHED
    move(delivery, State.PROCESSING, because=because, token=ready.token, unknown_since=None, next_at=now)


def _absent_twice(reconciliations: list[Attempt]) -> bool:
    """Two that did not find it, far enough apart, and none that was inconclusive."""
    outcomes = {attempt.outcome for attempt in reconciliations}
    absent = [attempt.opened_at for attempt in reconciliations if attempt.outcome == Outcome.ABSENT]
    return Outcome.CANNOT_TELL not in outcomes and bool(absent) and absent[-1] - absent[0] >= _apart()


def _apart() -> timedelta:
    return timedelta(seconds=settings.RECONCILIATION_INTERVAL_SECONDS)


def _send_again(delivery: Delivery, now: datetime) -> None:
    if now <= delivery.not_after:
        move(delivery, State.SCHEDULED, because=ReasonCode.ABSENT, unknown_since=None, next_at=now)
    else:
        move(delivery, State.EXPIRED, because=ReasonCode.ABSENT, unknown_since=None)
