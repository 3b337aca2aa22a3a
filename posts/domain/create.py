"""A new post, empty or as a copy of another."""

from typing import Any

from django.db import transaction

from channels.enums import ChannelState
from channels.models import Channel
from common.audit import record
from municipalities.models import Municipality
from posts.domain.save import remember
from posts.draft import Draft, parse
from posts.models import Post


@transaction.atomic
def create(municipality: Municipality, *, by: Any, draft: Draft | None = None, **fields: Any) -> Post:
    """A draft of `by`. Without `draft` it goes to every connected channel."""
    if draft is None:
        connected = Channel.objects.exclude(state=ChannelState.DISCONNECTED).order_by("pk").values_list("pk", flat=True)
        draft = Draft(channels=tuple(connected))
    post = Post(municipality=municipality, author=by, **fields)
    remember(post, draft)
    post.save()
    record("post.create", by=by, target=post)
    return post


@transaction.atomic
def duplicate(post: Post, *, by: Any) -> Post:
    """A new draft with the same words, pictures and channels; no time, no decisions."""
    copy = Post(municipality_id=post.municipality_id, author=by, title=post.title, category=post.category)
    remember(copy, parse(post.draft))
    copy.save()
    record("post.duplicate", by=by, target=copy, source=post.pk)
    return copy
