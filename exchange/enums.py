"""Enumerations of good practice: purposes and formats of examples."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a post of good practice is for (`domain.md` 4.5)."""

    SERVICE = "service", _("Service notice")
    ESERVICE = "eservice", _("eService")
    NEEDS = "needs", _("Hearing needs")
    CONSULTATION = "consultation", _("Consultation")
    LIVE = "live", _("Live questions and answers")
    LOOP = "loop", _("Closing the loop")
    EXPLAINER = "explainer", _("Explainer")
    CULTURE = "culture", _("Culture and sport")
    CONTEST = "contest", _("Contest")


class ExampleShape(models.TextChoices):
    """In what form it is told."""

    PICTURE = "picture", _("Short text with a picture")
    CAROUSEL = "carousel", _("Pictures to swipe through")
    VIDEO = "video", _("Short video")
    POLL = "poll", _("Poll")
    THIS_OR_THAT = "this_or_that", _("This or that")
    QUESTION = "question", _("Open question")
    QUIZ = "quiz", _("Quiz")
    EVENT = "event", _("Event with a document")
    LIVE = "live", _("Live")
    BEFORE_AFTER = "before_after", _("Before and after")
    YOU_ASKED = "you_asked", _("You asked, we did")
    FAQ = "faq", _("Questions and answers")
    MYTH = "myth", _("Myth and fact")
    ALBUM = "album", _("Album")
    ENTRIES = "entries", _("People send something in")
