"""Closed lists of mentoring: the levels of the rubric, and the words of a plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How far a post has come by one criterion; what a level means there is said by the criterion's own words."""

    NOT_YET = 1, _("Not yet")
    PARTLY = 2, _("Partly")
    GOOD = 3, _("Good")
    EXEMPLARY = 4, _("Exemplary")


class Proof(models.TextChoices):
    """What shows that an activity was done."""

    POSTS = "posts", _("Posts")
    LINK = "link", _("A link")
    FILE = "file", _("A file")
    INDICATOR = "indicator", _("An indicator of the programme")
    NOTHING = "nothing", _("Nothing needed")


class Side(models.TextChoices):
    """The two who agree on a plan."""

    MENTOR = "mentor", _("Mentor")
    MUNICIPALITY = "municipality", _("Municipality")

    @property
    def other(self) -> "Side":
        return Side.MUNICIPALITY if self == Side.MENTOR else Side.MENTOR


class Closing(models.TextChoices):
    """Why a plan is no longer followed."""

    FINISHED = "finished", _("Finished")
    LEFT = "left", _("The municipality left the programme")
    REPLACED = "replaced", _("Another plan took its place")


class ChangeKind(models.TextChoices):
    """What is proposed about an agreed plan."""

    ADD = "add", _("Another activity")
    CHANGE = "change", _("An activity otherwise")
    DROP = "drop", _("One activity less")
    DATES = "dates", _("Other days or another goal of the plan")
