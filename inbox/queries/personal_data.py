"""Personal data held about a person: their author ids on each channel, and all their rows in one value. Reads only.

Addresses identify a person by the id of one of their messages, never by a name, because addresses are logged. Where a
message was erased, the copies made for moderation still name its author (`inbox.models.moderation`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from channels.models import Channel
from inbox import personal_data
from inbox.models import Conversation, Message, Moderation
from inbox.personal_data import DataSubject, ErasureEffect, PersonalDataRow, PersonalDataStore
from serbian.folding import fold

MOST_FOUND = 50
CHUNK = 200


@dataclass(frozen=True)
class Author:
    """One name on one channel; `key` is the number of their newest message."""

    key: int
    channel: Channel
    author_id: str
    name: str
    handle: str
    messages: int
    first_at: datetime
    last_at: datetime
    sender_verified: bool | None = None


@dataclass(frozen=True)
class SubjectData:
    """Everything held about one person: each message with its rows, and rows of no message of theirs."""

    messages: list[tuple[PersonalDataRow, list[PersonalDataRow]]]
    other: list[PersonalDataRow]

    @property
    def held_messages(self) -> int:
        """How many messages are protected from being erased."""
        return sum(any(row.store.code == "held" for row in rows) for _message, rows in self.messages)


def search_authors(query: str) -> list[Author]:
    """Who is called so, in either script, over all channels, newest first; at most `MOST_FOUND`. In private
    conversations also by the name that the network gave last.

    Five queries, and one more for each `CHUNK` of people who were only written about.
    """
    wanted = fold(query.replace("\x00", "")).split()
    if not wanted:
        return []
    condition = Q()
    for word in wanted:
        condition &= Q(search_key__contains=word)
    talked = Conversation.objects.filter(condition).exclude(author_id="").values_list("channel", "author_id")
    pairs = set(talked.order_by("-last_received_at")[:MOST_FOUND])
    groups, authors = _groups(condition | _any(pairs, "channel", "author_id")), []
    for at in range(0, len(groups), CHUNK):
        chunk = _authors_of(groups[at : at + CHUNK])
        authors += [one for one in chunk if (one.channel.pk, one.author_id) in pairs or _is_called(one, wanted)]
        if len(authors) >= MOST_FOUND:
            break
    known = {(author.channel.pk, author.author_id) for author in authors}
    authors += [
        copies
        for copies in _of_copies(Q())
        if _is_called(copies, wanted) and (copies.channel.pk, copies.author_id) not in known
    ]
    return authors[:MOST_FOUND]


def _is_called(author: Author, wanted: list[str]) -> bool:
    name = fold(f"{author.name} {author.handle}")
    return all(word in name for word in wanted)


def selected_authors(keys: Collection[int]) -> list[Author]:
    """The authors of these messages, with everything each has written on that channel. Seven queries."""
    written = Message.objects.filter(pk__in=keys).exclude(author_id="").values_list("channel", "author_id")
    copied = Moderation.objects.filter(message__in=keys).exclude(author_id="")
    pairs = {*written.distinct(), *copied.values_list("message__channel", "author_id").distinct()}
    by_identity = {
        (author.channel.pk, author.author_id): author
        for author in _authors_of(_groups(_any(pairs, "channel", "author_id")))
    }
    for copies in _of_copies(_any(pairs, "message__channel", "author_id")):
        by_identity.setdefault((copies.channel.pk, copies.author_id), copies)
    return sorted(by_identity.values(), key=lambda entry: (entry.channel.name, entry.key))


def _any(pairs: Iterable[tuple[int, str]], channel: str, author: str) -> Q:
    condition = Q(pk__in=[])
    for channel_id, author_id in pairs:
        condition |= Q(**{channel: channel_id, author: author_id})
    return condition


def _of_copies(condition: Q) -> list[Author]:
    """Authors named by a copy of a hidden message while the message itself is erased. One query."""
    rows = (
        Moderation.objects.filter(condition, message__author_id="")
        .exclude(author_id="")
        .select_related("message__channel")
    )
    copies_by_author: dict[tuple[int, str], list[Moderation]] = defaultdict(list)
    for row in rows.order_by("pk"):
        copies_by_author[row.message.channel_id, row.author_id].append(row)
    return [
        Author(
            rows[-1].message_id, rows[-1].message.channel, author_id, rows[-1].author_name, rows[-1].author_handle,
            len({row.message_id for row in rows}), rows[0].written_at, rows[-1].written_at,
        )
        for (_channel, author_id), rows in copies_by_author.items()
    ]  # fmt: skip


def _groups(condition: Q) -> list[dict[str, Any]]:
    """Messages of one author on one channel, by the id that the network gave; who wrote last comes first."""
    rows = Message.objects.filter(condition).exclude(author_id="").values("channel", "author_id").order_by()
    counted: QuerySet[Any, Any] = rows.annotate(n=Count("pk"), first=Min("at"), last=Max("at"), newest=Max("pk"))
    return list(counted.order_by("-last", "-newest"))


def _authors_of(groups: list[dict[str, Any]]) -> list[Author]:
    """With the newest name of each."""
    rows = Message.objects.select_related("channel").defer("text", "first_text")
    newest = rows.in_bulk([group["newest"] for group in groups])
    return [
        Author(
            group["newest"], row.channel, row.author_id, row.author_name, row.author_handle,
            group["n"], group["first"], group["last"], row.sender_verified,
        )
        for group in groups
        if (row := newest.get(group["newest"])) is not None
    ]  # fmt: skip


def data_subject(people: Sequence[Author]) -> DataSubject:
    """The same people as one value for the list of places. One query."""
    pairs = [(person.channel.pk, person.author_id) for person in people]
    condition = _any(pairs, "channel", "author_id")
    keys = Message.objects.filter(condition).order_by("at", "pk").values_list("pk", flat=True)
    return DataSubject(pairs, list(keys), sorted({person.name for person in people if person.name}))


def subject_data(people: Sequence[Author]) -> SubjectData:
    """All rows, oldest first, from every store (`inbox.personal_data`), in a fixed number of queries. Includes
    colleagues' names, as on the page of the message."""
    rows = personal_data.collect(data_subject(people))
    messages = [row for row in rows if row.store.code == "messages"]
    known = {row.message for row in messages}
    other: list[PersonalDataRow] = []
    beside: dict[int | None, list[PersonalDataRow]] = defaultdict(list)
    for row in rows:
        if row.store.code != "messages":
            (beside[row.message] if row.message in known else other).append(row)
    return SubjectData([(row, beside[row.message]) for row in messages], other)


def retained_stores(people: Sequence[Author]) -> list[tuple[PersonalDataStore, int | None]]:
    """Where something stays after an erasure, and how much of these people, where that can be counted."""
    whose = data_subject(people)
    stores = [store for store in personal_data.stores() if store.effect in (ErasureEffect.PARTLY, ErasureEffect.STAYS)]
    return [(store, store.left(whose) if store.left else None) for store in stores]
