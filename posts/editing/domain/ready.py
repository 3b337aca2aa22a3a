"""Freezes a draft into a version that can be published. Part of verbs: the caller holds the post's lock."""

from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import ActionNotAllowed
from posts.draft import parse
from posts.editing.domain.freeze import freeze
from posts.editing.domain.save import not_editable_message
from posts.media.video_status import blocking_message
from posts.models import Post, Version
from posts.queries import probed_media_of
from posts.rules import EDITABLE


def freeze_for_submission(post: Post, *, by: User) -> Version:
    """The frozen draft, if it can be published at all. Post must be locked. Raises `ActionNotAllowed`."""
    if post.stage not in EDITABLE or post.deleted_at:
        raise ActionNotAllowed(not_editable_message(post))
    draft = parse(post.draft)
    if draft.link and not draft.address:
        raise ActionNotAllowed(bad_link_message(), "link")
    if draft.is_empty:
        raise ActionNotAllowed(nothing_to_publish_message(), "text")
    if reason := blocking_message(probed_media_of(draft)):
        raise ActionNotAllowed(reason, "files")
    return freeze(post, by=by)


def nothing_to_publish_message() -> str:
    return _("There is nothing to publish yet. Write a text or add a picture.")


def bad_link_message() -> str:
    return _("The link is not a web address. It begins with https:// and has no spaces.")
