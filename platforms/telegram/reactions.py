"""Counts of reactions, which Telegram sends when they change and returns to no call.

https://core.telegram.org/bots/api#messagereactioncountupdated: all counts of one message as of a time, grouped, up to a
few minutes late. An album is counted at its first message.
"""

from collections.abc import Mapping
from typing import Any

from platforms.telegram.conversation import REACTIONS
from platforms.types import PostMetrics, RawEvent

# More than there are people.
MOST = 2**31


def metrics(event: RawEvent) -> list[PostMetrics]:
    """The number of all reactions to a post: emoji of any kind, and paid ones."""
    update = event.payload.get(REACTIONS) if isinstance(event.payload, Mapping) else None
    if not isinstance(update, Mapping) or event.at is None or not _is_count(update.get("message_id")):
        return []
    counts = [_count(one) for one in _listed(update.get("reactions"))]
    if None in counts or not _is_of_channel(update, event.account_id):
        return []
    total = sum(count for count in counts if count is not None)
    return [PostMetrics(str(update["message_id"]), {"likes": total}, event.at)] if total < MOST else []


def event_id(remote_id: str) -> str:
    """The first message of an album; a post in the discussion group is none of the channel's."""
    return remote_id if ":" in remote_id else remote_id.partition("-")[0]


def _listed(value: Any) -> list[Any]:
    """A count that cannot be read makes the sum wrong, so a list that is none has one."""
    return value if isinstance(value, list) else [None]


def _is_of_channel(update: Mapping[str, Any], channel: str) -> bool:
    chat = update.get("chat")
    return isinstance(chat, Mapping) and str(chat.get("id")) == channel


def _count(reaction: Any) -> int | None:
    count = reaction.get("total_count") if isinstance(reaction, Mapping) else None
    return count if _is_count(count) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST
