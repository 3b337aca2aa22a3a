"""Reactions to a status and to a page. Repeating one changes nothing."""

from django.db import transaction
from django.db.models import F, Model

from practice import queries
from practice.enums import NoticeKind
from practice.errors import ApiError, Missing, NotAllowed
from practice.models import Account, Boost, Follow, Like, Notice, Status

COUNTERS: dict[type[Like] | type[Boost], tuple[str, NoticeKind]] = {
    Like: ("likes_count", NoticeKind.FAVOURITE),
    Boost: ("boosts_count", NoticeKind.REBLOG),
}


def like(account: Account, status_id: int) -> Status:
    return _react(Like, account, status_id)


def unlike(account: Account, status_id: int) -> Status:
    return _undo(Like, account, status_id)


def boost(account: Account, status_id: int) -> Status:
    return _react(Boost, account, status_id)


def unboost(account: Account, status_id: int) -> Status:
    return _undo(Boost, account, status_id)


@transaction.atomic
def _react(kind: type[Like] | type[Boost], account: Account, status_id: int) -> Status:
    status = _locked(status_id)
    if not queries.sees(account, status):
        raise Missing
    if kind is Boost and status.readers is not None:
        raise NotAllowed("This action is not allowed")
    counter, notice = COUNTERS[kind]
    _, is_new = kind.objects.get_or_create(account=account, status=status)
    if is_new:
        _count(status, counter, 1)
        if status.account_id != account.pk:
            Notice.objects.create(account_id=status.account_id, kind=notice, actor=account, status=status)
    return status


@transaction.atomic
def _undo(kind: type[Like] | type[Boost], account: Account, status_id: int) -> Status:
    status = _locked(status_id)
    if not queries.may_read(account, status):
        raise Missing
    deleted, _ = kind.objects.filter(account=account, status=status).delete()
    if deleted:
        _count(status, COUNTERS[kind][0], -1)
    return status


def _locked(status_id: int) -> Status:
    # The lock makes two taps of one person follow each other, so that the counter and the rows agree.
    status = Status.objects.select_for_update().filter(pk=status_id).first()
    if status is None:
        raise Missing
    return status


def _count(row: Model, counter: str, by: int) -> None:
    setattr(row, counter, max(getattr(row, counter) + by, 0))
    row.save(update_fields=[counter])


@transaction.atomic
def follow(account: Account, followed: Account) -> None:
    if account.pk == followed.pk:
        raise ApiError("Nobody can follow themselves.")
    _, is_new = Follow.objects.get_or_create(account=account, followed=followed)
    if is_new:
        _count_follow(account, followed, 1)
        Notice.objects.create(account=followed, kind=NoticeKind.FOLLOW, actor=account)


@transaction.atomic
def unfollow(account: Account, followed: Account) -> None:
    deleted, _ = Follow.objects.filter(account=account, followed=followed).delete()
    if deleted:
        _count_follow(account, followed, -1)


def _count_follow(account: Account, followed: Account, by: int) -> None:
    for row, counter in sorted(((account, "following_count"), (followed, "followers_count")), key=lambda p: p[0].pk):
        locked = Account.objects.select_for_update().get(pk=row.pk)
        _count(locked, counter, by)
        setattr(row, counter, getattr(locked, counter))


def crowd(status_id: int, *, likes: int = 0, boosts: int = 0) -> None:
    """Reactions of the public that is only counted. Not for people: they have `like` and `boost`."""
    Status.objects.filter(pk=status_id).update(
        likes_count=F("likes_count") + likes, boosts_count=F("boosts_count") + boosts
    )


def crowd_follows(account_id: int, followers: int) -> None:
    """New followers (negative: lost ones) who are only counted."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        _count(account, "followers_count", followers)
