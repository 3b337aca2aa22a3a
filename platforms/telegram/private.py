"""What a person writes to the bot itself, and our answers there. https://core.telegram.org/bots/api#message

A private chat has one person, whose id is the chat's. A bot cannot write first: whoever starts it may be answered at
any time, until they block it. The chat belongs to the bot, not to a channel: see `channels.domain.inbound`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms import attachment_content
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.reply_windows import OTHER_PERSON, RECIPIENT_GONE, without_limit
from platforms.telegram.calls import Calls, description_has
from platforms.telegram.sending import LINKS
from platforms.types import Attachment, AttachmentKind, Message, Outgoing
from platforms.visibility import Visibility

# https://core.telegram.org/bots/features#global-commands: pressed and not written.
COMMANDS = re.compile(r"/(?:start|help|settings)(?:@\w+)?(?:\s.*)?", re.DOTALL)
# A bot may write at any time to whoever has written to it and has not blocked it. Telegram names no limit.
WINDOWS = (without_limit("https://core.telegram.org/bots#how-are-bots-different-from-users", "2026-11-30"),)
# What Telegram says of a person whom the bot does not reach, in lower case. It documents none of these.
UNREACHABLE = (
    "blocked by the user", "user is deactivated", "can't initiate conversation", "chat not found", "peer_id_invalid",
)  # fmt: skip
# https://core.telegram.org/bots/api#getfile
FILE_BYTES = 20_000_000
PATH = re.compile(r"^\w[\w./-]{0,500}$", re.ASCII)


def is_private(content: Mapping[str, Any]) -> bool:
    chat = content.get("chat")
    return isinstance(chat, dict) and chat.get("type") == "private"


def message(content: Mapping[str, Any]) -> Message | None:
    """A person's message to the bot; None for a command, and for what people did not write."""
    chat, person = content["chat"], content["from"]
    if not is_private(content) or person.get("is_bot") or chat["id"] != person["id"]:
        return None
    text, attachments = content.get("text") or content.get("caption") or "", tuple(_attachments(content))
    if not isinstance(text, str) or not (text or attachments) or COMMANDS.fullmatch(text):
        return None
    above = content.get("reply_to_message") or {}
    author, username = str(person["id"]), str(person.get("username") or "")
    name = " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))
    return Message(
        remote_id=f"{author}:{content['message_id']}",
        in_reply_to=f"{author}:{above['message_id']}" if above else None,
        root=None,
        author_id=author,
        author_handle=username or name or "?",
        author_name=name,
        author_url=f"{LINKS}/{username}" if username else "",
        author_avatar_url="",
        text=text,
        url="",
        at=_moment(content["date"]),
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=author,
        attachments=attachments,
    )


def _moment(date: Any) -> datetime:
    return datetime.fromtimestamp(int(date), UTC)


def _attachments(content: Mapping[str, Any]) -> Iterator[Attachment]:
    # An animation is a document as well, for old programs.
    known: dict[str, Callable[[Any], Attachment]] = {
        "animation": _file(AttachmentKind.VIDEO),
        "photo": _photo,
        "video": _file(AttachmentKind.VIDEO),
        "video_note": _file(AttachmentKind.VIDEO),
        "voice": _file(AttachmentKind.VOICE),
        "audio": _file(AttachmentKind.VOICE),
        "document": _file(AttachmentKind.FILE),
        "location": _location,
        "contact": _contact,
        "sticker": _sticker,
    }
    for name, read in known.items():
        if content.get(name) and not (name == "document" and content.get("animation")):
            yield read(content[name])
            return
    if any(content.get(name) for name in ("story", "poll", "dice", "game", "checklist", "paid_media")):
        yield Attachment(AttachmentKind.OTHER)


def _file(kind: AttachmentKind) -> Callable[[Mapping[str, Any]], Attachment]:
    def read(file: Mapping[str, Any]) -> Attachment:
        name, mime = str(file.get("file_name") or ""), str(file.get("mime_type") or "")
        return Attachment(kind, str(file["file_id"]), name=name, mime=mime, size=_size(file))

    return read


def _photo(sizes: list[Mapping[str, Any]]) -> Attachment:
    """The largest that the bot can fetch."""
    usable = [one for one in sizes if (_size(one) or 0) <= FILE_BYTES]
    largest = max(usable or sizes, key=lambda one: int(one["width"]) * int(one["height"]))
    return Attachment(AttachmentKind.PICTURE, str(largest["file_id"]), mime="image/jpeg", size=_size(largest))


def _location(place: Mapping[str, Any]) -> Attachment:
    latitude, longitude = float(place["latitude"]), float(place["longitude"])
    return Attachment(AttachmentKind.LOCATION, latitude=latitude, longitude=longitude)


def _contact(contact: Mapping[str, Any]) -> Attachment:
    parts = (contact.get(name) for name in ("first_name", "last_name", "phone_number"))
    return Attachment(AttachmentKind.OTHER, name=" ".join(str(part) for part in parts if part))


def _sticker(sticker: Mapping[str, Any]) -> Attachment:
    return Attachment(AttachmentKind.OTHER, name=str(sticker.get("emoji") or ""))


def _size(file: Mapping[str, Any]) -> int | None:
    size = file.get("file_size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None


# ---- answers


def chat_of(outgoing: Outgoing) -> int:
    """The chat of the answer. Raises `Rejected` where the parts of the answer do not mean the same person."""
    chat, _, number = str(outgoing.reply_to or "").partition(":")
    same = outgoing.conversation == outgoing.recipient == chat
    if not same or not chat.isdecimal() or not number.isdecimal() or outgoing.visibility != Visibility.DIRECT:
        raise Rejected(OTHER_PERSON, code="recipient")
    return int(chat)


def send(calls: Calls, method: str, **arguments: Any) -> Any:
    """The one request of an answer. A person who blocked the bot takes the channel no access away."""
    try:
        return calls.public(method, **arguments)
    except (NeedsConsent, Rejected) as refused:
        if description_has(refused, *UNREACHABLE):
            raise Rejected(RECIPIENT_GONE, code="recipient_gone", evidence=refused.evidence) from None
        raise


def attachment(calls: Calls, file_id: str, most: int) -> bytes:
    """https://core.telegram.org/bots/api#getfile: the address holds the token, so it is made for this one read."""
    try:
        file = calls.private("getFile", {"file_id": file_id})
    except Rejected as refused:
        raise _no_file(refused) from None
    path = file.get("file_path") if isinstance(file, dict) else None
    # A server of one's own may give a place on its disk, which cannot be fetched.
    if not isinstance(path, str) or ".." in path or not PATH.fullmatch(path):
        raise attachment_content.expired()
    if (size := _size(file)) is not None and size > most:
        raise attachment_content.too_big()
    try:
        return attachment_content.fetch(calls.http, f"{calls.server}/file/bot{calls.token}/{path}", most)
    except NotReached as problem:
        raise NotReached(problem.message) from None


def _no_file(refused: Rejected) -> Rejected:
    is_large = description_has(refused, "too big")
    return attachment_content.too_big() if is_large else attachment_content.expired()
