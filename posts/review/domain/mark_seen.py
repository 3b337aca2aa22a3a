"""Records who has read the threads of a post. Reading leaves no audit event."""

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from posts.models import Post, Seen


def mark_seen(post: Post, *, by: User, first: bool = False) -> None:
    """Mark all comments so far as read by `by`. One query if `first` says that there is no row yet."""
    now, before = timezone.now(), Seen.objects.filter(post=post, user=by)
    if not first and before.update(at=now):
        return
    try:
        Seen(municipality_id=post.municipality_id, post=post, user=by, at=now).save(force_insert=True)
    except IntegrityError:
        before.update(at=now)  # opened twice concurrently


# ---- Marking a post as unread.


def mark_unread(post: Post, *, by: User) -> None:
    """Reading is private, hence no audit event."""
    Seen.objects.filter(user=by, post=post).delete()
