"""Deletes accounts with everything that belongs to them, when an exercise is wiped."""

from collections import Counter
from collections.abc import Collection

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from practice.models import Account, Boost, Conversation, Follow, Like, Media, Status


@transaction.atomic
def accounts(ids: Collection[int]) -> None:
    """Delete these accounts, their statuses, all replies to those, private messages that they could read, and the files
    of the pictures.

    Counters of the remaining accounts and statuses are corrected.
    """
    ids = set(ids)
    if not ids:
        return
    theirs = Q(account__in=ids) | Q(root__account__in=ids) | Q(in_reply_to__account__in=ids)
    deleted = Status.objects.filter(theirs | Q(readers__overlap=list(ids)))
    below = list(deleted.values_list("pk", "account_id", "in_reply_to_id"))
    private = set(deleted.filter(readers__isnull=False).values_list("pk", flat=True))
    files = list(Media.objects.filter(Q(account__in=ids) | Q(status__in=deleted)).values_list("file", flat=True))
    public = [row for row in below if row[0] not in private]
    _recount({pk for pk, _, _ in below}, [row for row in public if row[1] not in ids], ids, public)
    Conversation.objects.filter(readers__overlap=list(ids)).delete()
    Status.objects.filter(pk__in=[pk for pk, _, _ in below]).delete()
    Account.objects.filter(pk__in=ids).delete()
    transaction.on_commit(lambda: _remove(files))


def _recount(deleted: set[int], others: list[tuple], ids: set[int], below: list[tuple]) -> None:
    for account, count in Counter(row[1] for row in others).items():
        _less(Account, account, "statuses_count", count)
    for parent, count in Counter(row[2] for row in below if row[2] and row[2] not in deleted).items():
        _less(Status, parent, "replies_count", count)
    for kind, counter in ((Like, "likes_count"), (Boost, "boosts_count")):
        rows = kind.objects.filter(account__in=ids).exclude(status__in=deleted).values_list("status_id", flat=True)
        for status, count in Counter(rows).items():
            _less(Status, status, counter, count)
    for mine, other, counter in (
        ("account", "followed", "followers_count"),
        ("followed", "account", "following_count"),
    ):
        follows = Follow.objects.filter(**{f"{mine}__in": ids}).exclude(**{f"{other}__in": ids})
        for account, count in Counter(follows.values_list(f"{other}_id", flat=True)).items():
            _less(Account, account, counter, count)


def _less(kind: type[Account] | type[Status], pk: int, counter: str, by: int) -> None:
    kind.objects.filter(pk=pk).update(**{counter: Greatest(F(counter) - by, 0)})


def _remove(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)
