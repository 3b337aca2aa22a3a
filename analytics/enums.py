"""Choices of the analytics models."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SubjectKind(models.TextChoices):
    """What a metric snapshot describes."""

    PUBLICATION = "publication", _("Publication")
    IMPORTED = "imported", _("Post from before the portal")
    CHANNEL = "channel", _("Channel")


class FetchOutcome(models.TextChoices):
    """Result of fetching metrics; a value that the network does not return stays empty."""

    READ = "read", _("Read")
    UNCHANGED = "unchanged", _("Read, nothing new")
    MISSED = "missed", _("Not fetched in time")
    REFUSED = "refused", _("The network refused")
    NEEDS_CONSENT = "needs_consent", _("The channel must be reconnected")
    NOT_REACHED = "not_reached", _("The network could not be reached")
    GONE = "gone", _("No longer on the network")


# The network returned values; every other outcome is a fetch without any.
SUCCESSFUL = frozenset({FetchOutcome.READ, FetchOutcome.UNCHANGED})


class ImportSource(models.TextChoices):
    """Where numbers from before the portal come from."""

    NETWORK = "network", _("Posts from the network")
    POSTS = "posts", _("Posts from a file")
    FOLLOWERS = "followers", _("Followers from a file")


class ImportState(models.TextChoices):
    """How far an import is."""

    LOOKED = "looked", _("Previewed, not imported")
    RUNNING = "running", _("Being fetched")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Stopped")
    UNDONE = "undone", _("Taken back")


class AnnotationKind(models.TextChoices):
    """What happened on a day that is marked on charts over time."""

    TRAINING = "training", _("Training")
    FLOOD = "flood", _("Flood")
    ELECTION = "election", _("Election")
    OTHER = "other", _("Something else")


class Level(models.TextChoices):
    """Level of an indicator in the logframe."""

    OUTCOME = "outcome", _("Outcomes")
    OUTPUT = "output", _("Outputs")
    MENTORING = "mentoring", pgettext_lazy("level of indicators", "Mentoring")
    GOVERNANCE = "governance", _("Governance")


class Unit(models.TextChoices):
    """Unit of a value; the label follows the number."""

    PERCENT = "percent", _("per cent")
    PER_THOUSAND = "per_thousand", _("per 1,000")
    HOURS = "hours", _("hours")
    POSTS = "posts", pgettext_lazy("unit of an indicator", "posts")
    NUMBER = "number", pgettext_lazy("unit of an indicator", "number")
    SCORE = "score", _("points")


class Better(models.TextChoices):
    UP = "up", _("More is better")
    DOWN = "down", _("Less is better")


class Area(models.TextChoices):
    """The areas of the Serbian index of good governance (Indeks dobre uprave)."""

    ACCOUNTABILITY = "accountability", _("Accountability")
    PARTICIPATION = "participation", _("Transparency and participation")
    EQUALITY = "equality", _("Equality")
    EFFECTIVENESS = "effectiveness", _("Predictability, efficiency and effectiveness")
    ANTI_CORRUPTION = "anti_corruption", _("Fight against corruption")


class Span(models.TextChoices):
    """The days a measured value is about."""

    MONTH = "month", _("Month")
    ROLLING = "rolling", _("Last 28 days")


class TargetKind(models.TextChoices):
    """How a target is expressed."""

    VALUE = "value", _("A value")
    CHANGE = "change", _("Per cent of change against the baseline")


class TargetStatus(models.TextChoices):
    """Status of an actual value against its target."""

    REACHED = "reached", _("Reached")
    ON_TRACK = "on_track", _("On track")
    BEHIND = "behind", _("Behind")
    WORSE = "worse", _("Worse than the baseline")
    NOT_DUE = "not_due", _("Not due yet")
    NO_DATA = "no_data", _("No data")
    NO_TARGET = "no_target", _("No target set")


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
