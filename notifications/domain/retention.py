"""Deletes old notifications: they only repeat what is stored elsewhere."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from notifications.models import Notification


def purge_expired() -> int:
    """Delete those read `NOTIFICATIONS_READ_KEPT_DAYS` ago and unread ones `NOTIFICATIONS_UNREAD_KEPT_DAYS` old."""
    now = timezone.now()
    read = Q(read_at__lt=now - timedelta(days=settings.NOTIFICATIONS_READ_KEPT_DAYS))
    old = Q(created_at__lt=now - timedelta(days=settings.NOTIFICATIONS_UNREAD_KEPT_DAYS))
    deleted, _ = Notification.objects.filter(read | old).delete()
    return deleted
