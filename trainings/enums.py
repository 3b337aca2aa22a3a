"""Enumerations of simulated citizens: their actions, moods and triggers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CitizenAct(models.TextChoices):
    SAYS = "says", _("writes")
    LIKES = "likes", _("likes")
    VOTES = "votes", _("votes")


class Mood(models.TextChoices):
    """`PERSONAL` leaves personal data, `AGAIN` asks what has been said, `URGENT` means that somebody is in danger."""

    LOST = "lost", _("does not find their way")
    ANGRY = "angry", _("angry")
    THANKFUL = "thankful", _("thankful")
    OFF_TOPIC = "offtopic", _("about something else")
    PERSONAL = "personal", _("personal data")
    AGAIN = "again", _("repeats the question")
    URGENT = "urgent", _("in danger")
    SPAM = "spam", _("spam")


class Trigger(models.TextChoices):
    """When a line is said: some minutes after the beginning, below a post, after an answer to the line `of` or while
    that stays without one, or when the trainer sends it.
    """

    START = "start"
    POST = "post"
    ANSWER = "answer"
    SILENCE = "silence"
    TRAINER = "trainer"
