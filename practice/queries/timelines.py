"""Lists of the client API that are turned page by page: timelines, and who or what belongs to an account."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from practice import text
from practice.models import Account, Bookmark, Boost, Follow, Like, Media, Status
from practice.queries import Window, all_statuses, public_statuses, readable_by, seen, windowed

# How many statuses that contain a tag's letters are read for one page of the tag.
CANDIDATES = 400


def written_by(
    account: Account, window: Window, viewer: Account | None, *, replies: bool = True, media: bool = False
) -> list[Status]:
    """An account's own, private messages that `viewer` may read among them, as on Mastodon; with `media`, those with
    pictures. app/lib/account_statuses_filter.rb
    """
    statuses = all_statuses().filter(readable_by(viewer), account=account)
    if not replies:
        statuses = statuses.filter(in_reply_to=None)
    return windowed(_with_media(statuses, media=media), window)


def pinned_by(account: Account) -> list[Status]:
    return list(public_statuses().filter(account=account, pinned_at__isnull=False).order_by("-pinned_at", "-pk"))


def home(of: Account, window: Window) -> list[Status]:
    """Of `of` and those it follows, without their answers to others."""
    followed = Follow.objects.filter(account=of).values("followed")
    theirs = Q(account=of) | Q(account__in=followed)
    among = Q(in_reply_to=None) | Q(in_reply_to__account=of) | Q(in_reply_to__account__in=followed)
    return windowed(public_statuses().filter(theirs & among), window)


def public(window: Window, *, media: bool = False) -> list[Status]:
    """All that start a thread. Nothing comes from elsewhere, so it is the local timeline as well."""
    return windowed(_with_media(public_statuses().filter(in_reply_to=None), media=media), window)


def tagged(tag: str, window: Window, *, media: bool = False) -> list[Status]:
    """With exactly this hashtag, answers included."""
    containing = public_statuses().filter(text__icontains=f"#{tag}")
    wide = Window(CANDIDATES, window.max_id, window.since_id, window.min_id)
    candidates = windowed(_with_media(containing, media=media), wide)
    exact = (row for row in candidates if tag.lower() in text.hashtags(row.text))
    if window.min_id is None:
        return list(islice(exact, window.limit))
    return list(exact)[-window.limit :]


def _with_media(statuses: QuerySet[Status], *, media: bool) -> QuerySet[Status]:
    return statuses.filter(Exists(Media.objects.filter(status=OuterRef("pk")))) if media else statuses


def followers(of: Account, window: Window) -> list[Follow]:
    return windowed(Follow.objects.filter(followed=of).select_related("account"), window)


def following(of: Account, window: Window) -> list[Follow]:
    return windowed(Follow.objects.filter(account=of).select_related("followed"), window)


def reactions_to(kind: type[Like] | type[Boost], status: Status, window: Window) -> list[Like | Boost]:
    return windowed(kind.objects.filter(status=status).select_related("account"), window)


def reactions_of(kind: type[Like] | type[Bookmark], of: Account, window: Window) -> list[Like | Bookmark]:
    """What `of` liked or keeps, in the order in which it did; `kept` gives the statuses."""
    return windowed(kind.objects.filter(account=of), window)


def kept(reactions: list[Like | Bookmark], viewer: Account) -> list[Status]:
    """The statuses that were reacted to, in this order, as far as `viewer` still sees them."""
    by_id = all_statuses().in_bulk([reaction.status_id for reaction in reactions])
    return seen((by_id[reaction.status_id] for reaction in reactions), viewer)


class Relation(NamedTuple):
    account_id: int
    is_followed: bool
    follows: bool


def relations(viewer: Account, account_ids: Sequence[int]) -> list[Relation]:
    """How `viewer` stands to the accounts that exist, in the order of the ids."""
    known = set(Account.objects.filter(pk__in=account_ids).values_list("pk", flat=True))
    mine = Follow.objects.filter(account=viewer, followed__in=known)
    theirs = Follow.objects.filter(followed=viewer, account__in=known)
    followed = set(mine.values_list("followed_id", flat=True))
    followers = set(theirs.values_list("account_id", flat=True))
    return [Relation(pk, pk in followed, pk in followers) for pk in dict.fromkeys(account_ids) if pk in known]


class Version(NamedTuple):
    title: str
    text: str
    since: datetime


def history(status: Status) -> list[Version]:
    """What a status said, oldest first."""
    earlier = [Version(edit.title, edit.text, edit.created_at) for edit in status.edits.all()]
    return [*earlier, Version(status.title, status.text, status.edited_at or status.created_at)]
