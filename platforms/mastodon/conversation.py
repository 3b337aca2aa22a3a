"""Reading and answering replies and private messages. https://docs.joinmastodon.org/methods/notifications/

A direct status that mentions us and nobody else is a private message; its conversation is the other person's account,
since a thread does not stay one: whoever writes again begins a new one.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import attachment_content
from platforms.errors import Rejected
from platforms.mastodon import server, statuses
from platforms.mastodon.calls import Calls
from platforms.options import Option
from platforms.protocols import Facts
from platforms.reply_windows import OTHER_PERSON, ReplyWindow, without_limit
from platforms.times import moment
from platforms.translation import gettext_noop
from platforms.types import Message, Messages, Outgoing, Problem, Published, Read
from platforms.visibility import NARROWEST, is_private, is_wider, of_answer

PAGE = 40
CONTEXT = 4000
MENTION = statuses.MENTION
ANSWERED_IS_PRIVATE = gettext_noop(
    "The network reports that this message is private, so no public reply is sent to it. Read it again, then write a "
    "new reply."
)
REACHES_OTHERS = gettext_noop(
    "This reply is for one person only, and people mentioned in it could read it, too. Remove this: %(accounts)s."
)
# Of a status and its file; ids are letters on some servers.
IDS = re.compile(r"[\w-]{1,200}/[\w-]{1,200}")
# Edits of private messages are noticed in the list of conversations, which has the last message of each.
EDITED_WITHIN = timedelta(days=14)
WINDOWS = (without_limit("https://docs.joinmastodon.org/methods/statuses/#create", "2026-11-30"),)
OPTIONS: Mapping[str, Option] = {
    # How many of the mentions from before are read when a channel is connected. Ours to choose; ten calls.
    "mentions_back": Option(400, "2026-11-26", "https://docs.joinmastodon.org/methods/notifications/#get"),
}


class Conversation(ABC):
    """The half of the connector that talks with people."""

    calls: Calls
    set: Mapping[str, Any]
    facts: Facts
    # Notifications are of answers that name us.
    lists_replies: ClassVar[bool] = False
    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = WINDOWS

    @abstractmethod
    def own_id(self) -> str: ...

    @abstractmethod
    def publish_now(self, outgoing: Outgoing, read: Read) -> Published: ...

    def messages(self, cursor: str | None = None) -> Messages:
        """The cursor is the newest notification that was read; on the way back "newest<oldest+how many"."""
        newest, oldest, count = _places(cursor)
        if newest and not oldest:
            page = self._mentions({"min_id": newest}, lambda n: _order(n) > _size(newest))
            listed = self._messages(page)
            if len(page) < PAGE:
                known = {one.remote_id for one in listed}
                listed += tuple(one for one in self._last_private() if one.remote_id not in known)
            return Messages(listed, str(page[-1]["id"]) if page else newest)
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
        return tuple(self._message(n["status"]) for n in page if _mention(n))

    def _message(self, status: Mapping[str, Any], root: str | None = None) -> Message:
        return statuses.message(status, self.own_id(), root, one_private=self._has_one_private())

    def _has_one_private(self) -> bool:
        return self.facts.get("software") in server.ONE_PRIVATE

    def _last_private(self) -> list[Message]:
        """The last message of each private conversation, where it is ours, from whatever program, or was edited.

        https://docs.joinmastodon.org/methods/conversations/#get ; a server without it has none to tell.
        """
        try:
            listed = self.calls.entities("/api/v1/conversations", {"limit": PAGE})
        except Rejected:
            return []
        read = [self._last_of(conversation) for conversation in listed]
        return sorted((one for one in read if one), key=lambda one: one.at)

    def _last_of(self, conversation: Mapping[str, Any]) -> Message | None:
        status, accounts = conversation.get("last_status"), conversation.get("accounts")
        if not isinstance(status, dict) or not status.get("id") or not isinstance(status.get("account"), dict):
            return None
        own_id = self.own_id()
        if str(status["account"].get("id")) != own_id:
            read = self._message(status)
            return read if read.conversation and _was_edited(status) else None
        others = accounts if isinstance(accounts, list) else []
        match [one for one in others if isinstance(one, dict) and str(one.get("id")) != own_id]:
            case [other]:
                return statuses.own_message(status, own_id, other, one_private=self._has_one_private())
        return None

    def replies(self, remote_id: str) -> Messages:
        below = self.calls.get(f"/api/v1/statuses/{remote_id}/context").get("descendants") or ()
        own = self.own_id()
        others = [s for s in below if str((s.get("account") or {}).get("id")) != own]
        items = sorted((self._message(s, root=remote_id) for s in others), key=lambda m: m.at)
        # With a token up to 4096 are returned: app/controllers/api/v1/statuses_controller.rb
        return Messages(tuple(items), is_whole=len(below) < CONTEXT)

    @classmethod
    def opening(cls, message: Message) -> str:
        return f"@{message.author_handle} "

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """Checks with the server again who may read the answered message, and whom the answer would reach."""
        if others := addressed(outgoing):
            raise Rejected(REACHES_OTHERS % {"accounts": ", ".join(others)}, code="visibility")
        if outgoing.conversation:
            self._check_recipient(outgoing)
            return self.publish_now(outgoing, read)
        if not outgoing.reply_to or outgoing.visibility == NARROWEST:
            return self.publish_now(outgoing, read)
        answered = self.calls.get(f"/api/v1/statuses/{outgoing.reply_to}")
        if is_wider(outgoing.visibility, of_answer(statuses.visibility(answered))):
            raise Rejected(ANSWERED_IS_PRIVATE, code="visibility")
        return self.publish_now(outgoing, read)

    def _check_recipient(self, outgoing: Outgoing) -> None:
        """A mention is what sends a direct status, so the one in the text has to be the recipient's."""
        self.own_id()  # known before anything is sent: what comes back is compared with it
        answered = self.calls.get(f"/api/v1/statuses/{outgoing.reply_to}")
        account = answered.get("account") or {}
        author = str(account.get("id") or "")
        opening = f"@{account.get('acct')} ".lower()
        is_theirs = author == outgoing.recipient == outgoing.conversation
        if not is_theirs or outgoing.visibility != NARROWEST or not outgoing.text.lower().startswith(opening):
            raise Rejected(OTHER_PERSON, code="recipient")

    def attachment(self, source: str, most: int) -> bytes:
        """The address comes from our own server each time: what a stored one leads to may have changed, and a server
        may sign addresses for a while only. The access goes to no other host."""
        status_id, _, media_id = source.partition("/")
        if not IDS.fullmatch(source):
            raise attachment_content.expired()
        try:
            status = self.calls.get(f"/api/v1/statuses/{status_id}")
        except Rejected as refused:
            if refused.code in ("404", "410"):
                raise attachment_content.expired() from None
            raise
        urls = [str(one.get("url") or "") for one in statuses.attachments(status) if str(one["id"]) == media_id]
        if not urls or not urls[0]:
            raise attachment_content.expired()
        return attachment_content.fetch(self.calls.http, urls[0], most)


def _was_edited(status: Mapping[str, Any]) -> bool:
    """https://docs.joinmastodon.org/entities/Status/#edited_at"""
    try:
        edited_at = moment(str(status.get("edited_at") or ""))
    except ValueError:
        return False
    return edited_at > datetime.now(UTC) - EDITED_WITHIN


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
