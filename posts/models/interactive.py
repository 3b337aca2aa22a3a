"""What became of the answers that a post asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.models.post import Post

User = settings.AUTH_USER_MODEL


class Closing(TenantModel):
    """The report that closes an interactive post: what people said, and what the municipality does about it.

    `promise` is a copy of what the post had promised. `follow_up` is the post that tells people of it.
    """

    post = models.OneToOneField(Post, models.PROTECT, related_name="closing")
    promise = models.TextField(blank=True)
    answers = models.PositiveIntegerField(_("how many people answered"), null=True, blank=True)
    results = models.TextField(_("what people said"))
    done = models.TextField(_("what the municipality does about it"))
    follow_up = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"closing of {self.post_id}"
