"""Closed lists of the needs board."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NeedStage(models.TextChoices):
    """Stage of a need. From *planned* on it has a reason and a day."""

    NEW = "new", pgettext_lazy("of a need", "New")
    LOOKED_AT = "looked_at", pgettext_lazy("of a need", "Under consideration")
    PLANNED = "planned", pgettext_lazy("of a need", "It will be done")
    DONE = "done", pgettext_lazy("of a need", "Done")
    DECLINED = "declined", pgettext_lazy("of a need", "It will not be done")


SETTLED = (NeedStage.DONE, NeedStage.DECLINED)
# How each looks: tone and icon (`common.states`). Never a colour alone.
STAGE_STYLES = {
    NeedStage.NEW: ("info", "circle-dot"),
    NeedStage.LOOKED_AT: ("waiting", "eye"),
    NeedStage.PLANNED: ("info", "calendar-clock"),
    NeedStage.DONE: ("good", "circle-check"),
    NeedStage.DECLINED: ("quiet", "circle-slash"),
}


class SupporterSource(models.TextChoices):
    """How a supporter asked for it."""

    MESSAGE = "message", _("Message on a network")
    PHONE = "phone", _("Phone call")
    COUNTER = "counter", _("At the counter")
    LETTER = "letter", _("Letter or e-mail")
    MEETING = "meeting", _("Meeting of citizens")


class PictureMoment(models.TextChoices):
    """When a picture of a need was taken."""

    BEFORE = "before", pgettext_lazy("of a picture", "Before")
    AFTER = "after", pgettext_lazy("of a picture", "After")
