"""Queries of the practice network. A page of the feed costs a fixed number of queries.

Those that only the client API needs are in `timelines` and `searches`, private conversations in `conversations`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from practice import rules, text
from practice.enums import AccountKind
from practice.hashes import hashed
from practice.models import Account, Bookmark, Boost, Follow, Like, Media, Notice, Status, Token
from serbian.sorting import sort_key

PAGE = 20


@dataclass(frozen=True)
class Slice:
    """A stretch of a feed, newest first. `older` is the id to ask for more with, None at the end."""

    statuses: list[Status]
    older: int | None


def all_statuses() -> QuerySet[Status]:
    """With all that a page or the API shows of a status."""
    return Status.objects.select_related("account", "in_reply_to").prefetch_related("media", "votes")


def public_statuses() -> QuerySet[Status]:
    """Those for everybody: all that a timeline or a page of the network may hold."""
    return all_statuses().filter(readers=None)


def readable_by(viewer: Account | None) -> Q:
    """What is for everybody, and the private messages that `viewer` wrote or is mentioned in.

    A condition of the query, not of its result: a gap in a page would tell that there is something.
    """
    everybody = Q(readers=None)
    return everybody if viewer is None else everybody | Q(readers__contains=[viewer.pk])


def may_read(viewer: Account | None, status: Status) -> bool:
    """As `readable_by`."""
    return status.readers is None or (viewer is not None and viewer.pk in status.readers)


def home(before: int | None = None, tag: str = "") -> Slice:
    """All statuses that start a thread; with `tag`, those with that hashtag."""
    statuses = public_statuses().filter(in_reply_to=None)
    if tag:
        statuses = statuses.filter(text__icontains=f"#{tag}")
    return _cut(statuses, before)


def of_account(account: Account, before: int | None = None) -> Slice:
    return _cut(public_statuses().filter(account=account, in_reply_to=None), before)


def _cut(rows: QuerySet[Status], before: int | None) -> Slice:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    statuses = list(rows.order_by("-pk")[: PAGE + 1])
    return Slice(statuses[:PAGE], statuses[PAGE - 1].pk if len(statuses) > PAGE else None)


def status(status_id: int, viewer: Account | None = None) -> Status | None:
    """None, too, where `viewer` is not shown it."""
    status = there(status_id)
    return status if status and sees(viewer, status) else None


def there(status_id: int) -> Status | None:
    """For any viewer: the caller checks whether they may see it."""
    return all_statuses().select_related("root__account").filter(pk=status_id).first()


def several(status_ids: Sequence[int], viewer: Account | None = None) -> list[Status]:
    return seen(all_statuses().filter(pk__in=status_ids).order_by("pk"), viewer)


def unseen(roots: Collection[int], viewer: Account | None) -> set[int]:
    """The ids of these threads that are hidden from `viewer`: statuses that a page hid, with everything below them.

    A hidden comment is shown, marked, to its author and to the page that hid it.
    """
    hidden = Status.objects.filter(root__in=roots, hidden_at__isnull=False)
    if viewer is not None:
        hidden = hidden.exclude(Q(account=viewer) | Q(root__account=viewer))
    hidden_ids = set(hidden.values_list("pk", flat=True)) if roots else set()
    if hidden_ids:
        below = Status.objects.filter(root__in=roots).order_by("pk")
        _reach(hidden_ids, below.values_list("pk", "in_reply_to_id"))
    return hidden_ids


def _reach(reached: set[int], thread: Iterable[tuple[int, int | None]]) -> None:
    """Add to `reached` all replies to its members: (id, answered id) of a whole thread, oldest first."""
    for pk, above in thread:
        if above in reached:
            reached.add(pk)


def seen(statuses: Iterable[Status], viewer: Account | None) -> list[Status]:
    """Those that `viewer` may see. A private message is its readers' own: what a page hides does not hide it."""
    rows = [row for row in statuses if may_read(viewer, row)]
    hidden = unseen({row.root_id for row in rows if row.root_id and row.readers is None}, viewer)
    return [row for row in rows if row.readers is not None or row.pk not in hidden]


def sees(viewer: Account | None, status: Status) -> bool:
    return bool(seen([status], viewer))


def public_below(status: Status) -> set[int]:
    """The ids of `status` and of all public answers below it: what goes when it is deleted."""
    reached = {status.pk}
    if status.readers is None:
        thread_rows = Status.objects.filter(root=status.root_id or status.pk, readers=None).order_by("pk")
        _reach(reached, thread_rows.values_list("pk", "in_reply_to_id"))
    return reached


def thread(root: Status, viewer: Account | None = None) -> list[Status]:
    """All answers below `root` that `viewer` sees, oldest first. As `seen`, which would ask for them once more."""
    rows = list(all_statuses().filter(readable_by(viewer), root=root).order_by("pk"))
    who = viewer.pk if viewer else None
    hidden = {row.pk for row in rows if row.hidden_at and who not in (row.account_id, root.account_id)}
    _reach(hidden, ((row.pk, row.in_reply_to_id) for row in rows))
    return [row for row in rows if row.readers is not None or row.pk not in hidden]


def ancestors(below: Status, viewer: Account | None = None) -> list[Status]:
    """Of a status that is seen: from the root down to the one that `below` answers, as far as `viewer` sees them.

    Where one is not seen, neither is what stands above it.
    """
    if below.root_id is None:
        return []
    thread_rows = all_statuses().filter(Q(root=below.root_id) | Q(pk=below.root_id))
    every = {s.pk: s for s in seen(thread_rows, viewer)}
    line, above = [], below.in_reply_to_id
    while above is not None and above in every:
        line.append(every[above])
        above = every[above].in_reply_to_id
    return line[::-1]


