"""Closed lists of the numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubjectKind(models.TextChoices):
    """What a pull looks at."""

    PUBLICATION = "publication", _("Publication")
    IMPORTED = "imported", _("Post from before the portal")
    CHANNEL = "channel", _("Channel")


class PullOutcome(models.TextChoices):
    """What a look brought; a number that was not told is no number."""

    READ = "read", _("Read")
    UNCHANGED = "unchanged", _("Read, nothing new")
    MISSED = "missed", _("Not looked at in time")
    REFUSED = "refused", _("The network refused")
    NEEDS_CONSENT = "needs_consent", _("The channel must be reconnected")
    NOT_REACHED = "not_reached", _("The network could not be reached")
    GONE = "gone", _("No longer on the network")


# The network told its numbers; every other outcome is a look that brought none.
TOLD = frozenset({PullOutcome.READ, PullOutcome.UNCHANGED})


class ImportSource(models.TextChoices):
    """Where numbers from before the portal come from."""

    NETWORK = "network", _("Posts from the network")
    POSTS = "posts", _("Posts from a file")
    FOLLOWERS = "followers", _("Followers from a file")


class ImportState(models.TextChoices):
    """How far an import is."""

    LOOKED = "looked", _("Looked at, not imported")
    RUNNING = "running", _("Being fetched")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Stopped")
    UNDONE = "undone", _("Taken back")


class Material(models.TextChoices):
    """What a post is made of; a network's own poll counts as text."""

    TEXT = "text", _("Text")
    LINK = "link", _("Text with a link")
    PICTURE = "picture", _("Picture")
    PICTURES = "pictures", _("Several pictures")
    VIDEO = "video", _("Video")


class Basis(models.TextChoices):
    """To which day an interaction is counted."""

    PUBLICATION = "publication", _("by day of publication")
    ACTIVITY = "activity", _("by day of activity")
