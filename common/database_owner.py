"""The role that owns the tables, for the few programs that change them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def as_owner(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Connect to the same database with the role of DATABASE_OWNER_URL. Without one, the only role owns the tables."""
    connection = connections[using]
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    if settings.DATABASE_OWNER_URL:
        own = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
        connection.close()
        connection.settings_dict.update({name: own[name] for name in before})
    was_owner = has_owner_rights(connection)
    set_owner(connection, is_owner=True)
    try:
        yield
    finally:
        set_owner(connection, is_owner=was_owner)
        if settings.DATABASE_OWNER_URL:
            connection.close()
            connection.settings_dict.update(before)


def set_owner(connection: Any, *, is_owner: bool) -> None:
    """Whether statements of this connection have the rights of the owner, for whom no scope is sent."""
    connection.has_owner_rights = is_owner


def has_owner_rights(connection: Any) -> bool:
    return getattr(connection, "has_owner_rights", False)
