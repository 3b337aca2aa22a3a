"""Numbers from before the portal: from a network, or from a file."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.enums import ImportSource, ImportState
from channels.models import Channel
from municipalities.tenancy import TenantModel


class PastImport(TenantModel):
    """One file, or one channel's posts as its network tells them; what it brought points here and goes with it.

    Of a file: `rows` hold what was read until a person confirms, then those that were left out; `digest` is its
    SHA-256. Of a network: `since` says how far back, `cursor` is its own mark of the next page, `reached` the day it
    got to, and a worker goes on at `next_at`. `made` were new, `known` were here already.
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
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["next_at"], name="past_import_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["municipality", "digest"], name="past_import_same_file"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_running_past_import", fields=["channel"], condition=Q(source="network", state="running")
            )
        ]

    def __str__(self) -> str:
        return self.name
