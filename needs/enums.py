"""Closed lists of the needs board."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(models.TextChoices):
    """Where a need stands. From *decided* on it says what and why."""

    NEW = "new", pgettext_lazy("of a need", "New")
    LOOKED_AT = "looked_at", pgettext_lazy("of a need", "Being looked at")
    PLANNED = "planned", pgettext_lazy("of a need", "It will be done")
    DONE = "done", pgettext_lazy("of a need", "Done")
    DECLINED = "declined", pgettext_lazy("of a need", "It will not be done")


SETTLED = (Stage.DONE, Stage.DECLINED)
# How each looks: tone and icon (`common.states`). Never a colour alone.
LOOKS = {
    Stage.NEW: ("info", "circle-dot"),
    Stage.LOOKED_AT: ("waiting", "eye"),
    Stage.PLANNED: ("info", "calendar-clock"),
    Stage.DONE: ("good", "circle-check"),
    Stage.DECLINED: ("quiet", "circle-slash"),
}


class Source(models.TextChoices):
    """How a need was heard."""

    MESSAGE = "message", _("Message on a network")
    PHONE = "phone", _("Phone call")
    COUNTER = "counter", _("At the counter")
    LETTER = "letter", _("Letter or e-mail")
    MEETING = "meeting", _("Meeting of citizens")


class Moment(models.TextChoices):
    """When a picture of a need was taken."""

    BEFORE = "before", pgettext_lazy("of a picture", "Before")
    AFTER = "after", pgettext_lazy("of a picture", "After")
