"""Enumerations of mentoring: levels of the rubric, and the states and kinds of plans, check-ins and reviews."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RubricLevel(models.IntegerChoices):
    """The level of a post by one criterion; each criterion describes its levels."""

    NOT_YET = 1, _("Not yet")
    PARTLY = 2, _("Partly")
    GOOD = 3, _("Good")
    EXEMPLARY = 4, _("Exemplary")


class Proof(models.TextChoices):
    """What shows that an activity was done."""

    POSTS = "posts", _("Posts")
    LINK = "link", _("A link")
    FILE = "file", _("A file")
    NEED = "need", _("A need of citizens, with its outcome")
    INDICATOR = "indicator", _("An indicator of the programme")
    NOTHING = "nothing", _("Nothing needed")


class Side(models.TextChoices):
    """The two who agree on a plan."""

    MENTOR = "mentor", _("Mentor")
    MUNICIPALITY = "municipality", _("Municipality")

    @property
    def other(self) -> "Side":
        return Side.MUNICIPALITY if self == Side.MENTOR else Side.MENTOR


class ClosingReason(models.TextChoices):
    """Why a plan is no longer followed."""

    FINISHED = "finished", _("Finished")
    LEFT = "left", _("The municipality left the programme")
    REPLACED = "replaced", _("Another plan took its place")


class ChangeKind(models.TextChoices):
    """What is proposed about an agreed plan."""

    ADD = "add", _("Another activity")
    CHANGE = "change", _("A changed activity")
    DROP = "drop", _("An activity to drop")
    DATES = "dates", _("Other days or another goal of the plan")


class CheckInMethod(models.TextChoices):
    """How a check-in is held."""

    VIDEO = "video", _("Video call")
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")
    MAIL = "mail", _("By mail")


class CheckInState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Called off")


class ReminderKind(models.TextChoices):
    """Subjects of reminders."""

    DUE_SOON = "due_soon", _("An activity is due soon")
    OVERDUE = "overdue", _("An activity was due")
    CHECK_IN = "check_in", _("A check-in is tomorrow")
    PLAN_ENDS = "plan_ends", _("A plan ends soon")
    UNFOLLOWED = "unfollowed", _("A pairing ends without a successor")
    SILENCE = "silence", _("No check-in for weeks")


class ReviewKind(models.TextChoices):
    MID = "mid", _("Review at half-time")
    FINAL = "final", _("Final review")
