"""A new post that begins with a picture, as on a telephone."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.audit import record
from library.domain.templates import content_from
from library.models import Template
from municipalities.models import Municipality
from posts.draft import Shown, parse
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.models import Media, Post

NO_VALUES: Mapping[str, str] = {}


@transaction.atomic
def begin(
    municipality: Municipality, media: Media, *, alt: str, template: Template | None, key: UUID, by: User
) -> Post:
    """A new draft of `by` that shows `media`, described by `alt`, with the text of `template` and its gaps left to see.

    A second call with the same `key` gives the same post. Raises `ActionNotAllowed` for a key of somebody else.
    """
    post = create(municipality, by=by, key=key)
    if post.revision:
        return post
    empty = parse(post.draft)
    content = Content(empty, post.title, post.category, on_approval=True)
    if template is not None:
        content = content_from(template, NO_VALUES, municipality=municipality, connected=empty.channels)
    shown = (Shown(media.pk, alt), *content.draft.media)
    save_draft(post, replace(content, draft=replace(content.draft, media=shown)), revision=post.revision, by=by)
    if template is not None:
        record("template.use", by=by, target=post, label=template.name)
    return Post.objects.get(pk=post.pk)
