"""Short links and their click counts. Nothing here identifies visitors."""

from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel


class Link(TenantModel):
    """One short link: a frozen address on one channel.

    `subject` is the key of the object that it was made for (a post), `place` the id of the channel, `network` its
    platform. `target` is the full address with campaign parameters; it never changes. A worker checks it regularly:
    after two failures, at least an hour apart, `gone_since` is set and visitors get a page instead.
    """

    code = models.CharField(max_length=12, unique=True)
    target = models.TextField()
    subject = models.UUIDField()
    place = models.BigIntegerField()
    network = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    gone_since = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the clicks of a post
            models.Index(fields=["municipality", "subject"], name="link_subject"),
            # which one is checked next
            models.Index(fields=["checked_at"], name="link_check"),
        ]

    def __str__(self) -> str:
        return self.code


class ClickCount(TenantModel):
    """Clicks of a link in one hour of local time. `machines` are not included in `people`."""

    link = models.ForeignKey(Link, models.PROTECT, related_name="counts")
    counted_on = models.DateField()
    hour = models.PositiveSmallIntegerField()
    people = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_count_an_hour", fields=["link", "counted_on", "hour"]),
            models.CheckConstraint(name="hour_of_a_day", condition=Q(hour__lt=24)),
        ]
        indexes = [
            # the clicks of a municipality over a period
            models.Index(fields=["municipality", "counted_on"], name="click_period", include=["link", "people"]),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.counted_on} {self.hour}"
