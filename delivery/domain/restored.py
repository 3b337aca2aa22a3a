"""After a restore: whatever waited may have left since the backup was made, so the network is searched first.

`prepare` runs before everything else that workers do with the outbox. The pause of the restore (`channels.pauses`)
holds everything until an administrator has ended it. What was due by then is searched for, and waits for a person where
it is not on the network. What is due later may have been brought forward: it keeps its state, is searched for once
(`delivery.domain.verify`), and goes out at its time where it is not on the network. Repeating edits and removals does
no harm: they wait for the end of the pause, and of an edit the network is read first.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common import restores
from common.models import Restore
from delivery import queries, rules
from delivery.domain import attempts
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from municipalities.tenancy import everywhere

# What had failed may have been sent again by a person after the backup.
UNDER_WAY = (
    State.WAITING, State.SCHEDULED, State.SENDING, State.PROCESSING, State.CHECKING, State.UNCONFIRMED, State.FAILED,
)  # fmt: skip
UNSENT = Q(state__in=(State.WAITING, State.SCHEDULED, State.FAILED))
# What had missed its time may have been sent by a person after the backup; of older ones nobody thinks any more.
EXPIRED_SINCE = timedelta(days=30)


@transaction.atomic
def prepare() -> None:
    """Set everything to be searched for that a new restore brought back. One query when there is none."""
    for restore in Restore.objects.select_for_update().filter(prepared_at=None).order_by("restored_at"):
        turns = _Turns(timezone.now())
        with everywhere("search for what a restored backup would send again"):
            for delivery in _due(restore):
                _hold(delivery, restore, turns)
            for delivery in _due_later(restore):
                _mark(delivery, restore, turns)
        Restore.objects.filter(pk=restore.pk).update(prepared_at=timezone.now())


class _Turns:
    """When each is searched for: one after the other on a channel, within its budget. Those that were due come first,
    so that of two equal texts the earlier one is bound to its post."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.taken: Counter[int] = Counter()

    def next_of(self, delivery: Delivery) -> datetime:
        number = self.taken[delivery.channel_id]
        self.taken[delivery.channel_id] += 1
        return self.now + number * rules.RESTORE_SEARCH_INTERVAL


def verify_first(
    delivery: Delivery, restored_at: datetime, *, since: datetime, next_at: datetime | None = None
) -> None:
    """It is looked for on its network, among what is there `since` then, and not sent but by a person."""
    fields = {
        "unknown_since": delivery.unknown_since or since,
        "next_at": next_at or timezone.now(),
        "restored_at": restored_at,
        "verified_at": None,
    }
    if delivery.state == State.UNCONFIRMED:
        Delivery.objects.filter(pk=delivery.pk).update(**fields)
    else:
        move(delivery, State.UNCONFIRMED, because=ReasonCode.RESTORED, **fields)


def ask(delivery: Delivery) -> None:
    """The network cannot be searched for it: a person says whether it is there."""
    assert delivery.restored_at is not None
    since = restores.made_at(delivery.restored_at) or delivery.created_at
    next_at = timezone.now() + rules.SEARCH_INTERVAL
    verify_first(delivery, delivery.restored_at, since=since, next_at=next_at)


def check_again(delivery: Delivery, now: datetime) -> None:
    """It was not found this time. Lists of networks lag, so it is looked for further, at growing intervals."""
    checks = queries.checks_since_restore(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(next_at=rules.next_reconciliation_at(max(checks, 1), now, now))


def _existing(restore: Restore) -> Q:
    return Q(created_at__lte=restore.restored_at) & ~Q(kind=EDIT, state=State.FAILED)


def _due(restore: Restore) -> list[Delivery]:
    """Also what a publisher gave up as too late since the restore, before this ran."""
    late = Q(state=State.EXPIRED, state_at__gte=restore.restored_at)
    # An edit has no time of its own.
    by_then = Q(due_at__lte=restore.restored_at) | Q(kind=EDIT)
    rows = Delivery.objects.filter(_existing(restore) & by_then & (Q(state__in=UNDER_WAY) | late))
    return list(rows.select_related("municipality").order_by("due_at", "pk").select_for_update(of=("self",)))


def _due_later(restore: Restore) -> list[Delivery]:
    """With what had missed its time when the backup was made."""
    unsent = UNSENT & Q(due_at__gt=restore.restored_at)
    expired = Q(state=State.EXPIRED, state_at__lt=restore.restored_at, due_at__gte=restore.made_at - EXPIRED_SINCE)
    rows = Delivery.objects.filter(_existing(restore) & (unsent | expired)).exclude(kind=EDIT)
    return list(rows.order_by("due_at", "pk").select_for_update(of=("self",)))


def _mark(delivery: Delivery, restore: Restore, turns: _Turns) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        restored_at=restore.restored_at, verified_at=None, duplicate_check_at=turns.next_of(delivery)
    )


def _hold(delivery: Delivery, restore: Restore, turns: _Turns) -> None:
    if attempt := Attempt.objects.filter(delivery=delivery, closed_at=None).first():
        # The backup does not say how this call ended.
        attempts.close(attempt, Outcome.UNKNOWN)
    if delivery.kind != EDIT:
        # Without a call in the backup it left at its time, or after the backup where it was brought forward.
        since = min(delivery.due_at, restore.made_at)
        verify_first(delivery, restore.restored_at, since=since, next_at=turns.next_of(delivery))
        return
    if delivery.state in (State.SCHEDULED, State.SENDING):
        move(delivery, State.WAITING, because=ReasonCode.RESTORE_PAUSED, next_at=delivery.not_after)
    _mark(delivery, restore, turns)
