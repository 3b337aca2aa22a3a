"""Takes back notifications that nobody has seen and that no longer say anything: of a move that was undone, of a
question that was answered."""

from notifications.enums import NotificationKind
from notifications.models import Notification


def withdraw(kind: NotificationKind, about: str) -> set[int]:
    """Delete those of this kind about this object that are neither read nor mailed. Returns the ids of the people who
    know of an earlier one. Two queries."""
    rows = Notification.objects.filter(kind=kind, about=about)
    rows.unread().filter(mailed_at__isnull=True).delete()
    return set(rows.values_list("user", flat=True))


def withdraw_unread(url: str) -> None:
    """Delete those that lead to this page of the portal and are neither read nor mailed."""
    Notification.objects.filter(url=url, mailed_at__isnull=True).unread().delete()
