"""Stored figures before and after a training, so that pages over all municipalities need not sum days; sharing of
figures."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.models.rollups import Kinds
from municipalities.tenancy import TenantModel


class TrainingWindow(TenantModel, Kinds):
    """One stretch of days before or after a training (`analytics.comparison.training_periods`), once it is over.

    Renewed several times a day, because posts still get reactions. After the date of a training is changed there are no
    rows for it, and the figures are summed from daily facts until they are renewed.
    """

    training_on = models.DateField()
    number = models.PositiveSmallIntegerField()  # 0: before; 1, 2, 3: after
    posts = models.PositiveIntegerField(default=0)
    interactions = models.IntegerField(null=True)
    followers = models.PositiveIntegerField(null=True)
    channels = models.PositiveSmallIntegerField(default=0)
    median = models.FloatField(null=True)
    counted = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_window", fields=["municipality", "training_on", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.training_on} {self.number}"


# ---- Municipalities that show their own figures to others of their size who show theirs.


class Sharing(TenantModel):
    """While it runs, the municipality's figures are shown to peers who share theirs. Ended, never deleted."""

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
