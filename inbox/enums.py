"""Closed lists of the inbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessageKind(models.TextChoices):
    """What a message is. Empty: not sorted yet."""

    QUESTION = "question", _("Question")
    COMPLAINT = "complaint", _("Complaint")
    PROPOSAL = "proposal", _("Proposal")
    PRAISE = "praise", _("Praise")
    EMERGENCY = "emergency", pgettext_lazy("a message", "Emergency")
    SPAM = "spam", _("Spam")
    UNLAWFUL = "unlawful", _("Clearly unlawful")


class Topic(models.TextChoices):
    """What a message or a need is about: a municipality's services. Empty: not set."""

    WATER = "water", _("Water and sewers")
    ROADS = "roads", _("Roads and pavements")
    WASTE = "waste", _("Waste and cleanliness")
    LIGHT = "light", _("Street lights and power")
    HEATING = "heating", _("Heating")
    TRANSPORT = "transport", _("Transport and parking")
    GREEN = "green", _("Parks and environment")
    ANIMALS = "animals", _("Animals")
    CHILDREN = "children", _("Children and schools")
    SOCIAL = "social", _("Social care and health")
    PAPERS = "papers", _("Papers and permits")
    MONEY = "money", _("Taxes and fees")
    CULTURE = "culture", _("Culture and sport")
    SAFETY = "safety", _("Safety and order")
    OTHER = "other", pgettext_lazy("topic", "Something else")


class MessageVisibility(models.TextChoices):
    """Who may read a message on its network, as `platforms.visibility` has it. Empty: not known yet."""

    PUBLIC = "public", _("Everyone")
    UNLISTED = "unlisted", _("Everyone, in no public list")
    FOLLOWERS = "followers", _("Followers of the author")
    DIRECT = "direct", _("The municipality alone")


class Automatic(models.TextChoices):
    """E-mail that gets no automatic answer, as `platforms.types.AutomaticMail` has it. Empty: any other message."""

    PROGRAM = "program", _("Automatic e-mail")
    REPORT = "report", _("Delivery report")
    LIST = "list", _("Mailing list")
    UNANSWERED = "unanswered", _("Asks for no automatic answer")


class MessageState(models.TextChoices):
    """State of the work on a message."""

    OPEN = "open", pgettext_lazy("of a message", "Open")
    WAITING = "waiting", _("Waiting for a person")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed without an answer")


# States of messages that still need an answer or a decision.
OPEN_STATES = (MessageState.OPEN, MessageState.WAITING)


# Written by no person to the municipality: nobody waits for an answer.
NOT_WAITING = (Automatic.PROGRAM, Automatic.REPORT, Automatic.LIST)


class Snooze(models.TextChoices):
    """Usual times until which a message is snoozed. Any other time can be chosen as well."""

    TOMORROW = "tomorrow", _("Tomorrow morning")
    MONDAY = "monday", _("Monday morning")
    WEEK = "week", _("In a week")


class Readers(models.TextChoices):
    """Whether the public can read a message. Empty: either."""

    PRIVATE = "private", _("Written privately")
    EVERYBODY = "everybody", _("Everyone")


class OfficeTime(models.TextChoices):
    """Whether a message was written while offices are open. Empty: either."""

    INSIDE = "inside", _("In office hours")
    OUTSIDE = "outside", _("Outside office hours")


class ProposalState(models.TextChoices):
    """State of an answer that needs approval."""

    WAITING = "waiting", pgettext_lazy("of an answer", "Waits for approval")
    SENT = "sent", pgettext_lazy("of an answer", "Approved")
    RETURNED = "returned", pgettext_lazy("of an answer", "Sent back")
    WITHDRAWN = "withdrawn", pgettext_lazy("of an answer", "Withdrawn")


class Satisfaction(models.TextChoices):
    """What somebody replied to the question whether their question was answered."""

    YES = "yes", pgettext_lazy("was your question answered", "Yes")
    NO = "no", pgettext_lazy("was your question answered", "No")


class FetchOutcome(models.TextChoices):
    """Outcome of the last fetch of a channel's messages."""

    READ = "read", _("Read")
    NEEDS_CONSENT = "needs_consent", _("The channel has to be connected again")
    NOT_REACHED = "not_reached", _("The network was not reached")
    REFUSED = "refused", _("The network did not answer the question")
