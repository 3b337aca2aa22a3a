"""What ends when a person loses a right: each app registers here how to end what it owns.

Verbs that revoke a right (a membership ends, a role changes, an account is deactivated) call `end_unauthorised` in
their own transaction, after their writes. Each registered function reads what the person may do *now* and ends what
they could no longer create: pending invitations, lent rights, secret links. So it does not matter which of several
rights was lost, and an unnecessary call ends nothing (ADR 20).
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
