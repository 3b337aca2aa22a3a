"""Departments that are asked about messages, and settlements that messages come from."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from serbian.folding import fold


class Department(TenantModel):
    """A part of the administration, or a public company, that can be asked about a message.

    It needs no account: a question goes to `email` with a link.
    """

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    is_retired = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="department_once", fields=["municipality", "name"])]

    def __str__(self) -> str:
        return self.name


class Settlement(TenantModel):
    """A village or a quarter. `search_key` is its folded name, the same in both scripts and without diacritics."""

    name = models.CharField(_("name"), max_length=80)
    search_key = models.CharField(max_length=200, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="settlement_once", fields=["municipality", "search_key"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(self.name)
        super().save(*args, **kwargs)
