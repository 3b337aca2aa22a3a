"""Medians over posts that pages over all municipalities read: half a million posts are too many to sort for a page."""

from django.db import models

from municipalities.tenancy import TenantModel


class MonthlyMedian(TenantModel):
    """Interactions per post per 1,000 followers, the median over the posts published in a month.

    The followers are the channel's at the end of that month. `counted` are the posts in it: those whose interactions
    and channel's followers are known and that nobody paid for. Made again each night (`analytics.domain.medians`).
    """

    month = models.DateField()
    counted = models.PositiveIntegerField()
    median = models.FloatField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_median", fields=["municipality", "month"])]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.month:%Y-%m}: {self.median:.1f}"
