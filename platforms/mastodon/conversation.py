"""Reading and answering replies. https://docs.joinmastodon.org/methods/notifications/"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from platforms.errors import Rejected
from platforms.mastodon import statuses
from platforms.mastodon.calls import Calls
from platforms.options import Option
from platforms.translation import gettext_noop
from platforms.types import Message, Messages, Outgoing, Problem, Published, Read
from platforms.visibility import NARROWEST, is_private, is_wider, of_answer

PAGE = 40
CONTEXT = 4000
# app/models/account.rb, MENTION_RE: not within a word, an address of mail or a path.
MENTION = re.compile(r"(?<![\w/])@\w[\w.-]*(?:@[\w.-]+)?")
ANSWERED_IS_PRIVATE = gettext_noop(
    "The network reports that this message is private, so no public reply is sent to it. Read it again, then write a "
    "new reply."
)
REACHES_OTHERS = gettext_noop(
    "This reply is for one person only, and people mentioned in it could read it, too. Remove this: %(accounts)s."
)
OPTIONS: Mapping[str, Option] = {
    # How many of the mentions from before are read when a channel is connected. Ours to choose; ten calls.
    "mentions_back": Option(400, "2026-11-26", "https://docs.joinmastodon.org/methods/notifications/#get"),
}


class Conversation(ABC):
    """The half of the connector that talks with people."""

    calls: Calls
    set: Mapping[str, Any]
    # Notifications are of answers that name us.
    lists_replies: ClassVar[bool] = False

    @abstractmethod
    def own_id(self) -> str: ...

    @abstractmethod
    def publish_now(self, outgoing: Outgoing, read: Read) -> Published: ...

    def messages(self, cursor: str | None = None) -> Messages:
        """The cursor is the newest notification that was read; on the way back "newest<oldest+how many"."""
        newest, oldest, count = _places(cursor)
        if newest and not oldest:
            page = self._mentions({"min_id": newest}, lambda n: _order(n) > _size(newest))
            return Messages(self._messages(page), str(page[-1]["id"]) if page else newest)
        # A server that starts from the top whatever `max_id` is has nothing older, which ends the list.
        back = {"max_id": oldest} if oldest else {}
        page = self._mentions(back, lambda n: not oldest or _order(n) < _size(oldest))
        if not page:
            return Messages((), newest or cursor, is_past=True)
        newest, count = newest or str(page[-1]["id"]), count + len(page)
        is_more = len(page) >= PAGE and count < self.set["mentions_back"]
        return Messages(self._messages(page), f"{newest}<{page[0]['id']}+{count}" if is_more else newest, is_past=True)

    def _mentions(self, place: Mapping[str, str], wanted: Callable[[Any], bool]) -> list[dict[str, Any]]:
        """One page of notifications, oldest first."""
        params = {"types[]": "mention", "limit": PAGE, **place}
        return sorted(filter(wanted, self.calls.entities("/api/v1/notifications", params)), key=_order)

    def _messages(self, page: list[dict[str, Any]]) -> tuple[Message, ...]:
        return tuple(statuses.message(n["status"], self.own_id()) for n in page if _mention(n))

    def replies(self, remote_id: str) -> Messages:
        below = self.calls.get(f"/api/v1/statuses/{remote_id}/context").get("descendants") or ()
        own = self.own_id()
        others = [s for s in below if str((s.get("account") or {}).get("id")) != own]
        items = sorted((statuses.message(s, own, root=remote_id) for s in others), key=lambda m: m.at)
        # With a token up to 4096 are returned: app/controllers/api/v1/statuses_controller.rb
        return Messages(tuple(items), is_whole=len(below) < CONTEXT)

    @classmethod
    def opening(cls, message: Message) -> str:
        return f"@{message.author_handle} "

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """Checks with the server again who may read the answered message, and whom the answer would reach."""
        if others := addressed(outgoing):
            raise Rejected(REACHES_OTHERS % {"accounts": ", ".join(others)}, code="visibility")
        if not outgoing.reply_to or outgoing.visibility == NARROWEST:
            return self.publish_now(outgoing, read)
        answered = self.calls.get(f"/api/v1/statuses/{outgoing.reply_to}")
        if is_wider(outgoing.visibility, of_answer(statuses.visibility(answered))):
            raise Rejected(ANSWERED_IS_PRIVATE, code="visibility")
        return self.publish_now(outgoing, read)


def addressed(outgoing: Outgoing) -> list[str]:
    """Accounts that a private answer mentions besides the one that it opens with: on these servers a mention is a
    recipient."""
    if not is_private(outgoing.visibility):
        return []
    named = [mention.rstrip(".-") for mention in MENTION.findall(outgoing.text)]
    return [fromkey for fromkey in dict.fromkeys(named) if fromkey.lower() != named[0].lower()]


def problems(outgoing: Outgoing) -> list[Problem]:
    others = ", ".join(addressed(outgoing))
    return [Problem("private_mentions", "text", REACHES_OTHERS, params={"accounts": others})] if others else []


def _mention(notification: Any) -> bool:
    return notification.get("type") == "mention" and bool(notification.get("status"))


def _order(notification: Mapping[str, Any]) -> tuple[int, str]:
    return _size(str(notification["id"]))


def _size(remote_id: str) -> tuple[int, str]:
    # Ids are decimal strings: a longer one is later. https://docs.joinmastodon.org/api/guidelines/#id
    return len(remote_id), remote_id


def _places(cursor: str | None) -> tuple[str, str, int]:
    """(newest, oldest or "" where nothing older is wanted, how many were read)"""
    newest, _, back = (cursor or "").partition("<")
    oldest, _, count = back.partition("+")
    return newest, oldest, int(count or 0)
