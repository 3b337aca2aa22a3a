"""Who has read what is said about a post. Looking is no act: it leaves no event behind."""

from typing import Any

from django.utils import timezone

from posts.models import Post, Seen


def see(post: Post, *, by: Any) -> None:
    """From now on nothing that was said so far is new to `by`. One query."""
    row = Seen(municipality_id=post.municipality_id, post=post, user=by, at=timezone.now())
    Seen.objects.bulk_create([row], update_conflicts=True, unique_fields=["user", "post"], update_fields=["at"])
