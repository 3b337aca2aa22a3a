"""Who decided what about which version."""

from django.conf import settings
from django.db import models

from municipalities.tenancy import TenantModel
from posts.enums import DecisionKind
from posts.models.version import Version

User = settings.AUTH_USER_MODEL


class Decision(TenantModel):
    """Submitted, approved, returned: of a version, by a person. `due_at` is the time that was decided upon."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_id}"
