"""The row locks that decisions take on the rights that they need."""

from typing import Any

from accounts.models import User
from municipalities.models import Delegation, Membership, Municipality
from municipalities.queries import delegations


def lock_rights(municipality_id: int, *users: User) -> Municipality:
    """Lock what decides which rights these people have here, and read the municipality with its house rules anew.

    These are the accounts, the house rules, the memberships and the delegations. Whoever changes one of them at this
    moment waits until the transaction ends, so that nothing is decided after the right to it has ended. Rights are to
    be read afterwards: an answer from before may have changed while this waited.

    The order is that of the verbs which change them, and which lock what hangs on a membership (messages, relaxations
    of rules) after it: call this before such rows are locked. Posts do not hang on one.
    """
    ids = {user.pk for user in users}
    lent = delegations(Municipality(pk=municipality_id)).filter(delegate__in=ids)
    people = ids | set(lent.values_list("approver_id", flat=True))
    _lock(User.objects.filter(pk__in=people))
    municipality = Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)
    _lock(Membership.objects.running().filter(municipality=municipality, user__in=people))
    _lock(Delegation.objects.filter(municipality=municipality, delegate__in=ids, ended_at__isnull=True))
    return municipality


def _lock(rows: Any) -> None:
    """In the order of their ids. With `no_key`, rows that point to these can be added meanwhile."""
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
