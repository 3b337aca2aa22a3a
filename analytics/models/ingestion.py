"""Subjects whose metrics are fetched, and every fetch (`MetricSnapshot`, partitioned by month).

A `Subject` is a publication, a post from before the municipality joined, or a channel, with the time of its next fetch
and the result of the latest one.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from analytics.enums import FetchOutcome, SubjectKind
from analytics.models.history import HistoryImport
from analytics.models.rollups import Traits
from channels.models import Channel
from common.fields import WebAddressField
from municipalities.tenancy import TenantModel
from posts.models import Publication


class Counts(models.Model):
    """A column per metric of a post; NULL where the network did not return it. Paid views have a column of their
    own."""

    likes = models.PositiveIntegerField(null=True)
    reposts = models.PositiveIntegerField(null=True)
    replies = models.PositiveIntegerField(null=True)
    quotes = models.PositiveIntegerField(null=True)
    clicks = models.PositiveIntegerField(null=True)
    views = models.PositiveIntegerField(null=True)
    paid_views = models.PositiveIntegerField(null=True)
    reach = models.PositiveIntegerField(null=True)

    class Meta:
        abstract = True


class Subject(TenantModel, Counts):
    """A subject whose metrics are fetched. Holds the last value of each metric, so that pages need not search the
    snapshots.

    An imported subject is a post from before the municipality joined: it has no publication, so it holds what the
    network or a file says about it (`title`, `permalink`).
    """

    kind = models.CharField(max_length=12, choices=SubjectKind)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    publication = models.OneToOneField(Publication, models.PROTECT, null=True, related_name="subject")
    remote_id = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=200, blank=True)
    permalink = WebAddressField(max_length=1000, blank=True)
    traits = models.ForeignKey(Traits, models.PROTECT, null=True, related_name="+")
    history_import = models.ForeignKey(HistoryImport, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_on = models.DateField(null=True)  # in Belgrade
    next_fetch_at = models.DateTimeField(null=True)  # NULL: no more fetches
    due_since = models.DateTimeField(null=True)  # since when a fetch is due
    last_fetched_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=14, choices=FetchOutcome, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)
    followers = models.PositiveIntegerField(null=True)
    interactions = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # what is due, oldest first
            models.Index(fields=["next_fetch_at"], name="subject_due", condition=Q(next_fetch_at__isnull=False)),
            # best posts of a period, and the roll-up by day of publication
            models.Index(
                fields=["municipality", "published_on"], name="subject_period", include=["interactions", "channel"]
            ),
            models.Index(fields=["channel", "published_on"], name="subject_channel_day"),
        ]
        constraints = [
            models.UniqueConstraint(name="one_subject_per_channel", fields=["channel"], condition=Q(kind="channel")),
            models.UniqueConstraint(
                name="imported_once", fields=["channel", "remote_id"], condition=Q(kind="imported")
            ),
            models.CheckConstraint(
                name="subject_is_one_kind",
                condition=Q(kind="channel", publication__isnull=True, traits__isnull=True)
                | Q(kind="publication", publication__isnull=False, published_on__isnull=False, traits__isnull=False)
                | Q(kind="imported", publication__isnull=True, published_on__isnull=False, traits__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.publication_id or self.remote_id or self.channel_id}"


class MetricCoverage(TenantModel):
    """From when to when the network has returned a metric of the channel (of its posts, or its followers).

    A metric that is no longer returned ends here, so that what follows is a gap with a date and not a drop to zero.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    metric = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_metric_coverage", fields=["channel", "metric"])]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.metric}: {self.first_at} to {self.last_at}"


class MetricSnapshot(TenantModel, Counts):
    """One fetch. Partitioned by month of `at` (`analytics.partitions`), with a default partition for the rest.

    Its counts are the values of this fetch. Outcome *unchanged*: they equal the previous ones and stay NULL.
    """

    pk = models.CompositePrimaryKey("subject_id", "at")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="snapshots")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=14, choices=FetchOutcome)
    followers = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        # all snapshots of a day, for its facts; they are stored in the order of time, so a small BRIN index finds them
        indexes = [BrinIndex(fields=["at"], name="snapshot_day", pages_per_range=16, autosummarize=True)]

    def __str__(self) -> str:
        return f"{self.subject_id} at {self.at}: {self.outcome}"
