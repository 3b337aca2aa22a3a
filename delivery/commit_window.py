"""How long a network may still carry out a call that got no usable answer.

A gateway can answer 504 while the server behind it publishes minutes later. Until that is ruled out, a search that does
not show the post proves nothing: the delivery is *checking*.
"""

from datetime import datetime, timedelta

from django.conf import settings

from channels import validation
from channels.models import Channel
from delivery import queries
from delivery.models import Delivery


def commit_window(channel: Channel, *, is_private: bool = False) -> timedelta:
    """The connector's, or what `COMMIT_WINDOWS` sets for its network. `is_private`: of an answer in a private
    conversation."""
    seconds = settings.COMMIT_WINDOWS.get(channel.platform)
    return validation.commit_window(channel, is_private=is_private) if seconds is None else timedelta(seconds=seconds)


def decisive_at(delivery: Delivery) -> datetime:
    """From when on a search that does not show the post means that it is not there."""
    is_private = bool(delivery.payload.get("conversation"))
    return queries.last_sent(delivery) + commit_window(delivery.channel, is_private=is_private)
