"""Comments in the channel's discussion group, private messages to the bot, and webhook events.

https://core.telegram.org/bots/api#update. A channel's posts are copied into its linked group; a comment is a reply to
that copy. A bot gets what is written after it joined, stores nothing, and cannot list the comments of one post.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.errors import Rejected
from platforms.telegram import private
from platforms.telegram.calls import Calls
from platforms.telegram.sending import LINKS
from platforms.types import Message, MessageChanges, Messages, RawEvent
from platforms.visibility import Visibility

REACTIONS = "message_reaction_count"
# What `getUpdates` is asked for.
POLLED = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "my_chat_member",
)
# Counts of reactions are stored from events alone (`reactions`), so they are for a webhook.
HEARD = (*POLLED, REACTIONS)
# Updates that may be a comment: a new message, and an edited one.
WRITTEN = ("message", "edited_message")
PAGE = 100
CONFLICT = "409"


class Conversation(ABC):
    """The half of the connector that listens."""

    calls: Calls
    facts: Mapping[str, Any]

    @abstractmethod
    def channel_id(self) -> str: ...

    def messages(self, cursor: str | None = None) -> Messages:
        """Messages since `cursor`. None while a webhook is set: Telegram offers only one of both."""
        params: dict[str, Any] = {"limit": PAGE, "timeout": 0, "allowed_updates": list(POLLED)}
        if cursor:
            params["offset"] = int(cursor)
        try:
            updates = self.calls.private("getUpdates", params)
        except Rejected as refused:
            if refused.code == CONFLICT:
                return Messages((), cursor)
            raise
        known = [one for one in updates if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
        written = [one[name] for one in known for name in WRITTEN if isinstance(one.get(name), dict)]
        read = [one for content in written if self._is_ours(content) for one in _written(content, self.channel_id())]
        last = str(known[-1]["update_id"] + 1) if known else cursor
        return Messages(tuple(read), last)

    def _is_ours(self, update: Mapping[str, Any]) -> bool:
        """One bot may serve several channels, and gets updates of all their groups. What is written to a bot of several
        municipalities is for none that we know, so it has to be known that it is of one."""
        if private.is_private(update):
            return self.facts.get("is_shared") is False
        group = self.facts.get("group")
        if group:
            return str(_part(update, "chat").get("id")) == group
        return origin(update) in ("", self.channel_id())

    def replies(self, remote_id: str) -> Messages:
        """A bot cannot ask for them."""
        return Messages(())

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        """The whole change: a bot with a webhook cannot ask. There are no updates about deletions."""
        new, changed = (_written(_part(event.payload, name), event.account_id) for name in WRITTEN)
        return MessageChanges(new, changed)


def message(content: Mapping[str, Any], channel: str) -> Message | None:
    """A comment; None for other messages of the group: copies of our posts, service messages, conversations."""
    chat, text = content.get("chat") or {}, content.get("text") or content.get("caption")
    above = content.get("reply_to_message") or {}
    own = content.get("is_automatic_forward") or str((content.get("sender_chat") or {}).get("id")) == channel
    # A chat with the bot is "private"; a channel's direct messages are a supergroup of their own (Bot API 9.2).
    is_private = chat.get("type") not in ("supergroup", "group") or chat.get("is_direct_messages")
    if not text or own or not above or is_private:
        return None
    root = _post(above, channel)
    number, author = content["message_id"], _author(content)
    return Message(
        remote_id=f"{chat['id']}:{number}",
        in_reply_to=root or f"{chat['id']}:{above.get('message_id')}",
        root=root,
        author_id=author["id"],
        author_handle=author["handle"],
        author_name=author["name"],
        author_url=f"{LINKS}/{author['username']}" if author["username"] else "",
        author_avatar_url="",
        text=str(text),
        url=f"{LINKS}/c/{str(chat['id']).removeprefix('-100')}/{number}",
        at=_moment(content.get("date")) or datetime.now(UTC),
        visibility=Visibility.PUBLIC,
    )


def _written(content: Mapping[str, Any], channel: str) -> tuple[Message, ...]:
    """The comment or private message in an update, if it is one."""
    try:
        is_private = private.is_private(content)
        read = (private.message(content) if is_private else message(content, channel)) if content else None
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        return ()  # an unknown form of update
    return (read,) if read else ()


def _post(above: Mapping[str, Any], channel: str) -> str | None:
    """The post of the channel of which `above` is the copy in the group."""
    origin = above.get("forward_origin") or {}
    ours = origin.get("type") == "channel" and str((origin.get("chat") or {}).get("id")) == channel
    return str(origin["message_id"]) if ours and origin.get("message_id") else None


def _author(content: Mapping[str, Any]) -> dict[str, str]:
    """A person, or the group or channel as which they write."""
    who: Mapping[str, Any] = content.get("sender_chat") or content.get("from") or {}
    name = str(who.get("title") or " ".join(str(who[part]) for part in ("first_name", "last_name") if who.get(part)))
    username = str(who.get("username") or "")
    return {"id": str(who.get("id") or ""), "username": username, "name": name, "handle": username or name or "?"}


def _at(content: Mapping[str, Any]) -> datetime | None:
    return _moment(content.get("edit_date") or content.get("date"))


def _moment(date: Any) -> datetime | None:
    if not isinstance(date, int) or isinstance(date, bool) or not 0 < date < 10**11:
        return None
    return datetime.fromtimestamp(date, UTC)


def events(payload: Any) -> list[RawEvent]:
    """One update is one event. Its number is the bot's own, so the chat belongs to the key."""
    if not isinstance(payload, dict) or not isinstance(payload.get("update_id"), int):
        return []
    name = next((one for one in HEARD if isinstance(payload.get(one), dict)), "")
    content: Mapping[str, Any] = payload.get(name) or {}
    chat = _part(content, "chat")
    where = str(chat.get("id") or "")
    account = where if chat.get("type") == "channel" else origin(content)
    key, kind = f"{where}:{payload['update_id']}", _kind(name, content)
    if kind == "private":
        # A person's chats with several bots have one id.
        key = f"{key}:{content.get('message_id')}:{content.get('date')}"[:100]
    return [RawEvent(key, account, kind, payload, _at(content), place=where)]


def origin(content: Mapping[str, Any]) -> str:
    """The channel's id in the copy of its post and in a direct reply to it; "" for other messages."""
    for one in (content, _part(content, "reply_to_message")):
        came_from = _part(one, "forward_origin")
        if one.get("is_automatic_forward") and came_from.get("type") == "channel":
            return str(_part(came_from, "chat").get("id") or "")
    return ""


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}


def _kind(name: str, content: Mapping[str, Any]) -> str:
    if name in ("channel_post", "edited_channel_post"):
        return "post"
    if name == REACTIONS:
        return "reactions"
    if name in WRITTEN and private.is_private(content):
        return "private"
    if name in WRITTEN and content.get("reply_to_message"):
        return "comment"
    return "other"
