"""The conversation around a message: other messages below the same post, similar messages, and our answers."""

from django.db.models import Q, QuerySet

from inbox.models import PRIVATE, Message, Reply
from inbox.queries.listing import OPEN
from inbox.queries.readable import readable
from municipalities.queries import Access

NEAR = 15
"""So many messages before and after one are shown beside it."""


def thread(message: Message, access: Access, near: int = NEAR) -> list[Message]:
    """Messages below the same post of ours that this person may read, or only this one; oldest first.

    Of many, those nearest in time, and the message it replies to or is replied to by.
    """
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


def similar_messages(message: Message) -> QuerySet[Message]:
    """Similar open messages of the same thread, including itself; oldest first. Public and private ones are never
    together."""
    same = {
        "channel": message.channel_id,
        "publication": message.publication_id,
        "similar_group": message.similar_group,
    }
    if message.similar_group is None:
        return Message.objects.filter(pk=message.pk)
    alike = PRIVATE if message.is_private else ~PRIVATE
    return Message.objects.filter(alike, **same, state__in=OPEN).select_related("channel").order_by("at", "pk")


def replies(messages: list[Message]) -> dict[int, list[Reply]]:
    """Our answers, by message, oldest first."""
    by_message: dict[int, list[Reply]] = {}
    for reply in Reply.objects.filter(message__in=messages).select_related("delivery", "by").order_by("pk"):
        by_message.setdefault(reply.message_id, []).append(reply)
    return by_message
