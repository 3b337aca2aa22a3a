"""Storing messages from webhook events, without calling the network.

`channels.domain.inbound` stores the events. Messages are taken from those that hold their text: a burst of thousands
costs a few queries and no calls, and networks that cannot be polled (Telegram, while a webhook is set) are covered too.
Where an event only reports that something was written, the channel is woken (`MessageFetch.woken_at`) and
`inbox.domain.ingest` fetches it. Storing the messages and marking the event as read are one transaction, so a worker
that dies has done both or neither.
"""

import logging
from collections.abc import Sequence

from django.db import Error, OperationalError, transaction
from django.utils import timezone

from channels.domain import unread_events
from channels.enums import ChannelState
from channels.models import Channel
from inbox.domain import conversations
from inbox.domain.deleted_messages import mark_deleted
from inbox.domain.ingest import store_messages
from inbox.models import MessageFetch
from municipalities.tenancy import everywhere, scope
from platforms import types

log = logging.getLogger(__name__)

AT_ONCE = 500
UnreadEvent = tuple[int, types.MessageChanges | None]


def ingest_events(platform: str, account: str) -> int:
    """Read everything that is unread of one account, oldest first; returns how many messages were new."""
    with everywhere("an event names its account, not its municipality"):
        held = Channel.objects.filter(platform=platform, remote_id=account).exclude(state=ChannelState.DISCONNECTED)
        channel = held.select_related("municipality").order_by("pk").first()
    if channel is None:
        unread_events.give_up(platform, account)  # it was disconnected since
        return 0
    new = 0
    with scope(channel.municipality_id):
        while (count := _store_batch(channel)) is not None:
            new += count
    return new


def _store_batch(channel: Channel) -> int | None:
    """How many messages of the oldest events were new; None when none is left, or another worker holds the lock."""
    try:
        with transaction.atomic():
            message_fetch = MessageFetch.objects.select_for_update(skip_locked=True).filter(channel=channel).first()
            events = unread_events.of(channel, AT_ONCE) if message_fetch else []
            if message_fetch is None or not events:
                return None
            return _store(message_fetch, channel, events)
    except OperationalError:
        raise
    except (Error, ValueError):
        log.exception("Events of channel %s are read one by one", channel.pk)
        return _store_one_by_one(channel)


def _store(message_fetch: MessageFetch, channel: Channel, events: Sequence[UnreadEvent]) -> int:
    """Applied in order: new messages, edits, deletions."""
    changes = [one for _key, one in events if one is not None]
    new = store_messages(channel, [m for one in changes for m in one.new], follows=False)
    new += store_messages(channel, [m for one in changes for m in one.changed])
    if lost := {key for one in changes for key in one.deleted}:
        mark_deleted(channel, lost)
    conversations.mark_seen(channel, [one for change in changes for one in change.seen])
    if len(changes) < len(events):
        message_fetch.woken_at = timezone.now()
        message_fetch.save(update_fields=["woken_at"])
    unread_events.mark([key for key, _ in events])
    return new


def _store_one_by_one(channel: Channel) -> int:
    """An event that cannot be stored is logged and skipped, so that it does not block the others."""
    new = 0
    with transaction.atomic():
        message_fetch = MessageFetch.objects.select_for_update().get(channel=channel)
        for event in unread_events.of(channel, AT_ONCE):
            try:
                with transaction.atomic():
                    new += _store(message_fetch, channel, [event])
            except OperationalError:
                raise
            except (Error, ValueError):
                log.exception("Event %s cannot be kept", event[0])
                unread_events.mark([event[0]])
    return new
