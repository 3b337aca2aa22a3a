"""Closed lists of the numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubjectKind(models.TextChoices):
    """What a pull looks at."""

    PUBLICATION = "publication", _("Publication")
    CHANNEL = "channel", _("Channel")


class PullOutcome(models.TextChoices):
    """What a look brought; a number that was not told is no number."""

    READ = "read", _("Read")
    REFUSED = "refused", _("The network refused")
    NEEDS_CONSENT = "needs_consent", _("The channel must be reconnected")
    NOT_REACHED = "not_reached", _("The network could not be reached")
    GONE = "gone", _("No longer on the network")


class Basis(models.TextChoices):
    """To which day an interaction is counted."""

    PUBLICATION = "publication", _("by day of publication")
    ACTIVITY = "activity", _("by day of activity")
