"""Private conversations: the list of one person, and the messages in one.

The accounts in a conversation are ids in an array, so they are fetched with one more query for a whole list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from practice.models import Account, Conversation, Status
from practice.queries import Window, all_statuses

PAGE = 30
MESSAGES = 50


@dataclass(frozen=True)
class Listed:
    """A line of the list. `others` are its people without the one whose list it is; empty in a note to oneself."""

    conversation: Conversation
    others: list[Account]
    last: Status
    is_unread: bool


@dataclass(frozen=True)
class Messages:
    """A stretch of a conversation, oldest first. `older` is the id to ask for more with, None at the beginning."""

    statuses: list[Status]
    older: int | None


def readers(accounts: Iterable[Account]) -> list[int]:
    """As `Status.readers` has them."""
    return sorted({account.pk for account in accounts})


def _of(account: Account) -> QuerySet[Any]:
    """Those with a message, with the ids `last` and, if it is not read, `unread`. One whose messages were all deleted
    is not there.
    """
    messages = Status.objects.filter(readers=OuterRef("readers"))
    theirs = messages.exclude(account=account).filter(pk__gt=OuterRef("read_up_to"))
    rows = Conversation.objects.filter(account=account)
    rows = rows.annotate(last=Subquery(messages.order_by("-pk").values("pk")[:1]), unread=Exists(theirs))
    return rows.filter(last__isnull=False)


def page(account: Account, before: int | None = None) -> list[Listed]:
    """The latest first; `before` is the id of a last message. One more than `PAGE` where there are more."""
    rows = _of(account)
    if before is not None:
        rows = rows.filter(last__lt=before)
    return _listed(rows.order_by("-last")[: PAGE + 1], account)


def windowed(account: Account, window: Window) -> list[Listed]:
    """Pages are cut by the ids of the last messages. https://docs.joinmastodon.org/methods/conversations/#get"""
    rows = _of(account)
    if window.max_id is not None:
        rows = rows.filter(last__lt=window.max_id)
    if window.since_id is not None:
        rows = rows.filter(last__gt=window.since_id)
    if window.min_id is not None:
        nearest = rows.filter(last__gt=window.min_id).order_by("last")[: window.limit]
        return _listed(nearest, account)[::-1]
    return _listed(rows.order_by("-last")[: window.limit], account)


def one(conversation_id: int, account: Account) -> Listed | None:
    """None, too, for another account's."""
    rows = _listed(_of(account).filter(pk=conversation_id), account)
    return rows[0] if rows else None


def _listed(rows: Iterable[Any], account: Account) -> list[Listed]:
    conversations = list(rows)
    accounts = Account.objects.in_bulk({pk for row in conversations for pk in row.readers})
    last = all_statuses().in_bulk([row.last for row in conversations])
    listed = []
    for row in conversations:
        others = [accounts[pk] for pk in row.readers if pk != account.pk and pk in accounts]
        newest = last.get(row.last)
        if newest is not None:  # it may have been deleted between two queries
            listed.append(Listed(row, others, newest, row.unread))
    return listed


def conversation_id(account: Account, reader_ids: Sequence[int]) -> int | None:
    row = Conversation.objects.filter(account=account, readers=list(reader_ids)).first()
    return row.pk if row else None


def people(reader_ids: Sequence[int]) -> list[Account]:
    """The accounts of a conversation, in the order of their ids."""
    return list(Account.objects.filter(pk__in=reader_ids).order_by("pk"))


def messages(reader_ids: Sequence[int], before: int | None = None) -> Messages:
    rows = all_statuses().filter(readers=list(reader_ids))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    newest = list(rows.order_by("-pk")[: MESSAGES + 1])
    older = newest[MESSAGES - 1].pk if len(newest) > MESSAGES else None
    return Messages(newest[:MESSAGES][::-1], older)


def newest(reader_ids: Sequence[int]) -> Status | None:
    return Status.objects.filter(readers=list(reader_ids)).order_by("-pk").first()


def is_unread(account: Account) -> bool:
    """Whether anything in the list waits to be read."""
    theirs = Status.objects.filter(readers=OuterRef("readers"), pk__gt=OuterRef("read_up_to"))
    return Conversation.objects.filter(Exists(theirs.exclude(account=account)), account=account).exists()
