"""Marks notifications as read. Reading is private and leaves no audit event."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from notifications.models import Notification


def mark_read(person: User, ids: Iterable[int]) -> int:
    """Mark these of the person's own as read; returns how many were unread. Ids of others are ignored."""
    return Notification.objects.unread().filter(user=person, pk__in=list(ids)).update(read_at=timezone.now())


def mark_unread(person: User, ids: Iterable[int]) -> int:
    """Mark as unread; returns how many were read. Cancelled mail is not restored."""
    mine = Notification.objects.filter(user=person, pk__in=list(ids), read_at__isnull=False)
    return mine.update(read_at=None)


def mark_all_read(person: User, *, kinds: Iterable[str] = (), until: int | None = None) -> int:
    """Mark everything as read, of these kinds only if some are named, and nothing newer than the id `until`."""
    rows = Notification.objects.unread().filter(user=person)
    if chosen := list(kinds):
        rows = rows.filter(kind__in=chosen)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return rows.update(read_at=timezone.now())
