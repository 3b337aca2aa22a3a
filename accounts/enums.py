from django.db import models
from django.utils.translation import gettext_lazy as _


class InvitationState(models.TextChoices):
    """Derived from the times in the row, never stored."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Revoked")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("Expired")
