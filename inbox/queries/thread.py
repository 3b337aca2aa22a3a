"""The conversation around a message: other messages below the same post, similar messages, and our answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import Q, QuerySet
from django.utils import timezone

from common.integers import LARGEST
from common.prepared import among, array
from inbox.enums import OPEN_STATES
from inbox.models import PRIVATE, ExternalReply, Message, MessageAttachment, Reply
from inbox.queries.readable import readable, readable_with, reads_private
from municipalities.prepared import PreparedRows
from municipalities.queries import Access
from municipalities.tenancy import the_only_one

NEAR = 15
"""So many messages before and after one are shown beside it."""
NEAR_PRIVATE = 60
"""So many messages of a private conversation are shown, the newest."""


SHOWN = (
    "channel",
    "conversation",
    "conversation__channel",
    "assignee",
    "settlement",
    "department",
    "publication",
    "publication__post",
    "publication__delivery",
)


@cache
def one_message(*, with_private: bool) -> PreparedRows:
    """With what its page shows."""
    return PreparedRows(
        lambda of: Message.objects.filter(readable_with(reads_private=with_private), pk=of.message).select_related(
            *SHOWN
        ),
        *SHOWN,
        message=int,
    )


def message_by_id(pk: int, access: Access) -> Message | None:
    """None for one that this person may not read, as for one that is not there. One query."""
    if pk > LARGEST:
        return None
    rows = one_message(with_private=reads_private(access)).instances(municipality=the_only_one(), message=pk)
    return next(iter(rows), None)


def thread(message: Message, access: Access, near: int = NEAR) -> list[Message]:
    """Messages below the same post of ours that this person may read, or only this one; oldest first.

    Of many, those nearest in time, and the message it replies to or is replied to by.
    """
    if message.conversation_id is not None:
        return _conversation(message, access)
    if message.publication_id is None:
        return [message]
    rows = Message.objects.filter(readable(access), publication=message.publication_id)
    before = rows.filter(at__lte=message.at).order_by("-at", "-pk").values("pk")[: near + 1]
    after = rows.filter(at__gt=message.at).order_by("at", "pk").values("pk")[:near]
    beside = Q(in_reply_to=message.remote_id)
    if message.in_reply_to:
        beside |= Q(remote_id=message.in_reply_to)
    wanted = Q(pk=message.pk) | Q(pk__in=before) | Q(pk__in=after)
    wanted |= Q(pk__in=rows.filter(beside).order_by("at", "pk").values("pk")[:near])
    return list(rows.filter(wanted).select_related("channel").order_by("at", "pk"))


@cache
def newest_of_conversation(*, with_private: bool) -> PreparedRows:
    """The newest first."""
    return PreparedRows(
        lambda of: (
            Message.objects.filter(readable_with(reads_private=with_private), conversation=of.conversation)
            .select_related("channel")
            .order_by("-at", "-pk")[:NEAR_PRIVATE]
        ),
        "channel",
        conversation=int,
    )


def _conversation(message: Message, access: Access) -> list[Message]:
    """The newest messages of a private conversation, and this one. One query."""
    statement = newest_of_conversation(with_private=reads_private(access))
    rows = statement.shared_instances(municipality=the_only_one(), conversation=message.conversation_id)
    if message.pk not in {row.pk for row in rows}:
        rows.append(message)
    return sorted(rows, key=lambda row: (row.at, row.pk))


GROUPED = ~PRIVATE & Q(state__in=OPEN_STATES, similar_group__isnull=False)
"""What is folded in the list where it says nearly the same. Private messages are not, so that nobody takes one for
public."""


def with_alike(keys: Sequence[int], until: datetime) -> list[int]:
    """These ids, and after them those of the messages that the list folds under them and that were received by then.
    Two queries at most."""
    groups = Message.objects.filter(GROUPED, pk__in=keys).order_by()
    alike = Q()
    for channel, publication, group in groups.values_list("channel", "publication", "similar_group").distinct():
        alike |= Q(channel=channel, publication=publication, similar_group=group)
    if not alike:
        return list(dict.fromkeys(keys))
    folded = Message.objects.filter(alike & GROUPED, received_at__lte=until).order_by("at", "pk")
    return list(dict.fromkeys([*keys, *folded.values_list("pk", flat=True)]))


def similar_messages(message: Message) -> QuerySet[Message]:
    """Similar open messages of the same thread, including itself; oldest first. Public and private ones are never
    together."""
    if message.similar_group is None:
        return Message.objects.filter(pk=message.pk)
    return alike_messages(
        message.channel_id, message.publication_id, message.similar_group, is_private=message.is_private
    )


def alike_messages(channel: int, publication: int | None, group: int, *, is_private: bool) -> QuerySet[Message]:
    rows = Message.objects.filter(PRIVATE if is_private else ~PRIVATE, state__in=OPEN_STATES)
    rows = rows.filter(channel=channel, publication=publication, similar_group=group)
    return rows.select_related("channel").order_by("at", "pk")


REPLIES = PreparedRows(
    lambda of: Reply.objects.filter(message__in=among(of.messages)).select_related("delivery", "by").order_by("pk"),
    "delivery",
    "by",
    messages=str,
)


def replies(messages: list[Message]) -> dict[int, list[Reply]]:
    """Our answers, by message, oldest first. One query."""
    by_message: dict[int, list[Reply]] = {}
    ids = array(message.pk for message in messages)
    for reply in REPLIES.shared_instances(municipality=the_only_one(), messages=ids):
        by_message.setdefault(reply.message_id, []).append(reply)
    return by_message


def open_head(message: Message) -> int | None:
    """The id of the open message that this one follows in its conversation; None for one that stands for itself. Acts
    on a conversation are acts on its head. At most one query."""
    if not message.is_follow_up or message.state not in OPEN_STATES:
        return None
    heads = Message.objects.filter(conversation=message.conversation_id, is_follow_up=False, state__in=OPEN_STATES)
    return heads.order_by("at", "pk").values_list("pk", flat=True).first()


@dataclass(frozen=True)
class Bubble:
    """One entry of a private conversation, in its order: a message of the person, our answer, or what we wrote outside
    of the portal. `is_seen`: the person has seen it, where the network reports that."""

    at: datetime
    message: Message | None = None
    reply: Reply | None = None
    external: ExternalReply | None = None
    is_seen: bool = False
    attachments: Sequence[MessageAttachment] = ()

    @property
    def day(self) -> date:
        return timezone.localtime(self.at).date()


def bubbles(
    message: Message,
    messages: list[Message],
    answers: dict[int, list[Reply]],
    external: Sequence[ExternalReply],
    attachments: Mapping[int, list[MessageAttachment]],
) -> list[Bubble]:
    """A private conversation, oldest first. `external`: what was written outside of the portal; `attachments` by
    message."""
    conversation = message.conversation
    if conversation is None:
        return []
    rows = [Bubble(one.at, message=one, attachments=attachments.get(one.pk, [])) for one in messages]
    seen = conversation.seen_until
    sent = [reply for of_one in answers.values() for reply in of_one]
    arrived = {reply.delivery.remote_id for reply in sent}
    rows += [Bubble(reply.at, reply=reply, is_seen=_is_seen(reply.arrived_at, seen)) for reply in sent]
    rows += [
        Bubble(one.at, external=one, is_seen=_is_seen(one.at, seen)) for one in external if one.remote_id not in arrived
    ]
    return sorted(rows, key=lambda row: row.at)


def _is_seen(at: datetime | None, until: datetime | None) -> bool:
    return at is not None and until is not None and at <= until
