"""Snoozed messages come back when their author writes again or somebody replies to them."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from channels.models import Channel
from inbox.models import Message, Reply


def unsnooze_related(channel: Channel, fresh: Sequence[Message]) -> int:
    """Unsnooze messages that these new ones belong to. One statement, whatever their number; none without new messages.

    Below a post of ours hundreds may write about different things: there a conversation is what the same author writes,
    and replies to the message or to our answer. Elsewhere it is everything with the same root.
    """
    if not fresh:
        return 0
    parents = {one.in_reply_to for one in fresh if one.in_reply_to}
    roots = {one.root for one in fresh if one.root and one.publication_id is None}
    ours = Reply.objects.filter(message__channel=channel, delivery__remote_id__in=parents)
    same = Q(remote_id__in=parents | roots) | Q(pk__in=ours.values("message"))
    same |= Q(root__in=roots, publication__isnull=True)
    for publication, root, author in {(one.publication_id, one.root, one.author_id) for one in fresh if one.author_id}:
        where = Q(publication=publication) if publication else Q(root=root) if root else None
        if where is not None:
            same |= where & Q(author_id=author)
    rows = Message.objects.filter(same, channel=channel, snoozed_until__gt=timezone.now())
    return rows.exclude(remote_id__in=[one.remote_id for one in fresh]).update(snoozed_until=None)
