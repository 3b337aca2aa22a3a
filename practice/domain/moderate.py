"""Moderation by a page of comments below its posts: hide, show again, delete. Repeating changes nothing.

Mastodon has none of it; Facebook, after which this is modelled, has all. A hidden comment is hidden with everything
below it, for everybody but its author and the page (`practice.queries.unseen`); no notification is sent.
"""

from django.db import transaction
from django.utils import timezone

from practice import queries
from practice.domain import write
from practice.errors import ApiError, Missing
from practice.models import Account, Status


@transaction.atomic
def hide(page: Account, status_id: int) -> Status:
    return _set(page, status_id, is_hidden=True)


@transaction.atomic
def show(page: Account, status_id: int) -> Status:
    return _set(page, status_id, is_hidden=False)


@transaction.atomic
def delete(page: Account, status_id: int) -> Status:
    """With all that hangs below it. Raises as `below_own` does, so `Missing` the second time."""
    return write.take_away(below_own(page, status_id))


def _set(page: Account, status_id: int, *, is_hidden: bool) -> Status:
    comment = below_own(page, status_id)
    if is_hidden != (comment.hidden_at is not None):
        comment.hidden_at = timezone.now() if is_hidden else None
        comment.save(update_fields=["hidden_at"])
    return comment


def below_own(page: Account, status_id: int) -> Status:
    """Another account's comment below a post of `page`, locked. Raises `Missing` if there is none, else `ApiError`."""
    comment = Status.objects.select_for_update(of=("self",)).select_related("root").filter(pk=status_id).first()
    if comment is None or not queries.may_read(page, comment):
        raise Missing
    is_private = comment.readers is not None
    if is_private or comment.root is None or comment.root.account_id != page.pk or comment.account_id == page.pk:
        raise ApiError("Validation failed: Only what others wrote below your own posts can be hidden or deleted")
    return comment
