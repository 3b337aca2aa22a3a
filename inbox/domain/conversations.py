"""Private conversations: storing them, and settling their messages together.

Of a conversation's open messages the first is its head: it is listed, sorted, assigned and answered. Those that come
while it is open follow it (`Message.is_follow_up`). Whatever settles the head settles the follow-ups that were read by
then; if an unread one is left, it becomes the next head, so nothing that nobody has read is ever closed.

Ingestion locks the heads before it decides whether a message follows one; whoever settles a head holds the same lock.
`promote` also runs periodically.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest

from channels.models import Channel
from delivery.models import Delivery
from inbox.enums import OPEN_STATES, MessageState
from inbox.models import Conversation, ExternalReply, Message
from inbox.network_text import storable, storable_name
from municipalities.tenancy import everywhere
from platforms import types
from serbian.folding import fold


def store(channel: Channel, items: Collection[types.Message], now: datetime) -> dict[str, Conversation]:
    """The conversations of these messages by the network's id, created or updated. Four queries at most."""
    newest: dict[str, types.Message] = {}
    for one in sorted(items, key=lambda item: item.at):
        newest[one.conversation] = one
    newest.pop("", None)
    if not newest:
        return {}
    known = _known(channel, newest)
    fresh = [_conversation(channel, one, now) for name, one in newest.items() if name not in known]
    if fresh:
        Conversation.objects.bulk_create(fresh, ignore_conflicts=True)
        known |= _known(channel, [row.remote_id for row in fresh])
    changed = [row for row in known.values() if _update(row, items, now)]
    if changed:
        Conversation.objects.bulk_update(
            changed, ["author_id", "author_handle", "author_name", "search_key", "last_received_at"]
        )
    return known


def _known(channel: Channel, names: Iterable[str]) -> dict[str, Conversation]:
    rows = Conversation.objects.select_for_update().filter(channel=channel, remote_id__in=list(names)).order_by("pk")
    return {row.remote_id: row for row in rows}


def _conversation(channel: Channel, one: types.Message, now: datetime) -> Conversation:
    return Conversation(
        municipality_id=channel.municipality_id, channel=channel, remote_id=one.conversation,
        author_id=storable_name(one.author_id), author_handle=storable_name(one.author_handle),
        author_name=storable_name(one.author_name),
        search_key=_search_key(one.author_name, one.author_handle),
    )  # fmt: skip


def _search_key(name: str, handle: str) -> str:
    return fold(storable_name(f"{name} {handle}"))


def _update(row: Conversation, items: Collection[types.Message], now: datetime) -> bool:
    """Whether something changed. What the municipality wrote itself opens no reply window."""
    before = (row.author_id, row.author_handle, row.author_name, row.last_received_at)
    of_row = [one for one in items if one.conversation == row.remote_id]
    received = [min(one.at, now) for one in of_row if not one.is_ours]
    row.last_received_at = max([*received, *filter(None, [row.last_received_at])], default=None)
    for name in ("author_id", "author_handle", "author_name"):
        values = [storable_name(getattr(one, name)) for one in sorted(of_row, key=lambda item: item.at)]
        setattr(row, name, next(filter(None, reversed(values)), getattr(row, name)))
    row.search_key = _search_key(row.author_name, row.author_handle)
    return before != (row.author_id, row.author_handle, row.author_name, row.last_received_at)


def with_open_head(conversations: Collection[Conversation]) -> set[int]:
    """Ids of those with an open head, whose row is locked until the end of the transaction."""
    heads = Message.objects.select_for_update(of=("self",)).filter(
        conversation__in=[row.pk for row in conversations], state__in=OPEN_STATES, is_follow_up=False
    )
    return {pk for pk in heads.order_by("pk").values_list("conversation", flat=True) if pk is not None}


def announce(follow_ups: Collection[Message]) -> None:
    """The heads of new follow-ups are unread again and no longer snoozed. One statement."""
    ids = {row.conversation_id for row in follow_ups if row.is_follow_up and row.state in OPEN_STATES}
    if ids:
        heads = Message.objects.filter(conversation__in=ids, state__in=OPEN_STATES, is_follow_up=False)
        heads.update(read_at=None, snoozed_until=None)


# ---- what the municipality's account wrote elsewhere


def store_external_replies(
    channel: Channel, items: Collection[types.Message], conversations: Mapping[str, Conversation], now: datetime
) -> None:
    """Store what the municipality's account wrote outside of the portal. What the portal sent is known already."""
    ours = {one.remote_id: one for one in items if one.is_ours and one.conversation in conversations}
    if not ours:
        return
    sent = Delivery.objects.filter(channel=channel, remote_id__in=ours).values_list("remote_id", flat=True)
    for remote_id in sent:
        ours.pop(remote_id, None)
    rows = [
        ExternalReply(
            municipality_id=channel.municipality_id, conversation=conversations[one.conversation],
            remote_id=one.remote_id, text=storable(one.text), at=min(one.at, now), received_at=now,
        )
        for one in ours.values()
    ]  # fmt: skip
    ExternalReply.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["conversation", "remote_id"], update_fields=["text"]
    )


def mark_seen(channel: Channel, seen: Collection[types.Seen]) -> None:
    """Note until when the other persons have seen what we wrote. Time only moves forward."""
    latest: dict[str, datetime] = {}
    for one in seen:
        latest[one.conversation] = max(one.until, latest.get(one.conversation, one.until))
    for remote_id, until in latest.items():
        rows = Conversation.objects.filter(channel=channel, remote_id=remote_id)
        rows.update(seen_until=Greatest(Coalesce("seen_until", until), until))


# ---- settling


def settle_follow_ups(
    head: Message,
    state: MessageState,
    at: datetime,
    *,
    read_by: datetime | None = None,
    listed_at: datetime | None = None,
) -> None:
    """What follows `head` gets its state if somebody had read it, by `read_by` where that is given, or if it was there
    at `listed_at`, when a list showed how many follow. An unread one becomes the next head.

    `head` is locked and saved already.
    """
    if head.conversation_id is None:
        return
    settled = Q(read_at__isnull=False) if read_by is None else Q(read_at__lte=read_by)
    if listed_at is not None:
        settled |= Q(received_at__lte=listed_at)
    rows = Message.objects.filter(conversation=head.conversation_id, is_follow_up=True, state__in=OPEN_STATES)
    rows.filter(settled).update(state=state, settled_at=at)
    promote([head.conversation_id])


def promote(conversations: Collection[int] | None = None) -> int:
    """Where follow-ups are open and no head is, the oldest of them becomes the head. Returns how many."""
    with everywhere("a follow-up without an open head would be listed nowhere"):
        heads = Message.objects.filter(conversation=OuterRef("conversation"), state__in=OPEN_STATES, is_follow_up=False)
        waiting = Message.objects.filter(is_follow_up=True, state__in=OPEN_STATES).filter(~Exists(heads))
        if conversations is not None:
            waiting = waiting.filter(conversation__in=conversations)
        oldest = Message.objects.filter(
            conversation=OuterRef("conversation"), is_follow_up=True, state__in=OPEN_STATES
        ).order_by("at", "pk")
        return waiting.filter(Q(pk=Subquery(oldest.values("pk")[:1]))).update(is_follow_up=False)
