"""From what the network said to where the delivery goes; attempt closed and delivery moved in one transaction.

A *repeat* (an earlier call of the same delivery may have landed) that brings no success changes nothing about that
earlier call: the delivery stays unconfirmed whatever the repeat said. A change of a published post is another matter:
doing it twice does no harm, so one without an answer is simply asked for again.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.domain.consent import mark_needs_consent
from delivery import rules
from delivery.domain import attempts
from delivery.domain.claim import hold_back
from delivery.domain.content import PictureMissing
from delivery.domain.departure import Held
from delivery.domain.edit import changed
from delivery.domain.follow import first_comment
from delivery.domain.move import Moved, move
from delivery.enums import Because, Outcome, State, Step
from delivery.gates import EDIT
from delivery.models import Attempt, Delivery
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.types import Pending, Published

log = logging.getLogger(__name__)

CallResult = Published | Pending | Held | PictureMissing | PlatformError


@dataclass(frozen=True)
class Reading:
    """What an unsuccessful answer means, before anybody decides what follows from it.

    `words` are for people: the network's own, or a gate's. `evidence` is for who looks after the machine.
    """

    outcome: Outcome
    because: Because
    words: str = ""
    evidence: Any = None


def settle(delivery: Delivery, attempt: Attempt, told: CallResult) -> None:
    """Write down what came of an attempt. Never raises for what the network said."""
    try:
        with transaction.atomic():
            if not isinstance(told, Published):
                _locked(delivery, State.SENDING)
            _apply(delivery, attempt, told)
    except Moved:
        _late(delivery, told)
    except IntegrityError:
        # Only a success has a remote id to collide with: a post that we already know as another one's.
        log.exception("Delivery %s: the network named a post that is taken", delivery.pk)
        settle(delivery, attempt, OutcomeUnknown("The network named a post that belongs to another delivery."))


def _locked(delivery: Delivery, state: State) -> None:
    """Lock the row (always before its attempts) and be sure that it is where we think."""
    if not Delivery.objects.select_for_update().filter(pk=delivery.pk, state=state).exists():
        raise Moved(f"Delivery {delivery.pk} is no longer {state}.")


def _apply(delivery: Delivery, attempt: Attempt, told: CallResult) -> None:
    if isinstance(told, Published) and delivery.kind == EDIT:
        changed(delivery, told)
        attempts.close(attempt, Outcome.OK, remote_id=told.remote_id)
    elif isinstance(told, Published):
        # The move locks the row and is sure of its state; asking before would be one statement more for each post.
        published(delivery, told, because=Because.SENT)
        attempts.close(attempt, Outcome.OK, remote_id=told.remote_id)
    elif isinstance(told, Pending):
        attempts.close(attempt, Outcome.PENDING)
        soon = rules.next_poll(0, timezone.now())
        move(delivery, State.PROCESSING, because=Because.ACCEPTED, token=told.token, next_at=soon, unknown_since=None)
    else:
        _unsuccessful(delivery, attempt, told)


def published(delivery: Delivery, told: Published, *, because: Because) -> None:
    """It is public."""
    move(
        delivery,
        State.PUBLISHED,
        because=because,
        remote_id=told.remote_id,
        permalink=told.permalink,
        published_at=told.at,
        unknown_since=None,
    )
    first_comment(delivery)


def _unsuccessful(delivery: Delivery, attempt: Attempt, told: Held | PictureMissing | PlatformError) -> None:
    reading = read(told)
    attempts.close(attempt, reading.outcome, words=reading.words, evidence=reading.evidence)
    if isinstance(told, NeedsConsent):
        mark_needs_consent(delivery.channel)
    if isinstance(told, OutcomeUnknown) and delivery.kind == EDIT:
        _try_again(delivery, attempt, replace(reading, because=Because.UNANSWERED))
    elif delivery.unknown_since or isinstance(told, OutcomeUnknown):
        _unconfirmed(delivery, attempt, reading)
    elif isinstance(told, Held):
        hold_back(delivery, told.verdict)
    elif isinstance(told, NeedsConsent):
        until = delivery.not_after
        move(delivery, State.WAITING, because=reading.because, problem=reading.words, next_at=until)
    elif isinstance(told, RateLimited):
        _later(delivery, attempt, reading, told.retry_at)
    elif isinstance(told, NotReached):
        _try_again(delivery, attempt, reading)
    else:
        move(delivery, State.FAILED, because=reading.because, problem=reading.words)


def read(told: Held | PictureMissing | PlatformError) -> Reading:
    """Outcome and reason of an unsuccessful answer."""
    if isinstance(told, Held):
        return Reading(Outcome.HELD, Because.HELD, told.verdict.words, told.verdict.because)
    if isinstance(told, PictureMissing):
        return Reading(Outcome.REJECTED, Because.PICTURE_MISSING, str(told))
    pairs: dict[type, tuple[Outcome, Because]] = {
        Rejected: (Outcome.REJECTED, Because.REJECTED),
        NeedsConsent: (Outcome.NEEDS_CONSENT, Because.NEEDS_CONSENT),
        RateLimited: (Outcome.RATE_LIMITED, Because.RATE_LIMITED),
        NotReached: (Outcome.NOT_REACHED, Because.NOT_REACHED),
    }
    outcome, because = pairs.get(type(told), (Outcome.UNKNOWN, Because.OUTCOME_UNKNOWN))
    # Where nobody answered there is nothing to quote, only a technical reason.
    words = "" if outcome in (Outcome.NOT_REACHED, Outcome.UNKNOWN) else told.message
    return Reading(outcome, because, words, {"message": told.message, **told.evidence})


def _unconfirmed(delivery: Delivery, attempt: Attempt, reading: Reading) -> None:
    """A call may have landed: nobody repeats it before somebody has looked."""
    move(
        delivery,
        State.UNCONFIRMED,
        because=Because.OUTCOME_UNKNOWN,
        problem=reading.words,
        unknown_since=delivery.unknown_since or attempt.opened_at,
        next_at=rules.next_look(0, timezone.now()),
    )


def _later(delivery: Delivery, attempt: Attempt, reading: Reading, at: datetime, **fields: Any) -> None:
    """Once more at `at`: from the beginning, or by asking about the newest witness, where the network holds one."""
    fields |= {"problem": reading.words, "next_at": min(at, delivery.not_after)}
    if attempt.step == Step.FINISH and delivery.token:
        move(delivery, State.PROCESSING, because=Because.UNFINISHED, **fields)
    else:
        move(delivery, State.SCHEDULED, because=reading.because, **fields)


def _try_again(delivery: Delivery, attempt: Attempt, reading: Reading) -> None:
    tries = delivery.tries + 1
    at = rules.next_try(tries, timezone.now())
    if at is None:
        move(delivery, State.FAILED, because=Because.TRIES_USED_UP, problem=reading.words, tries=tries)
    else:
        _later(delivery, attempt, reading, at, tries=tries)


def _late(delivery: Delivery, told: CallResult) -> None:
    """The lease ran out during the call (a machine that slept) and the sweeper gave the attempt up."""
    if not isinstance(told, Published):
        log.warning("Delivery %s: an answer came too late to matter", delivery.pk)
        return
    try:
        with transaction.atomic():
            _locked(delivery, State.UNCONFIRMED)
            delivery.refresh_from_db()
            published(delivery, told, because=Because.LATE_ANSWER)
    except (Moved, IntegrityError):
        log.exception("Delivery %s was published as %s after it had moved on", delivery.pk, told.remote_id)
