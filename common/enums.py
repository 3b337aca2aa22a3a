"""Enumerations of the kernel, and labels of any."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


def label(choices: Any, value: str) -> str:
    """The label of a value of `TextChoices`, or the value itself if it is none of them.

    As `get_FOO_display` of a model, which translates all labels to find one: for lists.
    """
    try:
        return str(choices(value).label)
    except ValueError:
        return value


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not sent after a restore")
