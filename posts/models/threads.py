"""Conversations on a draft: threads on text, pictures or the whole post; suggestions; who has read them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from channels.models import Channel
from municipalities.tenancy import TenantModel
from posts.enums import AnchorKind, SuggestionState
from posts.models.media import Media
from posts.models.post import Post
from posts.models.version import Version

User = settings.AUTH_USER_MODEL


class Thread(TenantModel):
    """A conversation about one position in a post.

    On text: `tag` ("sr-Cyrl") and `channel` (empty for the text of all channels) name the text, `start` and `end` count
    its code points; `quote` is the text when the thread began, `before` and `after` its context. On a picture: `media`,
    and `box` as [x, y, width, height] in fractions of the uncropped picture (empty: all of it). `lost_at`: the text or
    picture is gone; `start` and `end` are then its last position. `version` is the newest one when the thread began.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="threads")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=7, choices=AnchorKind, default=AnchorKind.POST)
    tag = models.CharField(max_length=8, blank=True)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    quote = models.TextField(blank=True)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    box = models.JSONField(null=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lost_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["post"], name="thread_post"),
            models.Index(fields=["post"], name="thread_open", condition=Q(resolved_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="thread_knows_its_place",
                condition=Q(place="post", tag="", media__isnull=True)
                | (Q(place="text", media__isnull=True, end__gt=models.F("start")) & ~Q(tag="") & ~Q(quote=""))
                | Q(place="picture", tag="", media__isnull=False),
            ),
            models.CheckConstraint(
                name="thread_resolved_at_and_by",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.quote[:60] or f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def key(self) -> tuple[str, int | None]:
        """The text it is anchored in."""
        return self.tag, self.channel_id

    @property
    def proposal(self) -> Any:
        """Its suggestion, or None. No query if it was joined."""
        try:
            return self.suggestion
        except Suggestion.DoesNotExist:
            return None

    @property
    def baseline(self) -> str:
        """The text that should be at the anchor: the quote, or the replacement that was accepted."""
        proposal = self.proposal
        return proposal.replacement if proposal and proposal.state == SuggestionState.ACCEPTED else self.quote


class Comment(TenantModel):
    """A comment in a thread. Mentions are in the text as `@{id of the person}`; `mentions` are those ids.

    The first comment of a suggestion may be empty.
    """

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    mentions = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["thread", "id"], name="comment_thread")]

    def __str__(self) -> str:
        return self.text[:60]


class Suggestion(TenantModel):
    """A replacement for the text of its thread; empty: delete the text.

    Outdated: the text has changed since. It can be accepted again once the text is back.
    """

    thread = models.OneToOneField(Thread, models.PROTECT, related_name="suggestion")
    replacement = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=SuggestionState, default=SuggestionState.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="suggestions")

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="suggestion_decided_by_somebody",
                condition=Q(state__in=("open", "outdated"), decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=("accepted", "declined"), decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="suggestion_accepted_into_a_version", condition=~Q(state="accepted") | Q(version__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.replacement[:60]


class Seen(TenantModel):
    """When a person last read the threads of a post; later comments are new to them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="seen_once_each", fields=["user", "post"])]

    def __str__(self) -> str:
        return f"{self.user_id} saw {self.post_id}"
