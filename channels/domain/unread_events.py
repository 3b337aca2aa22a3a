"""Webhook events about citizens' messages that were not read yet.

Each event is marked by itself instead of by a common position: many requests store events at once, so a smaller id may
become visible after a greater one, and a position would skip it. Call `mark` in the transaction that stores what the
events contain. An event is deleted only after it was read.
"""

from collections.abc import Collection

from django.utils import timezone

from channels import validation
from channels.models import Channel, Event
from platforms.types import MessageChanges

KINDS = ("comment", "mention", "private", "review")


def accounts() -> list[tuple[str, str]]:
    """(platform, account) pairs with unread events."""
    unread = Event.objects.filter(read_at__isnull=True, kind__in=KINDS)
    return list(unread.order_by().values_list("platform", "account_id").distinct())


def of(channel: Channel, most: int) -> list[tuple[int, MessageChanges | None]]:
    """The oldest events of an account by id, with the changes that each contains; None where the network has to be
    asked."""
    unread = Event.objects.filter(
        platform=channel.platform, account_id=channel.remote_id, read_at__isnull=True, kind__in=KINDS
    )
    return [(event.pk, validation.message_changes(event)) for event in unread.order_by("pk")[:most]]


def give_up(platform: str, account: str) -> None:
    """Mark the events of an account that no channel has any more."""
    unread = Event.objects.filter(platform=platform, account_id=account, read_at__isnull=True, kind__in=KINDS)
    unread.update(read_at=timezone.now())


def of_author(channel: Channel, author_id: str) -> list[Event]:
    """Events that contain one person's messages, oldest first. A month's events are searched."""
    events = Event.objects.filter(platform=channel.platform, account_id=channel.remote_id, kind__in=KINDS)
    return [event for event in events.order_by("pk").iterator() if _wrote(event, author_id)]


def delete_author(channel: Channel, author_id: str) -> int:
    """Delete what `of_author` returns; returns their number."""
    return Event.objects.filter(pk__in=[event.pk for event in of_author(channel, author_id)]).delete()[0]


def _wrote(event: Event, author_id: str) -> bool:
    changes = validation.message_changes(event)
    return changes is not None and any(one.author_id == author_id for one in (*changes.new, *changes.changed))


def mark(keys: Collection[int]) -> None:
    Event.objects.filter(pk__in=keys).update(read_at=timezone.now())
