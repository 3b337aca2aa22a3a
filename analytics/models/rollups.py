"""Facts made of the pulls: per channel and day, and per channel and month. All can be made again at any time
(`analytics.rollups.domain.rollup`).

What a post is (its category, what it asks for, its format …) is one row of `Traits` that all posts of that kind share,
so that a fact needs one number for it and a page reads every breakdown in one query.
"""

from django.db import models
from django.db.models import Q

from analytics.enums import Basis, Material, PullOutcome
from analytics.models.history import PastImport
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import TenantModel
from posts.enums import CallKind, Category, Format


class Traits(models.Model):
    """One combination of what posts can be; shared by all municipalities, and it names none of them.

    `call_kind` is empty when a post asks for nothing, `service` when it promotes no eService (its key else),
    `interactive` when it only informs. `languages` are the tags of what was sent, in order, a plus between them:
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
    """Metrics that may be added, added up; signed, because networks correct themselves. NULL: not told."""

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
    """How many of the posts were what: `calls` ask for something, `services` promote an eService, `informing` have the
    category of service information. `bought`: interactions with the boosted ones."""

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

    Basis *publication*: the latest numbers of the posts published that day. Basis *activity*: by how much the numbers
    of all posts grew that day; it may be negative, and where nothing grew there is no row.

    Made by the million, of rows that have the same municipality, channel and traits by foreign keys of their own: the
    database does not check them again for each, and the indexes below begin with all that is searched for.
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
    """All daily facts of a channel, month and basis together; what a page over all municipalities reads.

    `month` is its first day. Basis *publication* alone has the kinds of posts published in the month and the last
    `followers` that were read in it; it has a row where only followers were read.
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


class StaleDay(TenantModel):
    """A day of a channel whose facts must be made again: the doorbell between looks and facts. `since` is the oldest
    change that they do not show yet, so a page can say how fresh it is."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    day = models.DateField()
    basis = models.CharField(max_length=12, choices=Basis)
    since = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_stale_day", fields=["channel", "day", "basis"])]
        indexes = [models.Index(fields=["since"], name="stale_oldest")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day} {self.basis} since {self.since}"


class ChannelDay(TenantModel):
    """Followers of a channel at the end of a day, and why they are missing when they are.

    As many as channels have days; municipality and channel are not checked again, as those of `DailyFact`.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField()
    followers = models.PositiveIntegerField(null=True)
    gap = models.CharField(max_length=14, choices=PullOutcome, blank=True)
    imported = models.BooleanField(default=False)
    past_import = models.ForeignKey(PastImport, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_channel_day", fields=["channel", "day"])]
        indexes = [
            models.Index(fields=["municipality", "day"], name="channel_day_period"),
            # what an import brought; most days are no import's
            models.Index(fields=["past_import"], name="channel_day_import", condition=Q(past_import__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day}: {self.followers}"


# ---- Medians over posts that pages over all municipalities read: half a million posts are too many to sort for a page.


class MonthlyMedian(TenantModel):
    """Interactions per post per 1,000 followers, the median over the posts published in a month.

    The followers are the channel's at the end of that month. `counted` are the posts in it: those whose interactions
    and channel's followers are known and that nobody paid for. Made again each night
    (`analytics.rollups.domain.monthly_medians`).
    """

    month = models.DateField()
    counted = models.PositiveIntegerField()
    median = models.FloatField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_median", fields=["municipality", "month"])]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.month:%Y-%m}: {self.median:.1f}"
