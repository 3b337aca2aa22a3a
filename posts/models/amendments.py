"""Changes to published posts: corrections and removals."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from delivery.models import Delivery
from municipalities.tenancy import TenantModel
from posts.enums import AmendmentKind, AmendmentState, AmendmentWay, PartState
from posts.models.post import Post
from posts.models.version import Publication, Version

User = settings.AUTH_USER_MODEL


class Amendment(TenantModel):
    """One change to a published post, from the request to its end; at most one open of each kind.

    Of a correction: `before` is the previous draft, title and category, so that it can be dropped; `ways` is the chosen
    way by publication id; `version` is set once it is approved, by the decisions about that version. Of a removal:
    `decided_by` approved or declined it, `for_whom` being the absent approver; without approval it is the person who
    asked.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=10, choices=AmendmentKind)
    state = models.CharField(max_length=8, choices=AmendmentState, default=AmendmentState.OPEN)
    reason = models.TextField()
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(default=dict)
    ways = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    is_emergency = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    for_whom = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # what the worker continues
            models.Index(fields=["id"], name="amendment_agreed", condition=Q(state="agreed")),
            # removals that wait for an approver
            models.Index(fields=["municipality", "at"], name="amendment_open", condition=Q(state="open")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_amendment_at_a_time", fields=["post", "kind"], condition=Q(finished_at__isnull=True)
            ),
            models.CheckConstraint(
                name="amendment_ends_when_it_is_over",
                condition=Q(state__in=["open", "agreed"], finished_at__isnull=True)
                | Q(state__in=["done", "declined", "dropped"], finished_at__isnull=False),
            ),
            models.CheckConstraint(name="amendment_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.post_id}"


class AmendmentPart(TenantModel):
    """The part of an amendment for one publication.

    `delivery` is the edit that was sent, or the post that replaces the removed one: one at most, created under the lock
    of the amendment.
    """

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="parts")
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="amended")
    way = models.CharField(max_length=8, choices=AmendmentWay)
    state = models.CharField(max_length=9, choices=PartState, default=PartState.ASKED)
    delivery = models.OneToOneField(Delivery, models.PROTECT, null=True, related_name="amendment_part")
    problem = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_part_per_publication", fields=["amendment", "publication"]),
            models.CheckConstraint(
                name="part_ends_when_it_is_over",
                condition=Q(state__in=["asked", "under_way"], ended_at__isnull=True)
                | (~Q(state__in=["asked", "under_way"]) & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} of {self.publication_id}"

    @property
    def by_people(self) -> bool:
        """Whether somebody has to act on the network itself."""
        return self.state in (PartState.BY_HAND, PartState.REFUSED)
