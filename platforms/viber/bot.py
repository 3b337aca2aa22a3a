"""A Viber bot, beside the municipality's channel: private conversations with citizens, and no posts.

https://developers.viber.com/docs/api/rest-bot-api/ (Viber API Documentation 7.3.0, read on 30 November 2026)
Everything comes by webhook, and there is no list of messages. Only who has written to the bot or subscribed to it can
be answered.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from platforms import attachment_content, checks
from platforms.checks import NOT_FOR_FEW
from platforms.defaults import WithoutPosts
from platforms.errors import OutcomeUnknown, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.reply_windows import OTHER_PERSON, RECIPIENT_GONE, ReplyWindow, without_limit
from platforms.translation import gettext_noop
from platforms.types import (
    Limits,
    MessageChanges,
    Outgoing,
    Problem,
    Published,
    RawEvent,
    Read,
)
from platforms.viber import bot_messages
from platforms.viber.account import ViberAccount, moment
from platforms.visibility import Visibility

PAGE = "https://developers.viber.com/docs/api/rest-bot-api/"
WINDOWS = (without_limit(f"{PAGE}#send-message", "2026-11-30"),)
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
CHARACTERS, NAME_CHARACTERS = 7000, 28
# Not registered at Viber any more, and not subscribed to the bot.
UNREACHABLE = ("5", "6")
# https://developers.viber.com/docs/api/rest-bot-api/#error-codes: what a bot costs is settled with Viber.
UNPAID = ("21", "22", "23", "24")
NO_POSTS = gettext_noop("A Viber bot takes no posts; it is for conversations with citizens.")
NOT_PAID = gettext_noop(
    "Viber charges for messages of this bot and did not take this one. Whoever pays for the bot can settle that with "
    "Viber."
)


class ViberBot(WithoutPosts, ViberAccount):
    """One bot. Errors are those of `platforms.errors`."""

    no_posts: ClassVar[str] = NO_POSTS
    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = WINDOWS
    options: ClassVar[Mapping[str, Option]] = {
        # After "too many requests" no time is named.
        "wait_seconds": Option(120, "2026-11-30", "believed"),
        # Files are fetched from these hosts and those below them.
        "media_hosts": Option("viber.com", "2026-11-30", "believed"),
    }

    # Publishes: no posts

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        """Of an answer."""
        return Limits(
            max_characters=CHARACTERS,
            counting="utf16",
            max_images=0,
            alt_characters=0,
            link_card="none",
            post_links=False,
            withdraws=False,
        )

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        problems = checks.check(outgoing, limits)
        if not outgoing.conversation:
            problems.append(Problem("takes_no_posts", "channel", NO_POSTS))
        return problems

    # Converses

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """One message to one subscriber. The key travels with it and comes back with what the person answers."""
        if not outgoing.conversation or outgoing.visibility != Visibility.DIRECT:
            raise Rejected(NOT_FOR_FEW, code="visibility")
        if outgoing.conversation != outgoing.recipient:
            raise Rejected(OTHER_PERSON, code="recipient")
        # Read every time: the answer shows that the token is valid before the irreversible step begins.
        name = str(self.info().get("name") or "")[:NAME_CHARACTERS] or "Viber"
        body = {
            "receiver": outgoing.recipient,
            "min_api_version": 1,
            "sender": {"name": name},
            "tracking_data": outgoing.key,
            "type": "text",
            "text": outgoing.text,
            **_keyboard(outgoing),
        }
        try:
            answer = self.calls.public("/send_message", body)
        except Rejected as refused:
            if refused.code in UNREACHABLE:
                raise Rejected(RECIPIENT_GONE, code="recipient_gone", evidence=refused.evidence) from None
            if refused.code in UNPAID:
                raise Rejected(NOT_PAID, code=refused.code, evidence=refused.evidence) from None
            raise
        if not answer.get("message_token"):
            raise OutcomeUnknown("The server's answer names no post.", {"answer": sorted(answer)})
        return Published(str(answer["message_token"]), "", datetime.now(UTC))

    def attachment(self, source: str, most: int) -> bytes:
        """The address is what the event named: only Viber's own hosts are called. It is there for an hour."""
        parts, own = urlsplit(source), urlsplit(self.server)
        allowed = [host.strip() for host in str(self.set["media_hosts"]).split(",") if host.strip()]
        host = (parts.hostname or "").lower()
        is_theirs = any(host == one or host.endswith(f".{one}") for one in allowed)
        if not is_theirs and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise attachment_content.expired()
        return attachment_content.fetch(self.http, source, most)

    # Notifies

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        """What is delivered and what is seen have the number of the message that they are about, so the kind of the
        event and the person belong to the key."""
        if not isinstance(payload, dict) or not payload:
            return []
        name, person = str(payload.get("event") or ""), bot_messages.person(payload)
        token = payload.get("message_token")
        serialized = json.dumps(payload, sort_keys=True)
        key = f"{name}:{token}:{person}" if token else hashlib.sha256(serialized.encode()).hexdigest()
        kind = "private" if name in ("message", "seen") else "other"
        return [RawEvent(_short(key), "", kind, payload, moment(payload.get("timestamp")))]

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        return bot_messages.changes(event)

    def webhook(self, address: str) -> dict[str, Any]:
        return {**super().webhook(address), "event_types": list(EVENTS), "send_name": True, "send_photo": False}


def _keyboard(outgoing: Outgoing) -> dict[str, Any]:
    """https://developers.viber.com/docs/tools/keyboards/: six columns; a tap sends `ActionBody` as a text."""
    replies = outgoing.quick_replies
    if not replies:
        return {}
    columns = max(6 // len(replies), 1)
    buttons = [
        {"Columns": columns, "Rows": 1, "ActionType": "reply", "ActionBody": words, "Text": words} for words in replies
    ]
    return {"keyboard": {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}}


def _short(key: str) -> str:
    """A key is stored with up to 100 characters."""
    return key if len(key) <= 100 else hashlib.sha256(key.encode()).hexdigest()
