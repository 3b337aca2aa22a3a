"""Frozen versions, and the channels on which they are published."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from channels.models import Channel
from common.fields import WebAddressField
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Script, TextLanguage
from municipalities.tenancy import TenantModel
from posts.enums import Category
from posts.models.post import Post

User = settings.AUTH_USER_MODEL


class Version(TenantModel):
    """An immutable snapshot of a post: what was reviewed is what is sent.

    `media` are its pictures with the exact files that are sent: [{"id", "alt", "crop", "ref", "mime", "width",
    "height", "bytes"}]; `channels` the ids of its channels; `layout` the scripts that each of them shows; `structure`
    its call to action, eService and format (`posts.draft.Draft.structure`), with the answers of a poll in both scripts;
    `short_links` the addresses that replace the link, by channel id; `digest` is the SHA-256 of all of it, so that an
    unchanged draft creates no new version. `suggested_by` are ids of people whose suggestions were accepted.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    media = models.JSONField(default=list)
    link = WebAddressField(max_length=1000, blank=True)
    link_card = models.JSONField(default=dict)
    channels = models.JSONField(default=list)
    layout = models.JSONField(default=dict)
    structure = models.JSONField(default=dict)
    short_links = models.JSONField(default=dict)
    category = models.CharField(max_length=14, choices=Category)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    suggested_by = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        # which versions use a picture of the library
        indexes = [GinIndex(fields=["media"], opclasses=["jsonb_path_ops"], name="version_pictures")]
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


class Publication(TenantModel):
    """A version on a channel. `slot` distinguishes the posts of one channel when each script is a post of its own.

    `live` is false once it was cancelled or replaced; at most one is live per post, channel and slot.
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

    @property
    def shown_state(self) -> str:
        """The state of its delivery; "changed" if the text was edited on the network itself."""
        if Publication.channel.is_cached(self) and not Delivery.channel.is_cached(self.delivery):
            self.delivery.channel = self.channel  # what is no ordinary post asks it how long it is public
        was_changed = (
            self.delivery.state == State.PUBLISHED and self.delivery.changed_at and not self.delivery.duplicate_at
        )
        return "changed" if was_changed else self.delivery.shown_state
