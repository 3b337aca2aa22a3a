"""What officers write: posts, their immutable versions, pictures, remarks and decisions.

A post is edited as one JSON `draft` (shape in `posts.draft`), saved by the composer every moment; a `Version` freezes
it when it is submitted or sent. `Publication` points down to the delivery that carries a version to a channel.
"""

from uuid import uuid4

import pghistory

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from delivery.models import Delivery
from municipalities.enums import Script, TextLanguage
from municipalities.tenancy import TenantModel
from posts.enums import Category, DecisionKind, Stage

User = settings.AUTH_USER_MODEL


class Media(TenantModel):
    """A picture, re-encoded by us: no EXIF, upright, in a format every network takes.

    `sha256` is that of the file as it was uploaded, so that the same file is kept once per municipality. `crops` are
    the cuts already made: {"0,0.1,1,0.8": {"file": "…", "width": 1, "height": 1, "bytes": 1}}, the key being the box in
    fractions of the picture. `alt` is what its description was last, offered when it is used again.
    """

    file = models.FileField(upload_to="pictures/", max_length=200)
    thumbnail = models.FileField(upload_to="pictures/", max_length=200)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    alt = models.CharField(_("description for those who cannot see it"), max_length=1500, blank=True)
    crops = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "-id"], name="media_library")]
        constraints = [models.UniqueConstraint(name="one_picture_each", fields=["municipality", "sha256"])]

    def __str__(self) -> str:
        return self.name


@pghistory.track(fields=["stage", "category", "local_time", "fold", "due_at", "deleted_at", "title", "municipality"])
class Post(TenantModel):
    """What an officer writes. `revision` grows with each save and guards against two tabs.

    `key` is made by the page on which it is begun, so that a first save that is sent twice makes one post.
    The schedule is wall time in Belgrade (`local_time`, stored as if it were UTC, `fold` for the hour that exists
    twice); `due_at` in UTC is derived from it.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    title = models.CharField(_("working title"), max_length=140, blank=True)
    category = models.CharField(_("category"), max_length=14, choices=Category, default=Category.SERVICE)
    draft = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DRAFT)
    excerpt = models.CharField(max_length=200, blank=True)
    search_key = models.TextField(blank=True, editable=False)
    local_time = models.DateTimeField(null=True, blank=True)
    fold = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=40, default="Europe/Belgrade")
    due_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        indexes = [
            # posts list and Home, newest first
            models.Index(
                fields=["municipality", "-updated_at"], name="post_list", condition=Q(deleted_at__isnull=True)
            ),
            # what waits for the approver, oldest first
            models.Index(fields=["municipality", "stage"], name="post_stage", condition=Q(deleted_at__isnull=True)),
            # calendar
            models.Index(fields=["municipality", "due_at"], name="post_calendar", condition=Q(deleted_at__isnull=True)),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="post_search"),
        ]

    def __str__(self) -> str:
        return self.title or self.excerpt or f"#{self.pk}"


class Version(TenantModel):
    """An immutable snapshot of a post: what was reviewed is what is sent.

    `media` are its pictures with the very file that will be sent: [{"id", "alt", "crop", "ref", "mime", "width",
    "height", "bytes"}]; `channels` the ids it goes to; `layout` how each of them shows the scripts; `digest` is the
    SHA-256 of all of it, so that an unchanged draft makes no new version.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    media = models.JSONField(default=list)
    link = models.URLField(max_length=1000, blank=True)
    link_card = models.JSONField(default=dict)
    channels = models.JSONField(default=list)
    layout = models.JSONField(default=dict)
    category = models.CharField(max_length=14, choices=Category)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="version_number", fields=["post", "number"])]

    def __str__(self) -> str:
        return f"{self.post_id} v{self.number}"


class Variant(TenantModel):
    """The text of a version in one language and script, for one channel or (channel empty) for all."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="variants")
    language = models.CharField(max_length=3, choices=TextLanguage)
    script = models.CharField(max_length=4, choices=Script)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    derived = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_variant_each", fields=["version", "language", "script", "channel"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.language}-{self.script}"


class Decision(TenantModel):
    """Submitted, approved, returned: of a version, by a person. `due_at` is the time that was decided upon."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_id}"


class Remark(TenantModel):
    """A comment on the whole draft, between officers and a mentor."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="remarks")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "post"], name="remark_post")]

    def __str__(self) -> str:
        return self.text[:60]


class Publication(TenantModel):
    """A version on a channel. `slot` tells apart the posts of one channel when each script goes out by itself.

    `live` is false once it was cancelled or replaced; while live there is one per post, channel and slot.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="publications")
    version = models.ForeignKey(Version, models.PROTECT, related_name="publications")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="publications")
    slot = models.CharField(max_length=12, default="all")
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="publication")
    live = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_live_publication", fields=["post", "channel", "slot"], condition=Q(live=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} on {self.channel_id}"
