"""Closed lists of the outbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a delivery stands; `delivery.graph` says which moves exist and why."""

    WAITING = "waiting", _("Waiting")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Sending")
    PROCESSING = "processing", _("Being processed by the network")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Not published")
    UNCONFIRMED = "unconfirmed", _("Not known whether it went out")
    EXPIRED = "expired", _("Missed its time")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Taken down")
    MISSING = "missing", _("No longer on the network")


class Step(models.TextChoices):
    """What an attempt did. Creating and finishing change the network; the others only look."""

    CREATE = "create", _("Create")
    FINISH = "finish", _("Finish")
    POLL = "poll", _("Ask for the verdict")
    FIND = "find", _("Look whether it is there")


class Outcome(models.TextChoices):
    OK = "ok", _("Done")
    PENDING = "pending", _("Accepted, not finished")
    REJECTED = "rejected", _("Refused by the network")
    NEEDS_CONSENT = "needs_consent", _("The channel must be reconnected")
    RATE_LIMITED = "rate_limited", _("Too many calls")
    NOT_REACHED = "not_reached", _("The network could not be reached")
    NEVER_SENT = "never_sent", _("The call never left")
    UNKNOWN = "unknown", _("No usable answer")
    FOUND = "found", _("Found")
    ABSENT = "absent", _("Not there")
    CANNOT_TELL = "cannot_tell", _("Cannot be told")
    HELD = "held", _("Held back before the call")
