"""The row locks that the verbs of a post take."""

from typing import Any

from accounts.models import User
from municipalities.models import Delegation, Membership, Municipality
from municipalities.queries import delegations
from posts.models import Post


def locked(post: Post) -> Post:
    """The current post, locked until the transaction ends."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author")
    return rows.get(pk=post.pk)


def lock_right_to_decide(post: Post, user: User) -> None:
    """Lock what decides whether `user` may decide about `post`, a locked one, and read its municipality anew.

    These are the house rules, the accounts, the memberships and the delegations. Whoever changes one of them in this
    moment waits until the transaction ends, so that no decision is recorded after the right to it has ended. The rights
    are to be asked for afterwards: an answer that was read before may have changed while this waited.

    The order is that of the verbs which change them (accounts, then the municipality, then memberships), so that none
    of them waits for a decision that waits for it.
    """
    lenders = delegations(post.municipality).filter(delegate=user).values_list("approver_id", flat=True)
    people = {user.pk, *lenders}
    _lock(User.objects.filter(pk__in=people))
    post.municipality = Municipality.objects.select_for_update(no_key=True).get(pk=post.municipality_id)
    _lock(Membership.objects.running().filter(municipality=post.municipality, user__in=people))
    _lock(Delegation.objects.filter(municipality=post.municipality, delegate=user, ended_at__isnull=True))


def _lock(rows: Any) -> None:
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
