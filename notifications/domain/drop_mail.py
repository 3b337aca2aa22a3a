"""After a restore: which notifications are neither mailed nor pushed any more."""

from datetime import datetime

from django.db.models import Q

from notifications.models import Notification, Push


def drop_mail(restored_at: datetime) -> int:
    """Mail nothing about what a restored backup brought back, nor about what the portal noticed itself since: it did
    so before, in the days that the backup does not know. People see all of it in the portal. Returns how many."""
    Push.objects.filter(created_at__lte=restored_at).delete()
    repeated = Q(created_at__lte=restored_at) | Q(by=None)
    return Notification.objects.filter(repeated, mail_due_at__isnull=False).update(mail_due_at=None)
