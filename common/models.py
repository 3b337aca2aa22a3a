"""The kernel's two tables: what people did, and the mail that waits to leave."""

import pgtrigger

from django.db import models

from common.enums import MailState


class AuditEvent(models.Model):
    """One verb that somebody did. Append-only; ids and labels, no foreign keys, so that it outlives its target."""

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    municipality_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # the activity page of a municipality, newest first
            models.Index(fields=["municipality_id", "-id"], name="audit_municipality"),
            # the activity of one post or channel
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"


class MailMessage(models.Model):
    """A mail that a worker will send. `dedupe` makes queueing the same notice twice harmless."""

    created_at = models.DateTimeField(auto_now_add=True)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    from_email = models.CharField(max_length=200)
    # e.g. List-Unsubscribe; written by us, never from anybody's input
    headers = models.JSONField(default=dict)
    # [{"path": name in settings.MAIL_FILES_ROOT, "name": as the reader sees it, "type": "application/pdf"}]
    files = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    dedupe = models.CharField(max_length=120, unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="mail_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
