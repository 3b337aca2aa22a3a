"""Daily counts of higher packages (`analytics.rollups.daily_counts`): how many questions, needs and hidden comments,
and how many of them met the programme's requirement. Numbers only; they identify nobody."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from municipalities.tenancy import TenantModel


class Tally(TenantModel):
    """One indicator on one day (Belgrade). `minutes` are sorted; the median of some days is that of all their minutes.

    `closed_at`: from then on the day is never counted again, because its sources are being erased.
    """

    code = models.CharField(max_length=4)
    day = models.DateField()
    counted = models.PositiveIntegerField()
    met = models.PositiveIntegerField(default=0)
    minutes = ArrayField(models.PositiveIntegerField(), default=list)
    closed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(name="one_tally", fields=["municipality", "code", "day"])]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.code} {self.day}: {self.met} of {self.counted}"


class DirtyTally(TenantModel):
    """A day that has to be counted again; without a day, all days of the municipality.

    Writers only add rows, so that they never wait for each other; a rebuild deletes those that it saw before it read.
    """

    source = models.CharField(max_length=20)
    day = models.DateField(null=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.source} {self.day} since {self.since}"
