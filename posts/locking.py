"""The row locks that the verbs of a post take."""

from accounts.models import User
from municipalities.locking import lock_rights
from posts.models import Post


def locked(post: Post) -> Post:
    """The current post, locked until the transaction ends."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author")
    return rows.get(pk=post.pk)


def lock_right_to_decide(post: Post, user: User) -> None:
    """Lock what decides whether `user` may decide about `post`, a locked one, and read its municipality anew.

    The rules that came with the post are not enough: they were read before its lock was there.
    """
    post.municipality = lock_rights(post.municipality_id, user)
