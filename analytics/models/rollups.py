"""Facts built from metric snapshots: per channel and day, and per channel and month. All of them can be rebuilt at any
time (`analytics.rollups.domain.rollup`).

The traits of a post (category, call to action, format …) are one row of `Traits` that all posts with the same traits
share, so that a fact needs one foreign key for them and a page reads every breakdown in one query.
"""

from django.db import models
from django.db.models import Q

from analytics.enums import Basis, FetchOutcome, Material
from analytics.models.history import HistoryImport
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import TenantModel
from posts.enums import CallKind, Category, Format


class Traits(models.Model):
    """One combination of traits of posts, shared by all municipalities.

    `call_kind` is empty when a post has no call to action, `service` (a key) when it promotes no eService,
    `interactive` when it only informs. `languages` are the tags of the published texts, in order, joined by a plus:
    "sr-Cyrl", "sr-Cyrl+sr-Latn", "bs-Latn".
    """

    category = models.CharField(max_length=14, choices=Category)
    call_kind = models.CharField(max_length=10, choices=CallKind, blank=True)
    service = models.CharField(max_length=40, blank=True)
    material = models.CharField(max_length=10, choices=Material)
    languages = models.CharField(max_length=60, blank=True)
    interactive = models.CharField(max_length=14, choices=Format, blank=True)
    boosted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_of_each_traits",
                fields=["category", "call_kind", "service", "material", "languages", "interactive", "boosted"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.call_kind} {self.material}"


class Sums(models.Model):
    """Sums of additive metrics; signed, because networks correct their values. NULL: the network returned none."""

    posts = models.PositiveIntegerField(default=0)
    likes = models.IntegerField(null=True)
    reposts = models.IntegerField(null=True)
    replies = models.IntegerField(null=True)
    quotes = models.IntegerField(null=True)
    clicks = models.IntegerField(null=True)
    views = models.IntegerField(null=True)
    paid_views = models.IntegerField(null=True)
    interactions = models.IntegerField(null=True)

    class Meta:
        abstract = True


class Kinds(models.Model):
    """Number of posts by kind: `calls` have a call to action, `services` promote an eService, `informing` have the
    category of service information. `bought`: interactions with boosted posts."""

    calls = models.PositiveIntegerField(default=0)
    services = models.PositiveIntegerField(default=0)
    informing = models.PositiveIntegerField(default=0)
    ceremonies = models.PositiveIntegerField(default=0)
    interactive = models.PositiveIntegerField(default=0)
    boosted = models.PositiveIntegerField(default=0)
    bought = models.IntegerField(default=0)

    class Meta:
        abstract = True


class DailyFact(TenantModel, Sums):
    """Posts and interactions of a channel, day (Belgrade) and traits.

    Basis *publication*: the latest metrics of the posts published that day. Basis *activity*: by how much the metrics
    of all posts grew that day; it may be negative, and where nothing grew there is no row.

    There are millions of rows. They are built from rows with foreign keys of their own, so the database does not check
    municipality, channel and traits again, and the indexes below begin with everything that is searched for.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField()
    traits = models.ForeignKey(Traits, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    basis = models.CharField(max_length=12, choices=Basis)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_fact", fields=["channel", "day", "basis", "traits"])]
        indexes = [
            # dashboards: a municipality over a period
            models.Index(fields=["municipality", "basis", "day"], name="fact_period"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day} {self.traits_id} {self.basis}"


class MonthlyFact(TenantModel, Sums, Kinds):
    """Sum of the daily facts of a channel, month and basis; read by pages over all municipalities.

    `month` is its first day. Only basis *publication* has the kinds of posts published in the month and the last
    `followers` of it; it also has a row where only followers are known.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    month = models.DateField()
    basis = models.CharField(max_length=12, choices=Basis)
    followers = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_month", fields=["channel", "month", "basis"])]
        indexes = [models.Index(fields=["municipality", "basis", "month"], name="month_period")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.month:%Y-%m} {self.basis}"


class DirtyDay(TenantModel):
    """A day of a channel whose facts have to be rebuilt. `since` is the time of the oldest change that they do not
    include yet, so a page can show how fresh it is."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    day = models.DateField()
    basis = models.CharField(max_length=12, choices=Basis)
    since = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_dirty_day", fields=["channel", "day", "basis"])]
        indexes = [models.Index(fields=["since"], name="dirty_oldest")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day} {self.basis} since {self.since}"


class ChannelDay(TenantModel):
    """Followers of a channel at the end of a day, and why they are missing when they are.

    One row per channel and day; the database does not check municipality and channel again, as with `DailyFact`.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField()
    followers = models.PositiveIntegerField(null=True)
    gap = models.CharField(max_length=14, choices=FetchOutcome, blank=True)
    imported = models.BooleanField(default=False)
    history_import = models.ForeignKey(HistoryImport, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_channel_day", fields=["channel", "day"])]
        indexes = [
            models.Index(fields=["municipality", "day"], name="channel_day_period"),
            # what an import inserted; most days come from no import
            models.Index(
                fields=["history_import"], name="channel_day_import", condition=Q(history_import__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day}: {self.followers}"


# ---- Medians over posts that pages over all municipalities read: half a million posts are too many to sort for a page.


class MonthlyMedian(TenantModel):
    """Interactions per post per 1,000 followers, the median over the posts published in a month.

    The followers are the channel's at the end of that month. `counted`: posts with known interactions and followers
    that are not boosted. Renewed each night
    (`analytics.rollups.domain.monthly_medians`).
    """

    month = models.DateField()
    counted = models.PositiveIntegerField()
    median = models.FloatField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_median", fields=["municipality", "month"])]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.month:%Y-%m}: {self.median:.1f}"
