"""Words that are used again and again."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from library.enums import SnippetKind
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class Snippet(TenantModel):
    """A sentence, a phone line, an address, or a set of hashtags: `texts` by language, {"sr-Cyrl": "…"}.

    A Serbian script that is not among them is derived from the other one when the words are put into a post.
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
