"""Bulk acts that can be undone."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from municipalities.tenancy import TenantModel


class BulkAct(TenantModel):
    """One act on several messages. `rows`: for each message a list of what the act changed
    (`inbox.domain.undo.Change`). Only `by` may undo it, for a short time, and it is deleted after a day."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    act = models.CharField(max_length=40)
    rows = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["at"], name="bulk_act_age")]

    def __str__(self) -> str:
        return self.act
