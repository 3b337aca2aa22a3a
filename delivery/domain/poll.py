"""Asking what became of a post that the network took and is preparing. Only reads.

A network without an answer is asked again; when the patience is at its end, nobody knows, and it is looked for.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.domain.consent import mark_needs_consent
from channels.open import open_channel
from delivery import queries, rules
from delivery.domain import attempts, settle
from delivery.domain.move import move
from delivery.enums import Because, Outcome, State, Step
from delivery.models import Delivery
from municipalities.tenancy import scope
from platforms.errors import NeedsConsent, NotReached, PlatformError, Rejected
from platforms.types import Pending, Published

log = logging.getLogger(__name__)

BATCH = 50
Verdict = Published | Pending | PlatformError


def claim_polls(now: datetime) -> list[int]:
    return queries.claim_next(State.PROCESSING, now, attempts.call_lease(now), BATCH)


def poll(delivery_id: int) -> None:
    """Ask once and write down what the network says."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state != State.PROCESSING:
        return
    with scope(delivery.municipality_id):
        opened_at = timezone.now()
        told = _ask(delivery)
        if isinstance(told, NeedsConsent):
            mark_needs_consent(delivery.channel)
        try:
            _settle(delivery, told, opened_at)
        except IntegrityError:
            log.exception("Delivery %s: the network named a post that is taken", delivery_id)


def _ask(delivery: Delivery) -> Verdict:
    try:
        return open_channel(delivery.channel).poll(Pending(delivery.token))
    except PlatformError as problem:
        return problem
    except Exception as problem:
        log.exception("Delivery %s: asking failed", delivery.pk)
        return NotReached("The portal itself failed.", {"problem": type(problem).__name__})


@transaction.atomic
def _settle(delivery: Delivery, told: Verdict, opened_at: datetime) -> None:
    now = timezone.now()
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state != State.PROCESSING:
        return
    words = settle.read(told).words if isinstance(told, PlatformError) else ""
    detail = {"words": words}
    attempts.open_(locked, Step.POLL, opened_at=opened_at, closed_at=now, outcome=_outcome(told), detail=detail)
    if isinstance(told, Published):
        settle.published(locked, told, because=Because.SENT)
    elif isinstance(told, Rejected):
        move(locked, State.FAILED, because=Because.REJECTED, problem=words)
    else:
        _ask_again(locked, now)


def _outcome(told: Verdict) -> Outcome:
    if isinstance(told, PlatformError):
        return settle.read(told).outcome
    return Outcome.OK if isinstance(told, Published) else Outcome.PENDING


def _ask_again(delivery: Delivery, now: datetime) -> None:
    at = rules.next_poll(queries.polls(delivery), now)
    if at is not None:
        Delivery.objects.filter(pk=delivery.pk).update(next_at=at)
        return
    since = queries.first_sent(delivery)
    look = rules.next_look(0, now)
    move(delivery, State.UNCONFIRMED, because=Because.NO_VERDICT, unknown_since=since, next_at=look)
