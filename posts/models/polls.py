"""What became of the answers that a post asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.enums import Counted
from posts.models.post import Post
from posts.models.version import Publication

User = settings.AUTH_USER_MODEL


class Closing(TenantModel):
    """The report that closes an interactive post: what people said, and what the municipality does about it.

    `promise` is a copy of what the post had promised. `follow_up` is the post that tells people of it. `counted` says
    what the networks counted for `answers`, as of `counted_at`; both are empty where a person entered the number.
    """

    post = models.OneToOneField(Post, models.PROTECT, related_name="closing")
    promise = models.TextField(blank=True)
    answers = models.PositiveIntegerField(_("how many people answered"), null=True, blank=True)
    counted = models.CharField(max_length=6, choices=Counted, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    results = models.TextField(_("what people said"))
    done = models.TextField(_("what the municipality does about it"))
    follow_up = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="closing_was_counted_at_a_time",
                condition=models.Q(counted="", counted_at__isnull=True)
                | models.Q(counted__in=Counted.values, counted_at__isnull=False, answers__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"closing of {self.post_id}"


class PollResult(TenantModel):
    """How people voted in the poll of one publication, as its network told last, at `at`.

    `votes` in the order of the answers, null where the network keeps a count to itself; `voters` is null where it does
    not tell how many people that were. When the post is gone, what it had keeps standing.
    """

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="poll_result")
    votes = models.JSONField()
    voters = models.PositiveIntegerField(null=True)
    multiple = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True)
    is_over = models.BooleanField(default=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"poll of {self.publication_id}"
