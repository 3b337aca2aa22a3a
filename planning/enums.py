"""Enumerations of planning."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Every(models.TextChoices):
    """The frequency of a recurrence."""

    WEEK = "week", _("Every week")
    TWO_WEEKS = "two_weeks", _("Every two weeks")
    MONTH = "month", _("Every month")
