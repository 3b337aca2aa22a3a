"""What ends when a person loses a right: the app that owns such a thing registers here how it is ended.

Verbs that take a right away (a membership ends, a role changes, an account is switched off) call `end_unauthorised` in
their own transaction, after they have written. Each registered function then reads what the person may do *now* and
ends what they could not make any more: waiting invitations, lent rights, secret links. So it does not matter which of
several rights was lost, and calling it once too often ends nothing (ADR 20).
"""

from collections.abc import Callable
from typing import Any

from accounts.models import User

End = Callable[[User, Any], None]
"""(person, who took the right away or None for the portal itself): `person` is a fresh row. Reads the person's rights
anew, ends what they do not cover, and records one audit event for each thing."""

ENDINGS: dict[str, End] = {}


def register(what: str, end: End) -> None:
    """`what`: a name in English, unique ("calendar links")."""
    ENDINGS[what] = end


def end_unauthorised(person: User, *, by: Any) -> None:
    """End everything that `person` holds and may not hold any more. Called inside a transaction."""
    fresh = User.objects.get(pk=person.pk)
    for end in ENDINGS.values():
        end(fresh, by)
