"""Who has read what is said about a post. Looking is no act: it leaves no event behind."""

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from posts.models import Post, Seen


def see(post: Post, *, by: User, first: bool = False) -> None:
    """From now on nothing that was said so far is new to `by`. One query where `first` says that they never looked."""
    now, before = timezone.now(), Seen.objects.filter(post=post, user=by)
    if not first and before.update(at=now):
        return
    try:
        Seen(municipality_id=post.municipality_id, post=post, user=by, at=now).save(force_insert=True)
    except IntegrityError:
        before.update(at=now)  # they opened it twice at once


# ---- Putting a post back among those one has not looked at.


def mark_unread(post: Post, *, by: User) -> None:
    """What a person has looked at is their own affair, hence no audit event."""
    Seen.objects.filter(user=by, post=post).delete()
