"""Campaign kits of a programme, and their adoption by municipalities.

A kit and its posts belong to a programme. An adoption belongs to a municipality and is visible to it alone; it records
which draft was made from which post, so that a later visit continues where the first one ended.
"""

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common import languages
from municipalities.models import EService, Programme
from municipalities.tenancy import TenantModel
from planning.models import Campaign
from posts.enums import Category
from posts.models import Post

User = settings.AUTH_USER_MODEL
USUAL = time(10)


def in_interface_script(serbian: str) -> str:
    """A text written in Serbian Cyrillic, in the script of the interface."""
    return languages.stored_text(serbian)


class Kit(models.Model):
    """A draft until it is published, then open to the municipalities of its programme until it is closed.

    `questions` are asked once for all its posts, in the shape of `library.models.Template.gaps`.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="kits")
    name = models.CharField(_("name"), max_length=100)
    purpose = models.TextField(_("purpose"), max_length=600)
    service = models.ForeignKey(EService, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    questions = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="kit_ends_after_it_starts",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="kit_closed_after_it_was_published",
                condition=Q(closed_at__isnull=True) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return in_interface_script(self.name)

    @property
    def about(self) -> str:
        return in_interface_script(self.purpose)

    @property
    def is_open(self) -> bool:
        """Whether a municipality may adopt it."""
        return self.published_at is not None and self.closed_at is None

    @property
    def state(self) -> str:
        """One of `common.states`."""
        if self.published_at is None:
            return "draft"
        return "ended" if self.closed_at else "published"


class KitPost(models.Model):
    """A post with placeholders; `content` is a draft in the shape of `posts.draft`, without channels and pictures.

    `day` counts from the municipality's first day, from 0; `at` is wall-clock time there. Its placeholders are asked
    for with those of the whole kit; `deadline` names the day that is the deadline of its call to action.
    """

    kit = models.ForeignKey(Kit, models.CASCADE, related_name="posts")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=120)
    about = models.CharField(_("note for the municipality"), max_length=300, blank=True)
    category = models.CharField(_("purpose"), max_length=14, choices=Category, default=Category.ESERVICE)
    content = models.JSONField(default=dict)
    deadline = models.CharField(max_length=60, blank=True)
    day = models.PositiveSmallIntegerField(_("day"), default=0)
    at = models.TimeField(_("time"), default=USUAL)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kit", "day", "position"], name="kit_posts", condition=Q(removed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return in_interface_script(self.name)

    @property
    def note(self) -> str:
        return in_interface_script(self.about)

    @property
    def gaps(self) -> list[dict[str, Any]]:
        return list(self.kit.questions)


class Adoption(TenantModel):
    """A municipality's use of a kit: its answers, and the campaign of its drafts."""

    kit = models.ForeignKey(Kit, models.PROTECT, related_name="adoptions")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    # by the name of the placeholder, dates in ISO format
    values = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="kit_adopted_once", fields=["municipality", "kit"])]

    def __str__(self) -> str:
        return str(self.kit)


class AdoptedPost(TenantModel):
    """The draft made from a kit's post. Once it is deleted, a new one may replace it."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="parts")
    part = models.ForeignKey(KitPost, models.PROTECT, related_name="+")
    post = models.OneToOneField(Post, models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="kit_post_adopted_once", fields=["adoption", "part"])]

    def __str__(self) -> str:
        return f"{self.part_id} as {self.post_id}"
