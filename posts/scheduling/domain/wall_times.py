"""Keeps the chosen wall-clock times: when the rules of the time zone change, the stored UTC times follow."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.tenancy import everywhere, scope
from posts.locking import locked
from posts.models import Decision, Post
from posts.publishing.domain import publications
from posts.rules import due_at


def update_due_times() -> int:
    """Recompute the UTC times of all upcoming posts; returns how many changed. Deliveries being sent are skipped."""
    with everywhere("derive the moments of coming posts again"):
        coming = Post.objects.filter(due_at__gt=timezone.now(), local_time__isnull=False, deleted_at__isnull=True)
        changed = [post for post in coming.defer("draft", "search_key").iterator() if _derived(post) != post.due_at]
    return sum(_renew(post) for post in changed)


def _derived(post: Post) -> datetime:
    assert post.local_time is not None
    return due_at(post.local_time, post.fold, post.zone)


def _renew(post: Post) -> bool:
    try:
        with scope(post.municipality_id), transaction.atomic():
            fresh = locked(post)
            before, fresh.due_at = fresh.due_at, _derived(fresh)
            if fresh.due_at <= timezone.now():
                return False  # its time is over by the new rules: leave it, and continue with the others
            fresh.save(update_fields=["due_at"])
            # Decisions were about the same wall-clock time.
            Decision.objects.filter(version__post=fresh, due_at=before).update(due_at=fresh.due_at)
            publications.move_deliveries(fresh, due_at=fresh.due_at, by=None)
            record("post.keep_wall_time", by=None, target=fresh, came_from=str(before), to=str(fresh.due_at))
    except ActionNotAllowed:
        return False
    return True
