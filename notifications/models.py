"""What a person was told, and how they want to be told.

A notification belongs to a person, not to a municipality: it may come from several municipalities or from none. Its
words may be a municipality's drafts, so they are shown and mailed only while the person may still read those
(`notifications.queries.shown`).
"""

import secrets
from datetime import time

from django.conf import settings
from django.db import models
from django.utils import timezone

from common import languages
from municipalities.models import Municipality
from notifications.enums import How, NotificationKind


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One thing one person was told, in their language of that moment.

    `url` is a path of the portal with its fragment; `about` groups ("posts.post:7"). `mail_due_at` (UTC) is set while a
    mail is still to come, `mailed_at` when one left.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    municipality = models.ForeignKey(Municipality, models.CASCADE, null=True, related_name="+")
    url = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    language = models.CharField(max_length=10, choices=languages.choices)
    about = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    # what is attached to a mail of its own (`common.mail.compose`); a summary of the day only leads to it
    file = models.JSONField(default=dict)
    how = models.CharField(max_length=8, choices=How)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            # the page of a person, newest first
            models.Index(fields=["user", "-id"], name="notification_page"),
            # the number on the bell
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at__isnull=True)),
            # what the worker looks for
            models.Index(
                fields=["mail_due_at"], name="notification_due", condition=models.Q(mail_due_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="notification_is_mailed_once",
                condition=models.Q(mail_due_at__isnull=True) | models.Q(mailed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="notification_leads_into_the_portal",
                condition=models.Q(url__startswith="/") & ~models.Q(url__startswith="//"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


def new_key() -> str:
    return secrets.token_urlsafe(12)


class Preferences(models.Model):
    """When mail may come to a person; all times on the clock in Belgrade. Nobody without a row has other wishes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    has_quiet_hours = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(7))
    quiet_weekends = models.BooleanField(default=False)
    urgent_always = models.BooleanField(default=True)
    digest_at = models.TimeField(default=time(8))
    # in the links that stop mail: a new key makes the old links void
    key = models.CharField(max_length=20, default=new_key)

    def __str__(self) -> str:
        return str(self.user)


class Wish(models.Model):
    """How mail of one kind comes to a person who chose it; without a row the default of their roles counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    how = models.CharField(max_length=8, choices=How)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_wish_per_kind", fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind} · {self.how}"
