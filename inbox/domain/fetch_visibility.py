"""Fetching the visibility of messages that were stored without one, newest first.

Until then they count as the narrowest visibility. Each fetch of new messages asks about some of them, and about none
twice: what the network no longer returns keeps the narrowest visibility.
"""

from channels.models import Channel
from inbox.enums import MessageVisibility
from inbox.models import Message
from platforms.protocols import Connector

AT_ONCE = 20


def fetch_unknown(channel: Channel, connector: Connector) -> int:
    """Ask about some; returns how many were asked about. Raises what the connector raises."""
    rows = list(Message.objects.filter(channel=channel, visibility="").only("remote_id").order_by("-pk")[:AT_ONCE])
    if not rows:
        return 0
    known = connector.visibilities([row.remote_id for row in rows])
    for row in rows:
        row.visibility = known.get(row.remote_id, MessageVisibility.DIRECT)
    Message.objects.bulk_update(rows, ["visibility"])
    return len(rows)
