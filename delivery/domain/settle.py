"""From what the network said to where the delivery goes; attempt closed and delivery moved in one transaction.

A *repeat* (an earlier call of the same delivery may have landed) that brings no success changes nothing about that
earlier call: its outcome stays unknown whatever the repeat said. A change of a published post is another matter:
doing it twice does no harm, so one without an answer is requested again, and `late_edits` sees to it that no earlier
change overwrites a newer one.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from channels.domain.consent import mark_needs_consent
from delivery import commit_window, queries, rules
from delivery.domain import attempts, late_edits
from delivery.domain.content import PictureMissing
from delivery.domain.edit import changed
from delivery.domain.follow import follow
from delivery.domain.hold_back import hold_back
from delivery.domain.move import Moved, move
from delivery.domain.pre_send_check import PublishBlocked
from delivery.domain.report_duplicate import report_duplicate
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from notifications.domain.withdraw import withdraw_unread
from platforms.errors import NeedsConsent, NotAllowed, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.types import Pending, Published

log = logging.getLogger(__name__)

CallResult = Published | Pending | PublishBlocked | PictureMissing | PlatformError


@dataclass(frozen=True)
class Interpretation:
    """What an unsuccessful answer means, before anybody decides what follows from it.

    `words` are for people: the network's own, or a policy's. `evidence` is for operators.
    """

    outcome: Outcome
    because: ReasonCode
    words: str = ""
    evidence: Any = None


def settle(delivery: Delivery, attempt: Attempt, result: CallResult) -> None:
    """Write down what came of an attempt. Never raises for what the network said."""
    try:
        with transaction.atomic():
            if not isinstance(result, Published):
                _locked(delivery, State.SENDING)
            _apply(delivery, attempt, result)
    except Moved:
        _late(delivery, result)
    except IntegrityError:
        # Only a success has a remote id to collide with: a post that we already know as another one's.
        log.exception("Delivery %s: the network named a post that is taken", delivery.pk)
        settle(delivery, attempt, OutcomeUnknown("The network named a post that belongs to another delivery."))


def _locked(delivery: Delivery, state: State) -> None:
    """Lock the row (always before its attempts) and be sure that it is where we think."""
    if not Delivery.objects.select_for_update().filter(pk=delivery.pk, state=state).exists():
        raise Moved(f"Delivery {delivery.pk} is no longer {state}.")


def _apply(delivery: Delivery, attempt: Attempt, result: CallResult) -> None:
    if isinstance(result, Published) and delivery.kind == EDIT:
        changed(delivery, result)
        attempts.close(attempt, Outcome.OK, remote_id=result.remote_id)
        late_edits.plan_after_success(delivery, attempt)
    elif isinstance(result, Published):
        # The move locks the row and is sure of its state; asking before would be one statement more for each post.
        published(delivery, result, because=ReasonCode.SENT)
        attempts.close(attempt, Outcome.OK, remote_id=result.remote_id)
    elif isinstance(result, Pending):
        attempts.close(attempt, Outcome.PENDING)
        soon = rules.next_status_check_at(0, timezone.now())
        move(
            delivery,
            State.PROCESSING,
            because=ReasonCode.ACCEPTED,
            token=result.token,
            next_at=soon,
            unknown_since=None,
        )
    else:
        _unsuccessful(delivery, attempt, result)


def published(delivery: Delivery, result: Published, *, because: ReasonCode) -> None:
    """It is public. A question to people whether it is, which nobody has read yet, is taken back."""
    if delivery.state == State.UNCONFIRMED:
        withdraw_unread(reverse("delivery", args=[delivery.municipality.slug, delivery.pk]))
    move(
        delivery,
        State.PUBLISHED,
        because=because,
        remote_id=result.remote_id,
        permalink=result.permalink,
        published_at=result.at,
        unknown_since=None,
    )
    follow(delivery)


def _unsuccessful(
    delivery: Delivery, attempt: Attempt, result: PublishBlocked | PictureMissing | PlatformError
) -> None:
    reading = interpret(result)
    attempts.close(attempt, reading.outcome, words=reading.words, evidence=reading.evidence)
    if isinstance(result, NeedsConsent):
        mark_needs_consent(delivery.channel)
    if delivery.kind == EDIT:
        late_edits.plan(delivery, attempt)
    if isinstance(result, OutcomeUnknown) and delivery.kind == EDIT:
        _try_again(delivery, attempt, replace(reading, because=ReasonCode.UNANSWERED))
    elif delivery.unknown_since or isinstance(result, OutcomeUnknown):
        _checking(delivery, attempt, reading)
    elif isinstance(result, PublishBlocked):
        hold_back(delivery, result.verdict)
    elif isinstance(result, NeedsConsent):
        fields = {"problem": reading.words, "next_at": delivery.not_after, **_check_after_refusal(delivery, attempt)}
        move(delivery, State.WAITING, because=reading.because, **fields)
    elif isinstance(result, RateLimited) and result.by_status and attempt.sent_at and _may_land(delivery):
        # It answers no search either until then, and is searched at the end of the window at the latest.
        at = min(result.retry_at, attempt.sent_at + commit_window.of_delivery(delivery))
        _checking(delivery, attempt, reading, because=ReasonCode.RATE_LIMITED, at=at)
    elif isinstance(result, RateLimited):
        # Also where a late call makes no second post, it may bring back what is given up meanwhile.
        now = timezone.now()
        unclear = result.by_status and attempt.sent_at and delivery.kind != EDIT
        fields = {"duplicate_check_at": rules.next_duplicate_check_at(now, now)} if unclear else {}
        _later(delivery, attempt, reading, result.retry_at, **fields)
    elif isinstance(result, NotReached):
        _try_again(delivery, attempt, reading)
    else:
        fields = _check_after_refusal(delivery, attempt)
        move(delivery, State.FAILED, because=reading.because, problem=reading.words, **fields)


def _check_after_refusal(delivery: Delivery, attempt: Attempt) -> dict[str, Any]:
    """When the network is searched for what it refused (`delivery.domain.verify`)."""
    if delivery.kind == EDIT or attempt.sent_at is None:
        return {}
    return {"duplicate_check_at": timezone.now() + rules.CHECK_AFTER_REFUSAL}


def _may_land(delivery: Delivery) -> bool:
    """Whether a call that the network carries out late makes a second post beside its repetition."""
    return delivery.kind != EDIT and bool(commit_window.of_delivery(delivery))


def interpret(result: PublishBlocked | PictureMissing | PlatformError) -> Interpretation:
    """Outcome and reason of an unsuccessful answer."""
    if isinstance(result, PublishBlocked):
        return Interpretation(Outcome.HELD, ReasonCode.HELD, result.verdict.words, result.verdict.reason)
    if isinstance(result, PictureMissing):
        return Interpretation(Outcome.REJECTED, ReasonCode.PICTURE_MISSING, str(result))
    pairs: dict[type, tuple[Outcome, ReasonCode]] = {
        NotAllowed: (Outcome.REJECTED, ReasonCode.REJECTED),
        Rejected: (Outcome.REJECTED, ReasonCode.REJECTED),
        NeedsConsent: (Outcome.NEEDS_CONSENT, ReasonCode.NEEDS_CONSENT),
        RateLimited: (Outcome.RATE_LIMITED, ReasonCode.RATE_LIMITED),
        NotReached: (Outcome.NOT_REACHED, ReasonCode.NOT_REACHED),
    }
    outcome, because = pairs.get(type(result), (Outcome.UNKNOWN, ReasonCode.OUTCOME_UNKNOWN))
    # Where nobody answered there is nothing to quote, only a technical reason.
    words = "" if outcome in (Outcome.NOT_REACHED, Outcome.UNKNOWN) else result.message
    evidence = {"message": result.message, **result.evidence}
    if isinstance(result, Rejected) and result.field:
        evidence["field"] = result.field
    if isinstance(result, RateLimited):
        evidence["retry_at"] = result.retry_at.isoformat()
    return Interpretation(outcome, because, words, evidence)


def _checking(
    delivery: Delivery,
    attempt: Attempt,
    reading: Interpretation,
    because: ReasonCode = ReasonCode.OUTCOME_UNKNOWN,
    at: datetime | None = None,
) -> None:
    """A call may have landed: it is not repeated before the network was searched, first at `at`."""
    soon = rules.first_reconciliation_at(timezone.now())
    move(
        delivery,
        State.CHECKING,
        because=because,
        problem=reading.words,
        unknown_since=delivery.unknown_since or attempt.opened_at,
        next_at=max(soon, at) if at else soon,
    )


def _later(delivery: Delivery, attempt: Attempt, reading: Interpretation, at: datetime, **fields: Any) -> None:
    """Once more at `at`: from the beginning, or by asking about the newest checkpoint, where the network holds one."""
    fields |= {"problem": reading.words, "next_at": min(at, delivery.not_after)}
    if attempt.step == Step.FINISH and delivery.token:
        move(delivery, State.PROCESSING, because=ReasonCode.UNFINISHED, **fields)
    else:
        move(delivery, State.SCHEDULED, because=reading.because, **fields)


def _try_again(delivery: Delivery, attempt: Attempt, reading: Interpretation) -> None:
    attempt_count = delivery.attempt_count + 1
    at = rules.next_attempt_at(attempt_count, timezone.now())
    if at is None:
        move(
            delivery, State.FAILED, because=ReasonCode.TRIES_USED_UP, problem=reading.words, attempt_count=attempt_count
        )
    else:
        _later(delivery, attempt, reading, at, attempt_count=attempt_count)


def _late(delivery: Delivery, result: CallResult) -> None:
    """The lease ran out during the call (a machine that slept) and the sweeper gave the attempt up."""
    if not isinstance(result, Published):
        log.warning("Delivery %s: an answer came too late to matter", delivery.pk)
        return
    try:
        with transaction.atomic():
            locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
            if locked.state in queries.UNKNOWN:
                published(locked, result, because=ReasonCode.LATE_ANSWER)
            elif locked.state in queries.SETTLED and delivery.kind != EDIT and locked.remote_id != result.remote_id:
                report_duplicate(locked, result, timezone.now())
    except (Moved, IntegrityError):
        log.exception("Delivery %s was published as %s after it had moved on", delivery.pk, result.remote_id)
