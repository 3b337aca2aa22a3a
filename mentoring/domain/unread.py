"""Putting a post back among those one has not looked at."""

from accounts.models import User
from posts.models import Post, Seen


def mark_unread(post: Post, *, by: User) -> None:
    """What a person has looked at is their own affair, hence no audit event."""
    Seen.objects.filter(user=by, post=post).delete()
