"""What a person writes to a Viber bot. https://developers.viber.com/docs/api/rest-bot-api/#receive-message-from-user

A conversation is the person, whose id is one of this bot alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.types import Attachment, AttachmentKind, Message, MessageChanges, RawEvent, Seen
from platforms.viber.account import moment
from platforms.visibility import Visibility

FILES = {"picture": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "file": AttachmentKind.FILE}


def changes(event: RawEvent) -> MessageChanges:
    """Never an exception: what cannot be read holds nothing."""
    payload = event.payload
    try:
        if payload.get("event") == "seen":
            at = moment(payload.get("timestamp"))
            return MessageChanges(seen=(Seen(_id(payload["user_id"]), at),) if at else ())
        if payload.get("event") == "message":
            read = message(payload)
            return MessageChanges(new=(read,) if read else ())
    except (LookupError, TypeError, AttributeError, ValueError):
        return MessageChanges()
    return MessageChanges()


def message(payload: Mapping[str, Any]) -> Message | None:
    """None for a message with nothing in it that we know."""
    sender, content = payload["sender"], payload["message"]
    text, attachments = content.get("text") or "", tuple(_attachments(content))
    at = moment(payload["timestamp"])
    if not isinstance(text, str) or at is None or not (text or attachments):
        return None
    author, name = _id(sender["id"]), str(sender.get("name") or "")
    return Message(
        remote_id=str(int(payload["message_token"])),
        in_reply_to=None,
        root=None,
        author_id=author,
        author_handle=name or "?",
        author_name=name,
        author_url="",
        author_avatar_url="",
        text=text,
        url="",
        at=at,
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=author,
        attachments=attachments,
    )


def person(payload: Mapping[str, Any]) -> str:
    """The id of the person whom an event is about, "" where there is none."""
    for part in (payload.get("sender"), payload.get("user")):
        if isinstance(part, dict):
            return str(part.get("id") or "")
    return str(payload.get("user_id") or "")


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no person")
    return value


def _attachments(content: Mapping[str, Any]) -> Iterator[Attachment]:
    kind, media = str(content.get("type")), content.get("media")
    if kind in FILES and isinstance(media, str):
        size, name = content.get("file_size", content.get("size")), str(content.get("file_name") or "")
        known = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
        yield Attachment(FILES[kind], media if len(media) <= 2000 else "", name=name, size=known)
    elif kind == "url" and isinstance(media, str):
        yield Attachment(AttachmentKind.LINK, url=media[:2000])
    elif kind == "location":
        place = content["location"]
        latitude, longitude = float(place["lat"]), float(place["lon"])
        yield Attachment(AttachmentKind.LOCATION, latitude=latitude, longitude=longitude)
    elif kind == "contact":
        contact = content["contact"]
        parts = (contact.get(name) for name in ("name", "phone_number"))
        yield Attachment(AttachmentKind.OTHER, name=" ".join(str(part) for part in parts if part))
    elif content.get("type") and kind != "text":
        yield Attachment(AttachmentKind.OTHER)
