"""Figures around a training, kept so that the page over all municipalities need not add up their days each time."""

from django.db import models

from analytics.models.facts import Kinds
from municipalities.tenancy import TenantModel


class TrainingWindow(TenantModel, Kinds):
    """One stretch of days before or after a training (`analytics.stretches`), once it is over.

    Made again several times a day, because posts still gather reactions; a date of training that was changed finds no
    rows, and is added up from the facts of days until they are made.
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
