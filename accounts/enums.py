from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Languages and scripts of the interface; values are Django's language codes."""

    SR_CYRL = "sr", _("Serbian, Cyrillic")
    SR_LATN = "sr-latn", _("Serbian, Latin")
    EN = "en", _("English")


class InvitationState(models.TextChoices):
    """Derived from the times in the row, never stored."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Revoked")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("Expired")
