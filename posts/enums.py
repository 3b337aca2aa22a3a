"""Closed lists of posts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where the writing of a post stands. What happens on the networks is told by its deliveries."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    RETURNED = "returned", _("Returned with a note")
    APPROVED = "approved", _("Approved")


class Category(models.TextChoices):
    """What a post is for; the content mix is counted by it."""

    SERVICE = "service", _("Service information")
    ESERVICE = "eservice", _("eService")
    CONSULTATION = "consultation", _("Citizens' say")
    CULTURE = "culture", _("Culture and sport")
    CEREMONY = "ceremony", _("Ceremony and visits")
    EMERGENCY = "emergency", _("Emergency")
    OTHER = "other", _("Other")


class CallKind(models.TextChoices):
    """What a post asks people to do (`domain.md` 4.5). Empty: nothing."""

    APPLY = "apply", _("Apply")
    PAY = "pay", _("Pay")
    BOOK = "book", _("Book an appointment")
    REPORT = "report", _("Report a problem")
    VOTE = "vote", _("Vote")
    COMMENT = "comment", _("Write a comment")
    ATTEND = "attend", _("Come")
    CALL = "call", _("Call")
    DOWNLOAD = "download", _("Download")
    SHARE = "share", _("Share")
    SUBSCRIBE = "subscribe", _("Subscribe")


class Format(models.TextChoices):
    """How a post asks people to take part. Empty: it informs only."""

    POLL = "poll", _("Poll")
    QUESTION = "question", _("Question")
    QUIZ = "quiz", _("Quiz")
    THIS_OR_THAT = "this_or_that", _("This or that")
    LIVE = "live", _("Live questions and answers")
    CONTEST = "contest", _("Contest")


class DecisionKind(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    TAKEN_BACK = "taken_back", _("Taken back")
