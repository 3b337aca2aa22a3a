"""Finding out what became of a call that got no answer. Looks first; repeats only where the network makes it safe.

Found: published. Held by the network, unpublished: made public under the same id. Absent twice, minutes apart: to be
sent again, or expired when its time has passed. Cannot be told: a person decides. On a network that never publishes one
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
from delivery.domain import attempts, content, settle
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
    """One look: what it brought, and whether the call may be repeated."""

    opened_at: datetime
    told: FindResult | PlatformError
    may_resend: bool = False

    @property
    def outcome(self) -> Outcome:
        if isinstance(self.told, PlatformError):
            return settle.interpret(self.told).outcome
        if isinstance(self.told, Found):
            return Outcome.FOUND
        if isinstance(self.told, Ready):
            return Outcome.PENDING
        return Outcome.ABSENT if isinstance(self.told, Absent) else Outcome.CANNOT_TELL


def claim_reconciliations(now: datetime) -> list[int]:
    """Unconfirmed deliveries whose next look is due, put off by a lease so that one worker looks."""
    return queries.claim_next(State.UNCONFIRMED, now, attempts.call_lease(now), BATCH)


def reconcile(delivery_id: int) -> int | None:
    """Look once. Returns the number of the attempt that a publisher has to make where the call is repeated."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state != State.UNCONFIRMED:
        return None
    with scope(delivery.municipality_id):
        seen = _look(delivery)
        if isinstance(seen.told, NeedsConsent):
            mark_needs_consent(delivery.channel)
        try:
            return _settle(delivery, seen)
        except IntegrityError:
            log.warning("Delivery %s: what was found was bound to another meanwhile", delivery_id)
            return None


def _look(delivery: Delivery) -> ReconciliationResult:
    opened_at = timezone.now()
    since = queries.first_sent(delivery)
    try:
        connector = open_channel(delivery.channel)
        witness = Pending(delivery.token) if delivery.token else None
        told = connector.find(content.outgoing(delivery), since, queries.bound(delivery, since), witness)
        return ReconciliationResult(opened_at, told, connector.may_resend(since, timezone.now()))
    except PlatformError as problem:
        return ReconciliationResult(opened_at, problem)
    except Exception as problem:
        log.exception("Delivery %s: the look failed", delivery.pk)
        return ReconciliationResult(
            opened_at, NotReached("The portal itself failed.", {"problem": type(problem).__name__})
        )


@transaction.atomic
def _settle(delivery: Delivery, seen: ReconciliationResult) -> int | None:
    """Write the look down and do what follows from it, unless a person was faster."""
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if locked.state != State.UNCONFIRMED:
        return None
    _write(locked, seen, now)
    looks = queries.reconciliations_since_sent(locked)
    if isinstance(seen.told, Found):
        settle.published(locked, seen.told.published, because=ReasonCode.FOUND)
    elif isinstance(seen.told, Ready):
        _unfinished(locked, seen.told, now)
    elif _may_repeat(locked, seen, now):
        return _repeat(locked, now)
    elif _absent_twice(looks):
        _send_again(locked, now)
    else:
        Delivery.objects.filter(pk=locked.pk).update(next_at=rules.next_reconciliation_at(len(looks), now, _apart()))
    return None


def _write(delivery: Delivery, seen: ReconciliationResult, now: datetime) -> None:
    """A look only reads, so it is written when it is over."""
    detail: dict[str, Any] = {}
    if isinstance(seen.told, PlatformError):
        detail = {"words": settle.interpret(seen.told).words, "evidence": settle.interpret(seen.told).evidence}
    elif isinstance(seen.told, Inconclusive):
        detail = {"words": seen.told.reason, "candidates": list(seen.told.candidates)}
    attempts.open_(delivery, Step.FIND, opened_at=seen.opened_at, closed_at=now, outcome=seen.outcome, detail=detail)


def _may_repeat(delivery: Delivery, seen: ReconciliationResult, now: datetime) -> bool:
    """Once, while the key lives, on a network that answered just now, and only if nothing holds it back."""
    if not seen.may_resend or isinstance(seen.told, PlatformError):
        return False
    return queries.sent_since_unknown(delivery) == 1 and policies.evaluate(delivery, now).kind == "allow"


def _repeat(delivery: Delivery, now: datetime) -> int:
    move(delivery, State.SENDING, because=ReasonCode.REPEATED, lease_until=attempts.call_lease(now))
    return attempts.open_(delivery, Step.CREATE, opened_at=now, detail={"repeat": True}).number


def _unfinished(delivery: Delivery, told: Ready, now: datetime) -> None:
    """The network holds it, unpublished: it goes on from there under the same id, which it publishes once at most."""
    because = ReasonCode.UNFINISHED
    move(delivery, State.PROCESSING, because=because, token=told.token, unknown_since=None, next_at=now)


def _absent_twice(looks: list[Attempt]) -> bool:
    """Two empty looks far enough apart, and none that left it open."""
    outcomes = {look.outcome for look in looks}
    absent = [look.opened_at for look in looks if look.outcome == Outcome.ABSENT]
    return Outcome.CANNOT_TELL not in outcomes and bool(absent) and absent[-1] - absent[0] >= _apart()


def _apart() -> timedelta:
    return timedelta(seconds=settings.LOOK_APART_SECONDS)


def _send_again(delivery: Delivery, now: datetime) -> None:
    if now <= delivery.not_after:
        move(delivery, State.SCHEDULED, because=ReasonCode.ABSENT, unknown_since=None, next_at=now)
    else:
        move(delivery, State.EXPIRED, because=ReasonCode.ABSENT, unknown_since=None)
