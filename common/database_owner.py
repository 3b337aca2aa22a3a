"""The role that owns the tables, for the few programs that change them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def as_owner(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Connect to the same database with the role of DATABASE_OWNER_URL; without one, nothing changes."""
    if not settings.DATABASE_OWNER_URL:
        yield
        return
    connection = connections[using]
    own = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    changed = {name: own[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    before = {name: connection.settings_dict[name] for name in changed}
    connection.close()
    connection.settings_dict.update(changed)
    set_owner(connection, is_owner=True)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
        set_owner(connection, is_owner=False)


def set_owner(connection: Any, *, is_owner: bool) -> None:
    """Whether statements of this connection have the rights of the owner, for whom no scope is sent."""
    connection.has_owner_rights = is_owner


def has_owner_rights(connection: Any) -> bool:
    return getattr(connection, "has_owner_rights", False)
