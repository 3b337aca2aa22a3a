"""Settles what nobody works on any more, and what waits.

A lease that ran out means a dead worker or a lost message. `sent_at` records whether the call may have left.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from channels.enums import ChannelState
from delivery import policies, rules
from delivery.domain import attempts, late_edits
from delivery.domain.cancel import cancel
from delivery.domain.move import move
from delivery.domain.release import release
from delivery.enums import PAUSES, Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT, FOLLOWS
from municipalities.tenancy import everywhere, scope

BATCH = 200
HELD = (*PAUSES, ReasonCode.NEEDS_CONSENT, ReasonCode.HELD)


def sweep(now: datetime) -> None:
    """Everything a dead worker, a lost message or a changed channel left behind."""
    with everywhere("settle what dead workers left"):
        expired_leases(now)
        hold_unreachable()
        drop_orphans()
        wake(now)


@transaction.atomic
def expired_leases(now: datetime) -> int:
    left = Delivery.objects.select_for_update(skip_locked=True).filter(state=State.SENDING, lease_until__lt=now)
    deliveries = list(left.order_by("lease_until")[:BATCH])
    for delivery in deliveries:
        _settle(delivery, now)
    return len(deliveries)


def _settle(delivery: Delivery, now: datetime) -> None:
    attempt = Attempt.objects.get(delivery=delivery, closed_at=None)
    sent = attempt.sent_at is not None
    attempts.close(attempt, Outcome.UNKNOWN if sent else Outcome.NEVER_SENT)
    if sent and delivery.kind == EDIT:
        late_edits.plan(delivery, attempt)
        move(delivery, State.SCHEDULED, because=ReasonCode.UNANSWERED, next_at=now)
    elif sent or delivery.unknown_since:
        because = ReasonCode.WORKER_DIED if sent else ReasonCode.OUTCOME_UNKNOWN
        since = delivery.unknown_since or attempt.opened_at
        next_at = rules.first_reconciliation_at(now)
        move(delivery, State.CHECKING, because=because, unknown_since=since, next_at=next_at)
    elif attempt.step == Step.FINISH and delivery.token:
        # The network still holds what was prepared.
        move(delivery, State.PROCESSING, because=ReasonCode.UNFINISHED, next_at=now)
    else:
        move(delivery, State.SCHEDULED, because=ReasonCode.NEVER_SENT, next_at=now)


@transaction.atomic
def hold_unreachable() -> None:
    """What is scheduled on a channel that lost its access waits visibly, before its time comes."""
    scheduled = Delivery.objects.filter(state=State.SCHEDULED).exclude(channel__state=ChannelState.CONNECTED)
    for delivery in scheduled.select_for_update(skip_locked=True, of=("self",))[:BATCH]:
        move(delivery, State.WAITING, because=ReasonCode.NEEDS_CONSENT, next_at=delivery.not_after)


@transaction.atomic
def drop_orphans() -> None:
    """What would follow a post that is not public any more is cancelled."""
    waits = Q(state__in=[State.SCHEDULED, State.WAITING], parent__state__in=[State.WITHDRAWN, State.MISSING])
    rows = Delivery.objects.filter(waits, kind__in=FOLLOWS)
    for delivery in rows.select_for_update(skip_locked=True, of=("self",))[:BATCH]:
        cancel(delivery, by=None)


@transaction.atomic
def wake(now: datetime) -> None:
    """What nothing holds any more: scheduled again before its time, expired after it. A backlog never flushes."""
    held = Q(state=State.WAITING, reason__in=HELD, channel__state=ChannelState.CONNECTED)
    for delivery in Delivery.objects.filter(held).select_for_update(skip_locked=True, of=("self",))[:BATCH]:
        with scope(delivery.municipality_id):
            if policies.evaluate(delivery, now).kind == "allow":
                recovered = delivery.reason == ReasonCode.NEEDS_CONSENT
                release(delivery, because=ReasonCode.RECOVERED if recovered else ReasonCode.RESUMED, now=now)
