"""Imports of metrics from before the portal, from a network or a file."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.enums import ImportSource, ImportState
from channels.models import Channel
from municipalities.tenancy import TenantModel


class HistoryImport(TenantModel):
    """Import of a file, or of the older posts of a channel from its network. Imported rows point here; undo deletes
    them.

    File: `rows` hold what was parsed until a person confirms, then those that were left out; `digest` is its SHA-256.
    Network: `since` is how far back it goes, `cursor` the network's mark of the next page, `reached` the day it has got
    to; a worker continues at `next_fetch_at`. `made`: new rows; `known`: rows that were stored already.
    """

    source = models.CharField(max_length=10, choices=ImportSource)
    state = models.CharField(max_length=8, choices=ImportState)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, blank=True)
    rows = models.JSONField(default=list)
    sheet = models.CharField(max_length=100, blank=True)
    left_out = models.JSONField(default=list)
    since = models.DateField(null=True)
    reached = models.DateField(null=True)
    cursor = models.CharField(max_length=1000, blank=True)
    next_fetch_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["next_fetch_at"], name="history_import_due", condition=Q(next_fetch_at__isnull=False)),
            models.Index(fields=["municipality", "digest"], name="history_import_same_file"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_running_history_import", fields=["channel"], condition=Q(source="network", state="running")
            )
        ]

    def __str__(self) -> str:
        return self.name
