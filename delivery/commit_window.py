"""How long a network may still carry out a call that got no usable answer.

A gateway can answer 504 while the server behind it publishes minutes later. Until that is ruled out, a search that does
not show the post proves nothing: the delivery is *checking*.
"""

from datetime import datetime, timedelta

from django.conf import settings

from channels import validation
from channels.models import Channel
from delivery import queries, rules
from delivery.models import Delivery


def commit_window(channel: Channel, *, is_private: bool = False) -> timedelta:
    """The connector's, or what `COMMIT_WINDOWS` sets for its network. `is_private`: of an answer in a private
    conversation."""
    seconds = settings.COMMIT_WINDOWS.get(channel.platform)
    return validation.commit_window(channel, is_private=is_private) if seconds is None else timedelta(seconds=seconds)


def of_delivery(delivery: Delivery) -> timedelta:
    return commit_window(delivery.channel, is_private=bool(delivery.payload.get("conversation")))


def of_edits(channel: Channel) -> timedelta:
    """How long a network may still carry out a change. A late one brings an earlier text back also where a late post
    would be no second one, so it is never shorter than the window of most networks."""
    if channel.platform in settings.COMMIT_WINDOWS:
        return commit_window(channel)
    return max(commit_window(channel), rules.USUAL_WINDOW)


def decisive_at(delivery: Delivery) -> datetime:
    """From when on a search that does not show the post means that it is not there."""
    last = queries.last_sent(delivery)
    if delivery.is_unverified and delivery.restored_at:
        # Calls that the backup does not know may have left until the restore.
        last = max(last, delivery.restored_at)
    return last + of_delivery(delivery)
