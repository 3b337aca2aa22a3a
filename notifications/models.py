"""Notifications of a person, their mail preferences, and the devices that get push messages.

A notification belongs to a person, not to a municipality: it may come from several municipalities or from none. Its
text may quote a municipality's drafts, so it is shown and mailed only while the person may still read those
(`notifications.queries.is_readable`).
"""

import secrets
from datetime import time

from django.conf import settings
from django.db import models
from django.utils import timezone

from common import languages
from common.enums import label
from municipalities.models import Municipality
from notifications.enums import MailFrequency, NotificationKind


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One notification of one person, in their language at that time.

    `url` is a path of the portal with its fragment; `about` groups ("posts.post:7"). `mail_due_at` (UTC) is set while a
    mail is pending, `mailed_at` when one was sent.
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
    # attachment of a mail of its own (`common.mail.compose`); a daily summary only links to it
    file = models.JSONField(default=dict)
    mail_frequency = models.CharField(max_length=8, choices=MailFrequency)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return label(NotificationKind, self.kind)

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


class MailSchedule(models.Model):
    """When mail may be sent to a person; wall-clock times in Belgrade. Without a row the defaults apply."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    has_quiet_hours = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(7))
    quiet_weekends = models.BooleanField(default=False)
    urgent_always = models.BooleanField(default=True)
    digest_at = models.TimeField(default=time(8))
    # in the unsubscribe links: a new key invalidates them
    key = models.CharField(max_length=20, default=new_key)

    def __str__(self) -> str:
        return str(self.user)


class MailPreference(models.Model):
    """The frequency of mail of one kind that a person chose; without a row the default of their roles applies."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    frequency = models.CharField(max_length=8, choices=MailFrequency)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_wish_per_kind", fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind} · {self.frequency}"


class PushKey(models.Model):
    """The key pair by which push services know this installation (VAPID, RFC 8292). One row at most.

    Browsers subscribe with the public part, so a new pair ends all subscriptions (`notifications.domain.push_keys`).
    """

    ONLY = 1

    # base64url of the point
    public = models.CharField(max_length=100)
    # base64url of the number, encrypted
    sealed = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(name="one_push_key", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.public[:12]


class PushSubscription(models.Model):
    """A browser in which a person switched push messages on.

    Whoever knows the address and the keys of a browser could disturb it, so they are encrypted. `digest`: SHA-256 of
    the address, in hex: a browser belongs to one person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # JSON of `notifications.web_push.Subscription`, encrypted
    sealed = models.TextField()
    # "Firefox, Android"
    device = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    # when the push service last accepted a message
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user"], name="push_subscription_user")]

    def __str__(self) -> str:
        return self.device


class PushPreference(models.Model):
    """Whether notifications of one kind reach a person's devices; without a row the default of the kind applies."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_push_preference_per_kind", fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind} · {self.is_on}"


class Push(models.Model):
    """A push message that is still to be sent; its row is deleted when it was sent or given up.

    A worker that sends it moves `due_at` into the future first, so that no other one sends it meanwhile.
    """

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="+")
    subscription = models.ForeignKey(PushSubscription, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="push_due")]
        constraints = [models.UniqueConstraint(name="one_push_per_device", fields=["notification", "subscription"])]

    def __str__(self) -> str:
        return f"{self.notification_id} → {self.subscription_id}"
