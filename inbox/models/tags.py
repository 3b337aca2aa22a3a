"""Tags: a municipality's own short words for its messages."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from serbian.folding import fold


class Tag(TenantModel):
    """A municipality's own word for messages. `search_key` is its folded name, the same in both scripts.

    A tag is retired, never deleted, because `Message.tags` holds its id.
    """

    name = models.CharField(_("name"), max_length=30)
    search_key = models.CharField(max_length=90, editable=False)
    is_retired = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="tag_once", fields=["municipality", "search_key"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.folded_name
        super().save(*args, **kwargs)

    @property
    def folded_name(self) -> str:
        return fold(self.name).strip()
