"""Municipalities that show their own figures to others of their size who show theirs."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel


class Sharing(TenantModel):
    """While one runs, the municipality's figures are shown to its peers who share too. Ended, never deleted."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_running_sharing", fields=["municipality"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="sharing_ended_at_and_by",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} since {self.at}"
