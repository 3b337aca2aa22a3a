"""After a restore: what was due may have left since the backup was made, so the network is checked first.

`prepare` runs before everything else that workers do with the outbox. The pause of the restore (`channels.pauses`)
holds everything until an administrator has ended it; what is not on the network then waits for a person. Edits and
withdrawals may be repeated without harm: they only wait.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

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


@transaction.atomic
def prepare() -> None:
    """Set everything to be checked that a new restore brought back and that was due. One query when there is none."""
    for restore in Restore.objects.select_for_update().filter(prepared_at=None).order_by("restored_at"):
        with everywhere("check what a restored backup would send again"):
            for delivery in _due(restore):
                _hold(delivery, restore)
        Restore.objects.filter(pk=restore.pk).update(prepared_at=timezone.now())


def verify_first(delivery: Delivery, restored_at: datetime, *, since: datetime) -> None:
    """It is looked for on its network, among what is there `since` then, and not sent but by a person."""
    fields = {"unknown_since": delivery.unknown_since or since, "next_at": timezone.now(), "restored_at": restored_at}
    if delivery.state == State.UNCONFIRMED:
        Delivery.objects.filter(pk=delivery.pk).update(**fields)
    else:
        move(delivery, State.UNCONFIRMED, because=ReasonCode.RESTORED, **fields)


def check_again(delivery: Delivery, now: datetime) -> None:
    """It was not found this time. Lists of networks lag, so it is looked for further, at growing intervals."""
    checks = queries.checks_since_restore(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(next_at=rules.next_reconciliation_at(max(checks, 1), now, now))


def _due(restore: Restore) -> list[Delivery]:
    """Also what a publisher gave up as too late since the restore, before this ran."""
    late = Q(state=State.EXPIRED, state_at__gte=restore.restored_at)
    rows = Delivery.objects.filter(Q(state__in=UNDER_WAY) | late, created_at__lte=restore.restored_at)
    rows = rows.exclude(kind=EDIT, state=State.FAILED)
    due = rows.filter(due_at__lte=restore.restored_at).select_related("municipality").order_by("pk")
    return list(due.select_for_update(of=("self",)))


def _hold(delivery: Delivery, restore: Restore) -> None:
    if attempt := Attempt.objects.filter(delivery=delivery, closed_at=None).first():
        # The backup does not say how this call ended.
        attempts.close(attempt, Outcome.UNKNOWN)
    if delivery.kind != EDIT:
        # Without a call in the backup it left at its time, or after the backup where it was brought forward.
        verify_first(delivery, restore.restored_at, since=min(delivery.due_at, restore.made_at))
        return
    if delivery.state in (State.SCHEDULED, State.SENDING):
        move(delivery, State.WAITING, because=ReasonCode.RESTORE_PAUSED, next_at=delivery.not_after)
    Delivery.objects.filter(pk=delivery.pk).update(restored_at=restore.restored_at)
