"""What the desk of the inbox works with: departments that know the answers, and settlements that people write from."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from serbian.folding import fold


class Department(TenantModel):
    """A part of the administration, or a public company, that is asked when the desk does not know.

    It needs no account: a question goes to `email` with a link of its own.
    """

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    is_retired = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="department_once", fields=["municipality", "name"])]

    def __str__(self) -> str:
        return self.name


class Settlement(TenantModel):
    """A village or a quarter, as people call it. `search_key` finds it in either script and without diacritics."""

    name = models.CharField(_("name"), max_length=80)
    search_key = models.CharField(max_length=200, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="settlement_once", fields=["municipality", "search_key"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(self.name)
        super().save(*args, **kwargs)
