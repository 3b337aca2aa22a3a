"""Closed lists of the practice network."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    PAGE = "page", _("Page")
    CITIZEN = "citizen", _("Citizen")


class Visibility(models.TextChoices):
    """Values are Mastodon's. https://docs.joinmastodon.org/entities/Status/#visibility"""

    PUBLIC = "public"
    DIRECT = "direct"


class NoticeKind(models.TextChoices):
    """Values are Mastodon's. https://docs.joinmastodon.org/entities/Notification/#type"""

    MENTION = "mention", _("Answer or mention")
    FAVOURITE = "favourite", _("Like")
    REBLOG = "reblog", _("Share")
    FOLLOW = "follow", _("New follower")
