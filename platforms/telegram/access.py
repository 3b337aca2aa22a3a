"""Bots, channels, and the rights of a bot in a channel."""

import re
from typing import Any

from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.telegram.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Scope

TOKEN = re.compile(r"(\d{5,20}):[A-Za-z0-9_-]{20,100}", re.ASCII)
NAME = re.compile(r"@?([A-Za-z]\w{3,31})", re.ASCII)
NUMBER = re.compile(r"-?\d{1,16}", re.ASCII)
LINK = re.compile(r"(?:https?://)?(?:www\.)?(?:t|telegram)\.me/(?:s/)?([^?#\s]+?)/?(?:[?#]\S*)?", re.IGNORECASE)

POST_RIGHT = "can_post_messages"
SCOPES = (
    Scope(POST_RIGHT, gettext_noop("Post to the channel.")),
    Scope("can_edit_messages", gettext_noop("Correct the text of a post that is out."), needed=False),
    Scope("can_delete_messages", gettext_noop("Delete a post that is older than two days."), needed=False),
)
"""https://core.telegram.org/bots/api#chatmemberadministrator. A bot that may post may also correct what it posted, and
delete it for 48 hours; the other two reach further."""

WRONG_TOKEN = gettext_noop("Telegram knows no bot with this token.")
NO_CHANNEL = gettext_noop("The bot finds no channel of this name.")
NOT_A_CHANNEL = gettext_noop("This name belongs to a group or a person, not to a channel.")
BOT_OUTSIDE = gettext_noop("The bot is no administrator of this channel, or may not post there.")


def bot_of(token: str) -> str:
    """The id of the bot to which a token belongs. Raises `Rejected` for a malformed token."""
    fits = TOKEN.fullmatch(token)
    if not fits:
        raise Rejected(WRONG_TOKEN, field="token", code="token_wrong")
    return fits[1]


def known(asking: Calls) -> None:
    """Raise `Rejected` where Telegram does not know the token."""
    try:
        asking.private("getMe")
    except NeedsConsent as refused:
        raise Rejected(WRONG_TOKEN, field="token", code="token_wrong", evidence=refused.evidence) from None


def channel(asking: Calls, name: int | str) -> dict[str, Any]:
    """The channel as it shows itself to the bot. Raises `Rejected` for anything that is none."""
    try:
        chat = asking.private("getChat", {"chat_id": name})
    except (NeedsConsent, Rejected) as refused:
        raise Rejected(NO_CHANNEL, field="account", code="account_unknown", evidence=refused.evidence) from None
    if not isinstance(chat, dict) or not chat.get("id"):
        raise NotReached("The server did not tell whose access this is.")
    if chat.get("type") != "channel":
        raise Rejected(NOT_A_CHANNEL, field="account", code="not_a_channel")
    return chat


def chat_name(typed: str) -> int | str:
    """`@name` or the id of a channel, from user input or from a stored value. Raises `Rejected`."""
    text = typed.strip()
    match = LINK.fullmatch(text)
    if match:
        parts = match[1].split("/")
        text = f"-100{parts[1]}" if parts[0] == "c" and len(parts) > 1 else parts[0]
    if NUMBER.fullmatch(text):
        return int(text)
    named = NAME.fullmatch(text)
    if not named:
        raise Rejected(NO_CHANNEL, field="account", code="account_unknown")
    return f"@{named[1]}"


def post_number(link: str, account_id: str) -> str | None:
    """The post's number in t.me/name/57, or in t.me/c/1234567890/57 of a private channel. A name does not identify a
    channel."""
    match = LINK.fullmatch(link.strip())
    parts = match[1].split("/") if match else []
    if parts[:1] == ["c"]:
        parts = parts[1:] if len(parts) == 3 and f"-100{parts[1]}" == account_id else []
    number = parts[1] if len(parts) == 2 else ""
    return str(int(number)) if NUMBER.fullmatch(number) and int(number) > 0 else None


def rights(asking: Calls, chat: int, bot: str) -> tuple[str, ...]:
    """The requested rights that the bot has in the channel; none where it is no administrator."""
    try:
        member = asking.private("getChatMember", {"chat_id": chat, "user_id": int(bot)})
    except (NeedsConsent, Rejected):
        # "member list is inaccessible", "bot is not a member": it is not there.
        return ()
    if not isinstance(member, dict) or member.get("status") not in ("administrator", "creator"):
        return ()
    return tuple(scope.name for scope in SCOPES if member.get(scope.name) is True)
