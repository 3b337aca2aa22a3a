"""Model fields that validate values on every write, in all code."""

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
    """An address that is safe as a link on pages, whatever its source.

    Forms check the scheme, but networks and other servers send addresses too, and no form sees those. Whatever does not
    begin with http:// or https:// is neither stored nor read, and is "" instead. Migrations know it as a `URLField`.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # Not `get_prep_value`: a filter with another scheme would then look for rows with an empty address.
        return super().get_db_prep_save(web_address(value) if isinstance(value, str) else value, connection)

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return web_address(value) if isinstance(value, str) else value
