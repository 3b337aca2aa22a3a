"""Enumerations of the library."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SnippetKind(models.TextChoices):
    TEXT = "text", _("Text")
    HASHTAGS = "hashtags", _("Hashtags")


class GapKind(models.TextChoices):
    """What is asked for when a template is used."""

    TEXT = "text", _("Words")
    DATE = "date", _("Day")
    LINK = "link", _("Link")
