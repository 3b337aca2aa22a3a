"""Templates and snippets. Pictures, their folders and consents are models of `posts`."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from library.enums import SnippetKind
from municipalities.tenancy import TenantModel
from posts.enums import Category

__all__ = ["Snippet", "Template"]


# ---- Posts to start from.


User = settings.AUTH_USER_MODEL


class Template(TenantModel):
    """A post with gaps: `content` is a draft in the shape of `posts.draft`, whose texts may hold `{{gaps}}`.

    `gaps` say what to ask for: [{"name": "рок", "label": "…", "kind": "text|date|link", "example": "…"}]; `deadline` is
    the name of the date that also becomes the deadline of the call to action. `starter` is the key of the built-in
    template (`library.starters`) of which this municipality keeps a copy; the built-in one is then not shown.
    """

    starter = models.SlugField(max_length=60, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    about = models.CharField(_("when to use it"), max_length=300, blank=True)
    category = models.CharField(_("purpose"), max_length=14, choices=Category, default=Category.SERVICE)
    content = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    deadline = models.CharField(max_length=60, blank=True)
    # what the content says, so that the page of an eService need not open every template
    service = models.SlugField(max_length=40, blank=True, editable=False)
    search_key = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the list, by name
            models.Index(fields=["municipality", "name"], name="template_list", condition=Q(removed_at__isnull=True)),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="template_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_own_starter",
                fields=["municipality", "starter"],
                condition=Q(removed_at__isnull=True) & ~Q(starter=""),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """What stands in its address."""
        return str(self.pk or self.starter)

    @property
    def is_built_in(self) -> bool:
        return self.pk is None


# ---- Texts that are used again and again.


class Snippet(TenantModel):
    """A sentence, a phone line, an address, or a set of hashtags: `texts` by language, {"sr-Cyrl": "…"}.

    A Serbian script that is missing is derived from the other one when the text is inserted into a post.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=SnippetKind, default=SnippetKind.TEXT)
    name = models.CharField(_("name"), max_length=80)
    texts = models.JSONField(default=dict)
    search_key = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the list of one kind, and the composer's menu, by name
            models.Index(
                fields=["municipality", "kind", "name"], name="snippet_list", condition=Q(removed_at__isnull=True)
            ),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="snippet_search"),
        ]

    def __str__(self) -> str:
        return self.name
