"""The gallery: posts that a municipality shares with the others of its programme, comments on them, copies of them.

These tables are tenant tables like all others. Shared posts of other municipalities are read in one place,
`exchange.queries.gallery`, which opens the scope of exactly those municipalities that take part in a programme with the
reader today. A municipality that left is outside that scope, so its posts disappear without further checks, and a page
that forgets to filter gets nothing instead of everything.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.gallery_rules import EDIT_FOR, Ending
from municipalities.models import Programme
from municipalities.tenancy import TenantModel
from posts.enums import CallKind, Category, Format
from posts.models import Media, Post

User = settings.AUTH_USER_MODEL
LIVES = Q(ended_at__isnull=True)


class SharedPost(TenantModel):
    """A published post as it was on the day it was shared. Nothing of it follows the post afterwards.

    `texts` are [{"tag": "sr-Cyrl", "text": "…", "derived": false}], the municipality's own script first; `answers`
    those of a poll by language; `places` where it was published: [{"network": "mastodon", "name": "…", "url": "…"}].
    `figures` are {"interactions": 12, "inhabitants": 1.3, "clicks": 4, "population": 9000, "population_year": 2022,
    "days": 9, "reason": ""}: None where nobody told it, `reason` a key of `exchange.figures.REASONS`, `days` how long
    the post had been out. `post` is for the municipality itself and for what ends the sharing; others never read it.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    title = models.CharField(max_length=140)
    texts = models.JSONField(default=list)
    call_kind = models.CharField(max_length=10, choices=CallKind, blank=True)
    call_text = models.CharField(max_length=200, blank=True)
    service = models.SlugField(max_length=40, blank=True)
    format = models.CharField(max_length=14, choices=Format, blank=True)
    answers = models.JSONField(default=dict)
    poll = models.JSONField(default=dict)
    category = models.CharField(max_length=14, choices=Category)
    networks = models.JSONField(default=list)
    places = models.JSONField(default=list)
    published_on = models.DateField()
    figures = models.JSONField(default=dict)
    measured_on = models.DateField()
    why = models.TextField(_("why it worked"))
    search_key = models.TextField(editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(auto_now_add=True)
    # by how many municipalities, so that the list can be sorted by it
    copied = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the gallery, newest first
            models.Index(fields=["-shared_at", "-id"], name="shared_newest", condition=LIVES),
            # the gallery, most copied first
            models.Index(fields=["-copied", "-shared_at", "-id"], name="shared_copied", condition=LIVES),
            # what a municipality itself has shared
            models.Index(fields=["municipality", "-shared_at"], name="shared_ours"),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="shared_search", condition=LIVES),
        ]
        constraints = [
            models.UniqueConstraint(name="post_shared_once_at_a_time", fields=["post"], condition=LIVES),
            models.CheckConstraint(name="shared_post_says_why", condition=~Q(why="")),
            models.CheckConstraint(
                name="shared_post_ends_for_a_reason",
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shown(self) -> bool:
        return self.ended_at is None


class SharedPicture(TenantModel):
    """A picture of a shared post: a smaller copy of the gallery's own, with the description that was published.

    Of a video its poster. `media` tells whether the people in it still agree; others never read it.
    """

    shared = models.ForeignKey(SharedPost, models.CASCADE, related_name="pictures")
    media = models.ForeignKey(Media, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(upload_to="gallery/", max_length=200)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(max_length=1500, blank=True)
    is_video = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="shared_picture_place", fields=["shared", "position"])]
        # whose consent has ended, looked for by a worker
        indexes = [models.Index(fields=["media"], name="shared_picture_media")]

    def __str__(self) -> str:
        return f"{self.shared_id} {self.position}"


class SharedComment(TenantModel):
    """What a person says about a shared post, in their name and that of the municipality from which they say it.

    It belongs to that municipality, not to the one that shared. Whoever shared may hide it, the programme take it down.
    """

    shared = models.ForeignKey(SharedPost, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_mentor = models.BooleanField(default=False)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the conversation below a post
            models.Index(fields=["shared", "at"], name="shared_comments", condition=Q(deleted_at__isnull=True)),
            # how many comments an author has written in the last minutes
            models.Index(fields=["author", "-at"], name="shared_comment_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.shared_id} {self.author_id}"

    @property
    def is_fresh(self) -> bool:
        """Whether its author may still edit it."""
        return bool(self.deleted_at is None and timezone.now() - self.at < EDIT_FOR)


class SharedCopy(TenantModel):
    """The draft that a municipality started from another municipality's shared post."""

    shared = models.ForeignKey(SharedPost, models.CASCADE, related_name="copies")
    post = models.OneToOneField(Post, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["shared", "municipality"], name="shared_copies")]

    def __str__(self) -> str:
        return f"{self.shared_id} as {self.post_id}"


class Pick(models.Model):
    """A programme's pick of a month: `month` is its first day, `why` a reason in one sentence."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    month = models.DateField()
    shared = models.ForeignKey(SharedPost, models.CASCADE, related_name="picks")
    why = models.CharField(_("why this one"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="picked_once_a_month", fields=["programme", "month", "shared"]),
            models.CheckConstraint(name="pick_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.shared_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.month = self.month.replace(day=1)
        super().save(*args, **kwargs)
