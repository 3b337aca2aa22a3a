"""What layers above counted by day (`analytics.rollups.daily_counts`): how many questions, needs and hidden comments,
and how many of them kept what the programme asks for. Numbers only; nobody can be found by them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from municipalities.tenancy import TenantModel


class Tally(TenantModel):
    """One indicator on one day (Belgrade). `minutes` are sorted; the median of some days is that of all their minutes.

    `closed_at`: from then on the day is never made again, because what it was made of is being erased.
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


class StaleTally(TenantModel):
    """A day that has to be counted again; without a day, all of a municipality's.

    Only added by those who change something, so that nobody waits here for anybody; a fold takes away those that it
    saw before it began to read.
    """

    source = models.CharField(max_length=20)
    day = models.DateField(null=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.source} {self.day} since {self.since}"
