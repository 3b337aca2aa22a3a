"""Soft deletion with undo: the row stays, so nothing is lost."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.enums import Stage
from posts.locking import locked
from posts.models import Post
from posts.publishing.domain import publications
from posts.queries import OUT
from posts.queries import publications as live


@transaction.atomic
def delete(post: Post, *, by: User) -> Post:
    """Delete a post that is on no network; pending deliveries are withdrawn. Raises `ActionNotAllowed`."""
    post = locked(post)
    if post.deleted_at:
        return post
    publications.withdraw(post, by=by)
    if live(post).filter(delivery__state__in=OUT).exists():
        raise ActionNotAllowed(_("This post is on a network. Remove it there first: public statements stay on record."))
    post.deleted_at = timezone.now()
    post.save()
    record("post.delete", by=by, target=post)
    return post


@transaction.atomic
def restore(post: Post, *, by: User) -> Post:
    """Undo a deletion. A post that was submitted or approved comes back as a draft: its deliveries are gone."""
    post = locked(post)
    if post.deleted_at is None:
        return post
    post.deleted_at = None
    if post.stage in (Stage.SUBMITTED, Stage.APPROVED):
        post.stage = Stage.DRAFT
    post.save()
    record("post.restore", by=by, target=post)
    return post
