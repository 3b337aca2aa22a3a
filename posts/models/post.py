"""What an officer writes."""

from uuid import uuid4

import pghistory

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.enums import CallKind, Category, Format, Stage

User = settings.AUTH_USER_MODEL
NEEDS_A_LOOK = ("missing", "changed", "failed", "unconfirmed", "expired")


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
    # what the draft says of its call to action, eService and format, so that lists and numbers need not open it
    call_kind = models.CharField(_("call to action"), max_length=10, choices=CallKind, blank=True)
    service = models.SlugField(_("eService"), max_length=40, blank=True)
    format = models.CharField(_("format"), max_length=14, choices=Format, blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # when somebody was told that people have answered and the closing report waits
    report_asked_at = models.DateTimeField(null=True, blank=True)
    # what is written and decided now is about a post that is out: its time stays, and nothing goes out but changes
    is_correction = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        indexes = [
            # posts list and Home, newest first
            models.Index(
                fields=["municipality", "-updated_at"], name="post_list", condition=Q(deleted_at__isnull=True)
            ),
            # what waits for the approver, oldest first
            models.Index(fields=["municipality", "stage"], name="post_stage", condition=Q(deleted_at__isnull=True)),
            # what asked people something, and nobody was told yet that they have answered
            models.Index(
                fields=["municipality"],
                name="post_report_to_ask",
                condition=~Q(format="") & Q(report_asked_at__isnull=True, deleted_at__isnull=True),
            ),
            # calendar
            models.Index(fields=["municipality", "due_at"], name="post_calendar", condition=Q(deleted_at__isnull=True)),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="post_search"),
            # which drafts use a picture of the library
            GinIndex(OpClass(KeyTransform("media", "draft"), "jsonb_path_ops"), name="post_pictures"),
        ]

    def __str__(self) -> str:
        return self.title or self.excerpt or f"#{self.pk}"

    @property
    def shown_state(self) -> str:
        """What a list says of it in one word, of its `live_publications`: first what needs a person."""
        states = [live_publication.shown_state for live_publication in self.live_publications]  # type: ignore[attr-defined]
        if not states:
            return self.stage
        return next((state for state in NEEDS_A_LOOK if state in states), states[0])
