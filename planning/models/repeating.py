"""Posts that come again, with an end."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from planning.enums import Every
from posts.models import Post


class Recurrence(TenantModel):
    """How a post is repeated. `weekdays` count from Monday 0; `at` is the time on the wall in Belgrade.

    It makes drafts, never publications: each goes the way of approval of its municipality.
    """

    pattern = models.ForeignKey(Post, models.PROTECT, related_name="recurrences")
    every = models.CharField(_("how often"), max_length=10, choices=Every, default=Every.WEEK)
    weekdays = models.JSONField(default=list)
    at = models.TimeField(_("time"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    skips_holidays = models.BooleanField(_("not on holidays"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the worker looks for those that still run
            models.Index(fields=["ends_on"], name="recurrence_running", condition=models.Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="recurrence_ends_after_it_starts", condition=models.Q(ends_on__gte=models.F("starts_on"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.every}"


class Occurrence(TenantModel):
    """One day of a repetition: its draft once that is made, or that a person left it out."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="occurrences")
    on = models.DateField()
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    skipped_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="occurrence_once", fields=["recurrence", "on"])]

    def __str__(self) -> str:
        return f"{self.recurrence_id} on {self.on}"
