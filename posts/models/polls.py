"""Results of polls, and closing reports."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.enums import CountedUnit
from posts.models.post import Post
from posts.models.version import Publication

User = settings.AUTH_USER_MODEL


class Closing(TenantModel):
    """The closing report of an interactive post: what people answered, and what the municipality does about it.

    `promise` is a copy of the post's promise. `follow_up` is the post that announces the result. `counted` is what the
    networks counted for `answers`, as of `counted_at`; both are empty where a person entered the number.
    """

    post = models.OneToOneField(Post, models.PROTECT, related_name="closing")
    promise = models.TextField(blank=True)
    answers = models.PositiveIntegerField(_("how many people answered"), null=True, blank=True)
    counted = models.CharField(max_length=6, choices=CountedUnit, blank=True)
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
                | models.Q(counted__in=CountedUnit.values, counted_at__isnull=False, answers__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"closing of {self.post_id}"


class PollResult(TenantModel):
    """The votes in the poll of one publication, as its network last returned them, at `at`.

    `votes` in the order of the answers, null where the network hides a count; `voters` is null where it does not return
    the number of people. The result stays when the post is gone.
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
