"""Reading what people answer, and answering. https://docs.joinmastodon.org/methods/notifications/"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from platforms.mastodon import statuses
from platforms.mastodon.calls import Calls
from platforms.types import Message, Messages, Outgoing, Published, Read

PAGE = 40
CONTEXT = 4000


class Conversation(ABC):
    """The half of the connector that talks with people."""

    calls: Calls
    # Notifications are of answers that name us.
    tells_below: ClassVar[bool] = False

    @abstractmethod
    def own_id(self) -> str: ...

    @abstractmethod
    def publish(self, outgoing: Outgoing, read: Read) -> Published: ...

    def messages(self, cursor: str | None = None) -> Messages:
        params: dict[str, Any] = {"types[]": "mention", "limit": PAGE}
        if cursor:
            params["min_id"] = cursor
        page = self.calls.entities("/api/v1/notifications", params)
        fresh = sorted((n for n in page if _mention(n) and _later(str(n["id"]), cursor)), key=_order)
        items = tuple(statuses.message(n["status"], self.own_id()) for n in fresh)
        return Messages(items, str(fresh[-1]["id"]) if fresh else cursor)

    def replies(self, remote_id: str) -> Messages:
        below = self.calls.get(f"/api/v1/statuses/{remote_id}/context").get("descendants") or ()
        own = self.own_id()
        theirs = [s for s in below if str((s.get("account") or {}).get("id")) != own]
        items = sorted((statuses.message(s, own, root=remote_id) for s in theirs), key=lambda m: m.at)
        # Whoever asks with a token is told of up to 4096: app/controllers/api/v1/statuses_controller.rb
        return Messages(tuple(items), is_whole=len(below) < CONTEXT)

    @classmethod
    def opening(cls, message: Message) -> str:
        return f"@{message.author_handle} "

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        return self.publish(outgoing, read)


def _mention(notification: Any) -> bool:
    return notification.get("type") == "mention" and bool(notification.get("status"))


def _order(notification: Mapping[str, Any]) -> tuple[int, str]:
    return _size(str(notification["id"]))


def _size(remote_id: str) -> tuple[int, str]:
    # Ids are decimal strings: a longer one is later. https://docs.joinmastodon.org/api/guidelines/#id
    return len(remote_id), remote_id


def _later(remote_id: str, cursor: str | None) -> bool:
    return cursor is None or _size(remote_id) > _size(cursor)
