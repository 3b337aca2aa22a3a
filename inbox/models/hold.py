"""A message that must not be erased for the time being: a dispute, a court, an inspection."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbox.models.messages import Message
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class Hold(TenantModel):
    """While it runs, neither time nor a wish erases the message. `reason` is ours and names no citizen."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="hold_once", fields=["message"], condition=Q(released_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reason
