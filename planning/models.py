"""Campaigns, slots, recurrences, imports of a plan, and calendar feeds."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import TenantModel
from planning.enums import Every
from posts.models import Post

__all__ = ["Campaign", "CampaignPost", "Feed", "ImportRun", "Occurrence", "Recurrence", "Slot"]


# ---- Campaigns.


class Campaign(TenantModel):
    """A topic over several weeks, with its posts."""

    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("purpose"), blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="campaign_name", fields=["municipality", "name"]),
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignPost(TenantModel):
    """A post belongs to one campaign at most."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="members")
    post = models.OneToOneField(Post, models.PROTECT, related_name="campaign_post")

    def __str__(self) -> str:
        return f"{self.post_id} in {self.campaign_id}"


# ---- Recurrences, which always have an end.


class Recurrence(TenantModel):
    """How a post is repeated. `weekdays` count from Monday 0; `at` is wall-clock time in Belgrade.

    It creates drafts, never publications: each needs its municipality's approval.
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
            # the worker reads those that are still running
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
    """One day of a recurrence: its draft once created, or that it is skipped."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="occurrences")
    on = models.DateField()
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    skipped_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="occurrence_once", fields=["recurrence", "on"])]

    def __str__(self) -> str:
        return f"{self.recurrence_id} on {self.on}"


# ---- The usual weekly posting times of a channel.


class Slot(TenantModel):
    """`weekday` counts from Monday 0; `at` is wall-clock time in Belgrade."""

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


# ---- Imports of a month's plan from a file.


class ImportRun(TenantModel):
    """`rows` are the parsed rows until a person confirms, then those that were left out; `digest` is the file's
    SHA-256.

    `sheet` is set if the workbook had others, too; `left_out` are unknown column headings.
    """

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    sheet = models.CharField(max_length=100, blank=True)
    left_out = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    made = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "digest"], name="import_same_file")]

    def __str__(self) -> str:
        return self.name


# ---- Secret calendar URLs.


class Feed(models.Model):
    """A person's URL of one municipality's calendar. Only the hash of its secret is stored.

    Looked up by that hash before the municipality is known, so the table is not tenant-scoped; its content is.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_feed_each", fields=["user", "municipality"], condition=models.Q(revoked_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"feed of {self.user_id} in {self.municipality_id}"