def descendants(above: Status, viewer: Account | None = None) -> list[Status]:
    """Everything below `above` that `viewer` sees, oldest first, as a thread reads."""
    every = thread(above.root or above, viewer)
    below = {above.pk}
    for status in every:
        if status.in_reply_to_id in below:
            below.add(status.pk)
    return [status for status in every if status.pk in below and status.pk != above.pk]


def mark_own(statuses: Iterable[Status], viewer: Account | None) -> None:
    """Set `liked` and `boosted` on each, as `viewer` sees them."""
    rows = list(statuses)
    mine = {"account": viewer, "status__in": rows}
    liked = set(Like.objects.filter(**mine).values_list("status_id", flat=True)) if viewer and rows else set()
    boosted = set(Boost.objects.filter(**mine).values_list("status_id", flat=True)) if viewer and rows else set()
    for row in rows:
        row.liked, row.boosted = row.pk in liked, row.pk in boosted  # type: ignore[attr-defined]


def prepare(statuses: Iterable[Status], viewer: Account | None) -> None:
    """As `mark_own`; also set `bookmarked` and the accounts in `mentioned`, which the client API shows."""
    rows = list(statuses)
    mark_own(rows, viewer)
    mine = Bookmark.objects.filter(account=viewer, status__in=rows)
    kept = set(mine.values_list("status_id", flat=True)) if viewer and rows else set()
    names = {row.pk: text.mentioned(row.text) for row in rows}
    known = Account.objects.in_bulk({name for some in names.values() for name in some}, field_name="username")
    for row in rows:
        row.bookmarked = row.pk in kept  # type: ignore[attr-defined]
        mentioned = [known[name] for name in names[row.pk] if name in known]
        # An account that came later, or was named in an edit, cannot read a private message.
        row.mentioned = [account for account in mentioned if may_read(account, row)]  # type: ignore[attr-defined]


def tally(status: Status) -> list[int]:
    """The number of votes for each answer of the status' poll."""
    votes = [vote.choice for vote in status.votes.all()]
    return [votes.count(choice) for choice in range(len(status.poll["options"]) if status.poll else 0)]


def voters(status: Status) -> int:
    """How many people voted; where several answers may be chosen, fewer than votes."""
    return len({vote.account_id for vote in status.votes.all()})


def account(username: str) -> Account | None:
    return Account.objects.filter(username=username.lower()).first()


def pages() -> list[Account]:
    return _sorted(Account.objects.filter(kind=AccountKind.PAGE))


def citizens(limit: int = 60) -> list[Account]:
    """The latest, in alphabetical order, both scripts as one."""
    return _sorted(Account.objects.filter(kind=AccountKind.CITIZEN).order_by("-pk")[:limit])


def _sorted(accounts: Iterable[Account]) -> list[Account]:
    return sorted(accounts, key=lambda account: sort_key(account.display_name))


def follows(viewer: Account | None, followed: Account) -> bool:
    return viewer is not None and Follow.objects.filter(account=viewer, followed=followed).exists()


# ---- the client API


@dataclass(frozen=True)
class Window:
    """Mastodon's way of turning pages. https://docs.joinmastodon.org/api/guidelines/#pagination"""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


def windowed(rows: QuerySet, window: Window) -> list:
    """Newest first, whatever the window starts from."""
    if window.max_id is not None:
        rows = rows.filter(pk__lt=window.max_id)
    if window.since_id is not None:
        rows = rows.filter(pk__gt=window.since_id)
    if window.min_id is not None:
        # Immediately newer than that one; shown newest first all the same.
        return list(rows.filter(pk__gt=window.min_id).order_by("pk")[: window.limit])[::-1]
    return list(rows.order_by("-pk")[: window.limit])


def notices(of: Account, window: Window, kinds: Sequence[str] = (), but: Sequence[str] = ()) -> list[Notice]:
    """What happened to `of`: the `kinds`, or all; without the kinds in `but`."""
    rows = _notices(of).exclude(kind__in=but)
    return windowed(rows.filter(kind__in=kinds) if kinds else rows, window)


def notice(notice_id: int, of: Account) -> Notice | None:
    return _notices(of).filter(pk=notice_id).first()


def _notices(of: Account) -> QuerySet[Notice]:
    notices = Notice.objects.filter(account=of)
    notices = notices.select_related("actor", "status__account", "status__in_reply_to")
    return notices.prefetch_related("status__media", "status__votes")


class Totals(NamedTuple):
    accounts: int
    statuses: int


def totals() -> Totals:
    return Totals(Account.objects.count(), Status.objects.filter(readers=None).count())


def active(since: datetime) -> int:
    """How many accounts have written something public."""
    written = Status.objects.filter(readers=None, created_at__gt=since)
    return written.aggregate(count=Count("account", distinct=True))["count"]


def token(secret: str) -> Token | None:
    return Token.objects.select_related("account", "app").filter(token_hash=hashed(secret)).first()


def media(media_id: int, owner: Account) -> Media | None:
    return Media.objects.filter(pk=media_id, account=owner).first()


def picture(name: str) -> Media | None:
    """By its unguessable name."""
    return Media.objects.select_related("status").filter(token=name).first()


def may(granted: Token, scope: str) -> bool:
    return rules.covers(granted.scopes, scope)
