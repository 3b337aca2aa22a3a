"""Rules of the gallery: limits of length and number, periods, reasons why sharing ends. Pure."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_WHY = 1200
LEAST_WHY = 20
MOST_COMMENT = 2000
# A comment may be edited while it is fresh; later, people may have answered it as it was.
EDIT_FOR = timedelta(minutes=15)
# More comments than this within the period are no conversation.
COMMENTS_AT_ONCE, WITHIN = 10, timedelta(minutes=10)
MOST_PICKS = 3
# Networks tell the first numbers within the hour; what a post achieved shows after some days.
EARLY = timedelta(days=3)
LONG_SIDE = 1200


class Ending(models.TextChoices):
    """Why a shared post is no longer in the gallery."""

    TAKEN_DOWN = "taken_down", _("Taken down by the municipality")
    WITHDRAWN = "withdrawn", _("The post is no longer on a network")
    REMOVED = "removed", _("Taken down by the programme")


def month_of(day: date) -> date:
    """The first day of its month, the key of picks."""
    return day.replace(day=1)
