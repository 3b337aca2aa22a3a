"""Reconciliation: what became of a call that got no answer. It repeats a call only where the network makes it safe,
or after a person has said that the post is not there and one more search has not shown it.

Found: published. Held by the network, unpublished: made public under the same id. Anything else counts only after the
network's commit window (`delivery.commit_window`), since a call may be carried out late. Then the call is repeated
once, straight from *checking*, on a network that never publishes one key twice. What the network had refused by a rate
limit is scheduled again. Elsewhere a person decides (*unconfirmed*), a minute and one more search later, since lists
lag. The portal goes on checking, and sends nothing by itself.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from channels.models import Channel
from delivery import commit_window, policies, queries, rules
from delivery.domain import attempts, content, permitted, restored, settle
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Delivery
from municipalities.tenancy import scope
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.protocols import Connector
from platforms.types import Absent, FindResult, Found, Inconclusive, Pending, Ready

log = logging.getLogger(__name__)

BATCH = 50
# After a person's "it is not there"; shown with the question that is asked again.
NOT_SENT = gettext_noop("Nothing was sent: publishing is held back at the moment.")
NOT_SEARCHED = gettext_noop("Nothing was sent: the network did not answer the search before it. Try again later.")
CANNOT_BE_SEARCHED = gettext_noop(
    "Nothing was sent: the portal cannot search this network for certain. If the post is not there, drop it and "
    "publish a copy."
)


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


def find(
    delivery: Delivery, besides: Collection[str] = (), *, open_: Callable[[Channel], Connector] = open_channel
) -> ReconciliationResult:
    """Search the network for the delivery's post, among those that belong to no other delivery and are not `besides`
    (remote ids). In the scope of its municipality. `open_`: how the channel is opened."""
    opened_at = timezone.now()
    since, may_resend = queries.first_sent(delivery), False
    try:
        connector = open_(delivery.channel)
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
    elif locked.state == State.CHECKING and locked.reason == ReasonCode.NOT_THERE:
        if reconciliation.opened_at >= locked.state_at:
            return _after_answer(locked, reconciliation, now)
        # It began before the answer.
        Delivery.objects.filter(pk=locked.pk).update(next_at=now)
    elif locked.is_unverified:
        # It may have left before the restore: a machine sends nothing of it again, neither now nor under its key.
        restored.check_again(locked, now)
    elif isinstance(reconciliation.result, Ready):
        _unfinished(locked, reconciliation.result, now)
    else:
        return _go_on(locked, reconciliation, now)
    return None


def _go_on(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> int | None:
    """It was not found. What follows, once the network cannot carry the call out any more."""
    decisive_at, window = commit_window.decisive_at(delivery), commit_window.of_delivery(delivery)
    next_at = rules.next_reconciliation_at(queries.reconciliations_since_sent(delivery), now, decisive_at, window)
    is_decisive = delivery.state == State.CHECKING and reconciliation.opened_at >= decisive_at
    if is_decisive and _may_repeat(delivery, reconciliation, now):
        return _repeat(delivery, ReasonCode.REPEATED, now)
    may_ask = is_decisive and reconciliation.opened_at >= decisive_at + rules.after_window(window)[0]
    if may_ask and delivery.reason == ReasonCode.RATE_LIMITED and isinstance(reconciliation.result, Absent):
        _schedule_again(delivery, now)
        return None
    if may_ask and not _may_repeat_later(delivery, reconciliation, now):
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


def _schedule_again(delivery: Delivery, now: datetime) -> None:
    """The network refused the call by a rate limit, and did not carry it out later: it goes out as any other, once
    the limit is over."""
    check_at = rules.next_duplicate_check_at(now, now)
    move(
        delivery,
        State.SCHEDULED,
        because=ReasonCode.RATE_LIMITED,
        next_at=min(max(now, queries.retry_at(delivery) or now), delivery.not_after),
        unknown_since=None,
        duplicate_check_at=check_at,
    )


def _after_answer(delivery: Delivery, reconciliation: ReconciliationResult, now: datetime) -> int | None:
    """A person has said that it is not there. Only a search that says so too lets it be sent."""
    if isinstance(reconciliation.result, Absent):
        delivery.verified_at = now
        known = {"unknown_since": None, "verified_at": now}
        if delivery.due_at > now:
            move(delivery, State.SCHEDULED, because=ReasonCode.NOT_THERE, next_at=delivery.due_at, **known)
            return None
        verdict = policies.evaluate(delivery, now)
        if verdict.kind == "allow":
            return _repeat(delivery, ReasonCode.NOT_THERE, now, **known)
        because, problem = ReasonCode.ABSENT, verdict.words or NOT_SENT
    elif isinstance(reconciliation.result, PlatformError):
        because, problem = ReasonCode.CANNOT_TELL, NOT_SEARCHED
    else:
        because, problem = ReasonCode.CANNOT_TELL, CANNOT_BE_SEARCHED
    next_at = rules.next_reconciliation_at(1, now, commit_window.decisive_at(delivery))
    move(delivery, State.UNCONFIRMED, because=because, problem=problem, next_at=next_at)
    return None


def _repeat(delivery: Delivery, because: ReasonCode, now: datetime, **fields: Any) -> int:
    lease = attempts.task_lease(now)
    check_at = rules.next_duplicate_check_at(now, now)
    move(delivery, State.SENDING, because=because, lease_until=lease, duplicate_check_at=check_at, **fields)
    return attempts.open_(delivery, Step.CREATE, opened_at=now, detail={"repeat": True}).number


def _unfinished(delivery: Delivery, ready: Ready, now: datetime) -> None:
    """The network holds it, unpublished: it goes on from there under the same id, which it publishes once at most."""
    because = ReasonCode.UNFINISHED
    move(delivery, State.PROCESSING, because=because, token=ready.token, unknown_since=None, next_at=now)
