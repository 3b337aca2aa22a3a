"""Fields of models that guard what pages later do with their values."""

from typing import Any
from urllib.parse import urlsplit

from django.db import models

SCHEMES = frozenset({"http", "https"})


def web_address(value: str) -> str:
    """`value` where it leads to a page of the web, else "": an address with another scheme can be a script."""
    try:
        return value if urlsplit(value).scheme.lower() in SCHEMES else ""
    except ValueError:  # what no parser of addresses can read
        return ""


class WebAddressField(models.URLField):
    """An address that pages may print as a link, whoever sent it.

    Forms check the scheme, but networks and other servers send addresses too, and no form sees those. Whatever does not
    begin with http:// or https:// is neither stored nor read, and is "" instead. Migrations know it as a `URLField`.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return web_address(prepared) if isinstance(prepared, str) else prepared

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return web_address(value) if isinstance(value, str) else value
