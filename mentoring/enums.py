"""The four levels of the rubric."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How far a post has come by one criterion; what a level means there is said by the criterion's own words."""

    NOT_YET = 1, _("Not yet")
    PARTLY = 2, _("Partly")
    GOOD = 3, _("Good")
    EXEMPLARY = 4, _("Exemplary")
