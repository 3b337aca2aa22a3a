"""Asking what became of a post that the network took and is preparing. Only reads.

A network without an answer is asked again; when the patience is at its end, nobody knows, and it is looked for. What
is prepared but not public yet gets an attempt of its own for the step that makes it public.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import queries, rules
from delivery.domain import attempts, settle
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Delivery
from municipalities.tenancy import scope
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.types import ContainerExpired, Pending, Published, Ready

log = logging.getLogger(__name__)

BATCH = 50
Verdict = Published | Pending | Ready | ContainerExpired | PlatformError


def claim_status_checks(now: datetime) -> list[int]:
    return queries.claim_next([State.PROCESSING], now, attempts.task_lease(now), BATCH)


def check_status(delivery_id: int) -> int | None:
    """Ask once and write down what the network says. Returns the number of the attempt that a publisher has to make."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state != State.PROCESSING:
        return None
    with scope(delivery.municipality_id):
        opened_at = timezone.now()
        verdict = _ask(delivery)
        if isinstance(verdict, NeedsConsent):
            mark_needs_consent(delivery.channel)
        try:
            return _settle(delivery, verdict, opened_at)
        except IntegrityError:
            log.exception("Delivery %s: the network named a post that is taken", delivery_id)
            return None


def _ask(delivery: Delivery) -> Verdict:
    try:
        return open_channel(delivery.channel).check_status(Pending(delivery.token))
    except PlatformError as problem:
        return problem
    except Exception as problem:
        log.exception("Delivery %s: asking failed", delivery.pk)
        return NotReached("The portal itself failed.", {"problem": type(problem).__name__})


@transaction.atomic
def _settle(delivery: Delivery, verdict: Verdict, opened_at: datetime) -> int | None:
    now = timezone.now()
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state != State.PROCESSING:
        return None
    problem, evidence = "", {}
    if isinstance(verdict, PlatformError):
        reading = settle.interpret(verdict)
        problem, evidence = reading.words, reading.evidence
    detail = {"words": problem, "evidence": evidence}
    attempts.open_(locked, Step.POLL, opened_at=opened_at, closed_at=now, outcome=_outcome(verdict), detail=detail)
    if isinstance(verdict, Published):
        settle.published(locked, verdict, because=ReasonCode.SENT)
    elif isinstance(verdict, Rejected):
        move(locked, State.FAILED, because=ReasonCode.REJECTED, problem=problem)
    elif isinstance(verdict, Ready):
        return _finish(locked, verdict, now)
    elif isinstance(verdict, ContainerExpired):
        _begin_again(locked, verdict, now)
    elif isinstance(verdict, OutcomeUnknown):
        _reconcile(locked, now, ReasonCode.OUTCOME_UNKNOWN)
    else:
        _ask_again(locked, now)
    return None


def _outcome(verdict: Verdict) -> Outcome:
    if isinstance(verdict, PlatformError):
        return settle.interpret(verdict).outcome
    if isinstance(verdict, ContainerExpired):
        return Outcome.NEVER_SENT
    return Outcome.OK if isinstance(verdict, Published | Ready) else Outcome.PENDING


def _finish(delivery: Delivery, ready: Ready, now: datetime) -> int:
    """Open the attempt that makes it public; the policy is asked right before its call."""
    lease = attempts.task_lease(now)
    move(delivery, State.SENDING, because=ReasonCode.PREPARED, token=ready.token, lease_until=lease)
    return attempts.open_(delivery, Step.FINISH, opened_at=now).number


def _begin_again(delivery: Delivery, expired: ContainerExpired, now: datetime) -> None:
    """Provably unpublished: once more from the beginning, as often as other calls that reached nobody."""
    attempt_count = delivery.attempt_count + 1
    at = rules.next_attempt_at(attempt_count, now)
    if at is None:
        move(
            delivery,
            State.FAILED,
            because=ReasonCode.TRIES_USED_UP,
            problem=expired.reason,
            attempt_count=attempt_count,
        )
    else:
        at = min(at, delivery.not_after)
        move(
            delivery,
            State.SCHEDULED,
            because=ReasonCode.CONTAINER_EXPIRED,
            attempt_count=attempt_count,
            token="",
            next_at=at,
        )


def _ask_again(delivery: Delivery, now: datetime) -> None:
    at = rules.next_status_check_at(queries.status_checks_due(delivery), now)
    if at is not None:
        Delivery.objects.filter(pk=delivery.pk).update(next_at=at)
        return
    _reconcile(delivery, now, ReasonCode.NO_VERDICT)


def _reconcile(delivery: Delivery, now: datetime, because: ReasonCode) -> None:
    """It may be public, or is; under which id only the account's list tells."""
    since = queries.first_sent(delivery)
    next_at = rules.first_reconciliation_at(now)
    move(delivery, State.CHECKING, because=because, unknown_since=since, next_at=next_at)
