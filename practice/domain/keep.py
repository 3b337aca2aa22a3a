"""What an account keeps at hand: bookmarks, and statuses pinned to its own profile. Repeating changes nothing."""

from django.db import transaction
from django.utils import timezone

from practice import queries, rules
from practice.domain import write
from practice.errors import ApiError, Missing
from practice.models import Account, Bookmark, Status


def bookmark(account: Account, status_id: int) -> None:
    """Raises `Missing` where `account` does not see it."""
    status = queries.status(status_id, account)
    if status is None:
        raise Missing
    Bookmark.objects.get_or_create(account=account, status=status)


def unbookmark(account: Account, status_id: int) -> None:
    Bookmark.objects.filter(account=account, status_id=status_id).delete()


@transaction.atomic
def pin(account: Account, status_id: int) -> None:
    """Raises `Missing` for another account's, `ApiError` for a private message or one too many."""
    # Two pins of one account follow each other, so that there are not more than the limit.
    Account.objects.select_for_update().get(pk=account.pk)
    status = write.own(account, status_id)
    if status.readers is not None:
        raise ApiError("Validation failed: Posts that are only visible to mentioned users cannot be pinned")
    if status.pinned_at:
        return
    if Status.objects.filter(account=account, pinned_at__isnull=False).count() >= rules.MAX_PINNED:
        raise ApiError("Validation failed: You have already pinned the maximum number of posts")
    _set(status, is_pinned=True)


@transaction.atomic
def unpin(account: Account, status_id: int) -> None:
    _set(write.own(account, status_id), is_pinned=False)


def _set(status: Status, *, is_pinned: bool) -> None:
    status.pinned_at = timezone.now() if is_pinned else None
    status.save(update_fields=["pinned_at"])
