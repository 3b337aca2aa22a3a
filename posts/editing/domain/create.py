"""Creates a post, empty or as a copy of another."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from posts.draft import Draft, parse
from posts.editing.domain.save import Content, refuse_foreign_objects, set_time, store_draft
from posts.models import Post


def blank_post(municipality: Municipality, *, by: User, **fields: Any) -> Post:
    """A draft of `by` for every connected channel that takes posts, as soon as it is approved; not stored yet."""
    rows = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED)
    connected = rows.order_by("pk").values_list("pk", flat=True)
    post = Post(municipality=municipality, author=by, on_approval=True, **fields)
    store_draft(post, Draft(channels=tuple(connected), tracked=True))
    return post


@transaction.atomic
def create(municipality: Municipality, *, by: User, key: UUID | None = None) -> Post:
    """A stored blank draft. A second call with the same `key` gives the same post; a stranger's raises
    `ActionNotAllowed`.
    """
    if key is None:
        post = blank_post(municipality, by=by)
        post.save()
    else:
        fresh = blank_post(municipality, by=by, key=key)
        Post.objects.bulk_create([fresh], ignore_conflicts=True)
        stored = Post.objects.filter(key=key, author=by).first()
        if stored is None:
            raise ActionNotAllowed(_("This page is not yours. Start a new post."))
        post = stored
        if post.revision:
            return post
    record("post.create", by=by, target=post)
    return post


@transaction.atomic
def create_from_content(municipality: Municipality, content: Content, *, by: User) -> Post:
    """A stored draft with its content. Raises `BadDraft` for channels and pictures of others."""
    refuse_foreign_objects(content.draft)
    post = Post(municipality=municipality, author=by, title=content.title, category=content.category, revision=1)
    set_time(post, content.time, on_approval=content.on_approval)
    store_draft(post, content.draft)
    post.save()
    record("post.create", by=by, target=post)
    return post


@transaction.atomic
def duplicate(post: Post, *, by: User | None, author: Any = None) -> Post:
    """A new draft with the same texts, pictures and channels; without time and decisions, to go out once approved.

    `by` None: a worker creates it, for `author`.
    """
    copy = Post(municipality_id=post.municipality_id, author=author or by, title=post.title, category=post.category)
    set_time(copy, None, on_approval=True)
    store_draft(copy, parse(post.draft))
    copy.save()
    record("post.duplicate", by=by, target=copy, source=post.pk)
    return copy
