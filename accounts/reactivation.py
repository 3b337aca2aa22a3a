"""Rights that have to be granted anew when an account is reactivated, because others must be notified of them.

Deactivation leaves a person's roles as they are. The app that owns a right registers here what happens to it when the
account is switched on again.
"""

from collections.abc import Callable
from typing import Any

from accounts.models import User

Restore = Callable[[User, Any], None]
"""(person, who switched the account on). Called inside the transaction of `accounts.domain.people.reactivate`."""

_registered: dict[str, Restore] = {}


def register(restore: Restore) -> None:
    _registered[f"{restore.__module__}.{restore.__qualname__}"] = restore


def restore_all(person: User, *, by: Any) -> None:
    for restore in _registered.values():
        restore(person, by)
