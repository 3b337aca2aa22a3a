"""Reconciliation: what became of a call that got no answer. It repeats a call only where the network makes it safe.

Found: published. Held by the network, unpublished: made public under the same id. Anything else counts only after the
network's commit window (`delivery.commit_window`), since a call may be carried out late. Then the call is repeated
once, straight from *checking*, on a network that never publishes one key twice; elsewhere a person decides
(*unconfirmed*). The portal goes on checking, and sends nothing by itself.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import commit_window, policies, queries, rules
from delivery.domain import attempts, content, permitted, restored, settle
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Delivery
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
    """Deliveries with an unknown outcome whose reconciliation is due, put off by a lease so that one worker does it."""
    return queries.claim_next(queries.UNKNOWN, now, attempts.task_lease(now), BATCH)


def reconcile(delivery_id: int) -> int | None:
    """Search the network once. Returns the number of the attempt that a publisher has to make to repeat the call."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state not in queries.UNKNOWN:
        return None
    with scope(delivery.municipality_id):
        try:
            return _settle(delivery, find(delivery))
        except IntegrityError:
            log.warning("Delivery %s: what was found was bound to another meanwhile", delivery_id)
            return None


def find(delivery: Delivery, besides: Collection[str] = ()) -> ReconciliationResult:
    """Search the network for the delivery's post, among those that belong to no other delivery and are not `besides`
    (remote ids). In the scope of its municipality."""
    opened_at = timezone.now()
    since, may_resend = queries.first_sent(delivery), False
    try:
        connector = open_channel(delivery.channel)
        outgoing = content.outgoing(delivery)
        may_resend = connector.may_resend(since, opened_at, is_private=bool(outgoing.conversation))
        checkpoint = Pending(delivery.token) if delivery.token else None
        with permitted.acting(connector, delivery, outgoing):
            result = connector.find(outgoing, since, {*queries.bound(delivery, since), *besides}, checkpoint)
        return ReconciliationResult(opened_at, result, may_resend)
    except PlatformError as problem:
        if isinstance(problem, NeedsConsent):
            mark_needs_consent(delivery.channel)
        return ReconciliationResult(opened_at, problem, may_resend)
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
    if locked.state not in queries.UNKNOWN:
        return None
    record_attempt(locked, reconciliation, now)
    if isinstance(reconciliation.result, Found):
        settle.published(locked, reconciliation.result.published, because=ReasonCode.FOUND)
    elif locked.restored_at:
        # It may have left before the restore: a machine sends nothing of it again, neither now nor under its key.
        restored.check_again(locked, now)
    elif isinstance(reconciliation.result, Ready):
        _unfinished(locked, reconciliation.result, now)
    else:
        return _go_on(locked, reconciliation, now)
    return None


def _go_on(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> int | None:
    """It was not found. What follows, once the network cannot carry the call out any more."""
    decisive_at = commit_window.decisive_at(delivery)
    next_at = rules.next_reconciliation_at(queries.reconciliations_since_sent(delivery), now, decisive_at)
    is_decisive = delivery.state == State.CHECKING and reconciliation.opened_at >= decisive_at
    if is_decisive and _may_repeat(delivery, reconciliation, now):
        return _repeat(delivery, now)
    if is_decisive and not _may_repeat_later(delivery, reconciliation, now):
        _ask(delivery, reconciliation, next_at)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(next_at=next_at)
    return None


def record_attempt(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime, **detail: Any) -> None:
    """It only reads, so its attempt is written when it is over. The caller holds the delivery's row lock."""
    if isinstance(reconciliation.result, PlatformError):
        detail |= {
            "words": settle.interpret(reconciliation.result).words,
            "evidence": settle.interpret(reconciliation.result).evidence,
        }
    elif isinstance(reconciliation.result, Inconclusive):
        detail |= {"words": reconciliation.result.reason, "candidates": list(reconciliation.result.candidates)}
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


def _may_repeat_later(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> bool:
    """Whether only the network's answer is missing: it is searched for again, until the time of the post is over."""
    unanswered = isinstance(reconciliation.result, PlatformError)
    return unanswered and reconciliation.may_resend and now <= delivery.not_after


def _ask(delivery: Delivery, reconciliation: ReconciliationResult, next_at: datetime) -> None:
    """A person decides: only a person can know, or may risk that it becomes public twice."""
    because = ReasonCode.ABSENT if isinstance(reconciliation.result, Absent) else ReasonCode.CANNOT_TELL
    move(delivery, State.UNCONFIRMED, because=because, problem=delivery.problem, next_at=next_at)


def _repeat(delivery: Delivery, now: datetime) -> int:
    lease = attempts.task_lease(now)
    check_at = rules.next_duplicate_check_at(now, now)
    move(delivery, State.SENDING, because=ReasonCode.REPEATED, lease_until=lease, duplicate_check_at=check_at)
    return attempts.open_(delivery, Step.CREATE, opened_at=now, detail={"repeat": True}).number


def _unfinished(delivery: Delivery, ready: Ready, now: datetime) -> None:
    """The network holds it, unpublished: it goes on from there under the same id, which it publishes once at most."""
    because = ReasonCode.UNFINISHED
    move(delivery, State.PROCESSING, because=because, token=ready.token, unknown_since=None, next_at=now)
