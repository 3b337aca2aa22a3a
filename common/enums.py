"""Enumerations of the kernel."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not sent after a restore")
