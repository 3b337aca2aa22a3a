"""Rights that members have by name (`models.RightByName`): giving one and ending it."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from municipalities.domain import notifications
from municipalities.models import EmergencyRight, Membership, Municipality, PrivateReader

Named = EmergencyRight | PrivateReader
Right = TypeVar("Right", EmergencyRight, PrivateReader)


def holds_role(municipality: Municipality, user: User, *roles: str) -> bool:
    """Whether this person is a running member there in one of these roles, and their account is active."""
    running = Membership.objects.running().filter(Q(user__is_active=True), municipality=municipality, user=user)
    return running.filter(role__in=roles).exists()


def give(
    kind: type[Right],
    municipality: Municipality,
    user: User,
    *,
    by: User,
    waits_until: datetime | None,
    record: Callable[..., object],
    notify: bool = True,
) -> Right:
    """The entry of `user`, a new one unless there is one. A new one is recorded with `record`
    (`common.audit.record` with its verb) and notified of."""
    row, is_new = kind.objects.get_or_create(
        municipality=municipality, user=user, ended_at=None, defaults={"by": by, "waits_until": waits_until}
    )
    if is_new:
        record(by=by, target=row, person=str(user))
        if notify:
            notifications.right_given(row, by=by)
    return row


def end(entry: Named, *, by: User | None, record: Callable[..., object]) -> None:
    """End it, at once. Does nothing when it has ended."""
    rows = type(entry).objects.select_for_update(of=("self",)).select_related("user", "municipality", "by")
    row = rows.get(pk=entry.pk)
    if row.ended_at:
        return
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    record(by=by, target=row, person=str(row.user))
    if row.waits_until:
        notifications.right_stopped(row, by=by)
