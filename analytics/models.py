"""Numbers: subjects we look at, every look (`Pull`, partitioned by month), and the daily facts made of them.

A `Subject` is a publication or a channel: when to look next, and what the latest look told. `DailyFact` and
`ChannelDay` can be made again from the pulls at any time (`analytics.domain.rollup`).
"""

from django.db import models
from django.db.models import Q

from analytics.enums import Basis, PullOutcome, SubjectKind
from channels.models import Channel
from municipalities.tenancy import TenantModel
from posts.enums import CallKind, Category
from posts.models import Publication


class Counts(models.Model):
    """A column per metric of a post; NULL where it was not told."""

    likes = models.PositiveIntegerField(null=True)
    reposts = models.PositiveIntegerField(null=True)
    replies = models.PositiveIntegerField(null=True)
    quotes = models.PositiveIntegerField(null=True)
    clicks = models.PositiveIntegerField(null=True)
    views = models.PositiveIntegerField(null=True)
    reach = models.PositiveIntegerField(null=True)

    class Meta:
        abstract = True


class Subject(TenantModel, Counts):
    """What we look at. Holds the latest numbers so that a page need not search the pulls."""

    kind = models.CharField(max_length=12, choices=SubjectKind)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    publication = models.OneToOneField(Publication, models.PROTECT, null=True, related_name="subject")
    remote_id = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=14, choices=Category, blank=True)
    call_kind = models.CharField(max_length=10, choices=CallKind, blank=True)  # empty: it asks for nothing
    published_at = models.DateTimeField(null=True)
    published_on = models.DateField(null=True)  # in Belgrade
    next_at = models.DateTimeField(null=True)  # NULL: no more looks
    last_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=14, choices=PullOutcome, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)
    followers = models.PositiveIntegerField(null=True)
    interactions = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the ladder: what is due, oldest first
            models.Index(fields=["next_at"], name="subject_due", condition=Q(next_at__isnull=False)),
            # best posts of a period, and the roll-up by day of publication
            models.Index(
                fields=["municipality", "published_on"], name="subject_period", include=["interactions", "channel"]
            ),
            models.Index(fields=["channel", "published_on"], name="subject_channel_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_subject_per_channel", fields=["channel"], condition=Q(publication__isnull=True)
            ),
            models.CheckConstraint(
                name="subject_is_one_kind",
                condition=Q(kind="channel", publication__isnull=True)
                | Q(kind="publication", publication__isnull=False, published_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.publication_id or self.channel_id}"


class Pull(TenantModel, Counts):
    """One look. Partitioned by month of `at` (`analytics.partitions`); a default partition takes what has none."""

    pk = models.CompositePrimaryKey("subject_id", "at")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="pulls")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=14, choices=PullOutcome)
    followers = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.subject_id} at {self.at}: {self.outcome}"


class DailyFact(TenantModel, Counts):
    """Posts and interactions of a channel, day (Belgrade), category and kind of call to action.

    Basis *publication*: the latest numbers of the posts published that day. Basis *activity*: by how much the numbers
    of all posts grew that day; may be negative, since networks correct themselves, so its columns are signed.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    day = models.DateField()
    category = models.CharField(max_length=14, choices=Category)
    call_kind = models.CharField(max_length=10, choices=CallKind, blank=True)
    basis = models.CharField(max_length=12, choices=Basis)
    posts = models.PositiveIntegerField(default=0)
    likes = models.IntegerField(null=True)
    reposts = models.IntegerField(null=True)
    replies = models.IntegerField(null=True)
    quotes = models.IntegerField(null=True)
    clicks = models.IntegerField(null=True)
    views = models.IntegerField(null=True)
    reach = None
    interactions = models.IntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_fact", fields=["channel", "day", "category", "call_kind", "basis"]),
        ]
        indexes = [
            # dashboards: a municipality (or all of a programme) over a period
            models.Index(fields=["municipality", "basis", "day"], name="fact_period"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day} {self.category} {self.basis}"


class ChannelDay(TenantModel):
    """Followers of a channel at the end of a day, and why they are missing when they are."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    day = models.DateField()
    followers = models.PositiveIntegerField(null=True)
    gap = models.CharField(max_length=14, choices=PullOutcome, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_channel_day", fields=["channel", "day"])]
        indexes = [models.Index(fields=["municipality", "day"], name="channel_day_period")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day}: {self.followers}"
