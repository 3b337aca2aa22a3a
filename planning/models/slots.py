"""The times of a week at which a channel usually posts."""

from django.db import models

from channels.models import Channel
from municipalities.tenancy import TenantModel


class Slot(TenantModel):
    """`weekday` counts from Monday 0; `at` is the time on the wall in Belgrade."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()
    at = models.TimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="slot_once", fields=["channel", "weekday", "at"]),
            models.CheckConstraint(name="slot_on_a_weekday", condition=models.Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.weekday} {self.at}"
