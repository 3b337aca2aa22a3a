"""Private messages of a page (Messenger) and of an Instagram account, as events and lists contain them. Pure.

The network's message id is our `remote_id`; a conversation is named by the other person's id, which both events and
lists contain. Everything here is input from outside: what is not understood is left out, and nothing raises.

Events: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
(26 June 2024, of the messages themselves later), https://developers.facebook.com/docs/instagram-messaging/webhooks.
Lists: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations (11 February
2026). All read on 30 November 2026.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.meta import reading
from platforms.times import moment
from platforms.types import Attachment, AttachmentKind, Message, MessageChanges, RawEvent, Seen
from platforms.visibility import Visibility

# What an item of `messaging` or `standby` is about. Others (deliveries, reactions, opt-ins) change no message.
ABOUT = ("message", "message_edit", "read", "postback")
LONGEST_ID = 300
# In seconds: the year 5138.
LATEST = 10**11
LONGEST_ADDRESS = 2_000
MOST_ATTACHMENTS = 20
KINDS = {
    "image": AttachmentKind.PICTURE,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.VOICE,
    "file": AttachmentKind.FILE,
    "location": AttachmentKind.LOCATION,
    **dict.fromkeys(
        ("fallback", "share", "reel", "ig_reel", "post", "ig_post", "story", "ig_story", "story_mention", "template"),
        AttachmentKind.LINK,
    ),
}
FETCHED = frozenset({AttachmentKind.PICTURE, AttachmentKind.VIDEO, AttachmentKind.VOICE, AttachmentKind.FILE})
INSTAGRAM = "https://www.instagram.com"
OTHER = Attachment(AttachmentKind.OTHER)


def is_message_id(remote_id: str) -> bool:
    """Whether this is the id of a private message. Posts and comments have digits alone, in up to two parts."""
    return len(remote_id) <= LONGEST_ID and bool(remote_id.strip("0123456789_"))


def is_about_messages(item: Mapping[str, Any]) -> bool:
    return any(isinstance(item.get(name), dict) for name in ABOUT)


# ---- events


def changes(event: RawEvent) -> MessageChanges | None:
    """The changes in an event of kind "private". None where the network has to be asked: it names a message without
    its text."""
    item = event.payload.get("value") if isinstance(event.payload, Mapping) else None
    if not isinstance(item, dict):
        return MessageChanges()
    if isinstance(content := item.get("message"), dict):
        return _written(content, item, event)
    if isinstance(content := item.get("message_edit"), dict):
        return _edited(content, item, event)
    if isinstance(content := item.get("read"), dict):
        return _seen(content, item, event)
    return _tapped(item, event)


def _written(content: Mapping[str, Any], item: Mapping[str, Any], event: RawEvent) -> MessageChanges | None:
    number = _id(content.get("mid"))
    if not is_message_id(number):
        return None
    if content.get("is_deleted") is True:
        return MessageChanges(deleted=(number,))
    echo = content.get("is_echo") is True
    message = _of_event(number, content.get("text"), item, event, tuple(_attached(content)), echo=echo)
    return MessageChanges(new=(message,)) if message else MessageChanges()


def _edited(content: Mapping[str, Any], item: Mapping[str, Any], event: RawEvent) -> MessageChanges | None:
    """Instagram sends some with neither text nor sender: a new message that has to be asked for."""
    number, text = _id(content.get("mid")), content.get("text")
    if not is_message_id(number) or not isinstance(text, str):
        return None
    message = _of_event(number, text, item, event, ())
    return MessageChanges(changed=(message,)) if message else None


def _seen(content: Mapping[str, Any], item: Mapping[str, Any], event: RawEvent) -> MessageChanges:
    """Messenger says until when (`watermark`), Instagram which message: then the time of the event counts."""
    person = _party(item, "sender")
    until = reading.unix_time(content.get("watermark")) or reading.unix_time(item.get("timestamp")) or event.at
    if not person or person == event.account_id or until is None:
        return MessageChanges()
    return MessageChanges(seen=(Seen(person, until),))


def _tapped(item: Mapping[str, Any], event: RawEvent) -> MessageChanges | None:
    """A button that a person tapped is shown to both as a message with the button's words."""
    tapped = item.get("postback")
    content: Mapping[str, Any] = tapped if isinstance(tapped, dict) else {}
    number, title = _id(content.get("mid")), content.get("title")
    if not is_message_id(number) or not isinstance(title, str):
        return None
    message = _of_event(number, title, item, event, (), empty_is_other=False)
    return MessageChanges(new=(message,)) if message else MessageChanges()


def _of_event(
    number: str,
    text: Any,
    item: Mapping[str, Any],
    event: RawEvent,
    attachments: tuple[Attachment, ...],
    *,
    echo: bool = False,
    empty_is_other: bool = True,
) -> Message | None:
    """None where the other person is not named. What the account itself sent is ours, whatever else is said of it."""
    sender, recipient, account = _party(item, "sender"), _party(item, "recipient"), event.account_id
    ours = echo or (bool(account) and sender == account)
    person = recipient if ours else sender
    if not person or person == account:
        return None
    words = text if isinstance(text, str) else ""
    if not words and not attachments and empty_is_other:
        attachments = (OTHER,)
    at = reading.unix_time(item.get("timestamp")) or event.at or datetime.now(UTC)
    return _message(number, person, words, at, attachments, ours=ours, in_reply_to=_answered_story(item))


def _attached(content: Mapping[str, Any]) -> Iterator[Attachment]:
    listed = content.get("attachments")
    items = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    # Until 30 August 2026 a sticker came twice, once as a picture:
    # …/messenger-platform/webhooks/webhook-events/messages
    stickers = {_sticker(one) for one in items if one.get("type") == "sticker"}
    for one in items[:MOST_ATTACHMENTS]:
        if one.get("type") == "sticker" or (sticker := _sticker(one)) is None:
            yield _attachment(one)
        elif sticker not in stickers:
            yield OTHER  # a picture that is a sticker
    if (story := _story(content)) and (link := _address(story.get("url"))):
        yield Attachment(AttachmentKind.LINK, url=link)


def _sticker(attachment: Mapping[str, Any]) -> str | None:
    payload = attachment.get("payload")
    number = payload.get("sticker_id") if isinstance(payload, dict) else None
    return str(number) if isinstance(number, int | str) and number else None


def _attachment(one: Mapping[str, Any]) -> Attachment:
    word, inside = one.get("type"), one.get("payload")
    payload: Mapping[str, Any] = inside if isinstance(inside, dict) else {}
    kind = KINDS.get(word, AttachmentKind.OTHER) if isinstance(word, str) else AttachmentKind.OTHER
    name = _text(one.get("title") or payload.get("title"))
    where = _address(payload.get("url") or one.get("url"))
    if kind in FETCHED:
        return Attachment(kind, source=where, name=name)
    if kind == AttachmentKind.LINK:
        return Attachment(kind, name=name, url=where)
    if kind == AttachmentKind.LOCATION:
        latitude, longitude = _place(payload.get("coordinates"))
        return Attachment(kind, name=name, latitude=latitude, longitude=longitude)
    return OTHER


def _place(coordinates: Any) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees, or None for both."""
    given: Mapping[str, Any] = coordinates if isinstance(coordinates, dict) else {}
    latitude, longitude = _degrees(given.get("lat"), 90), _degrees(given.get("long"), 180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: Any, most: int) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > most or not math.isfinite(value):
        return None
    return float(value)


def _story(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our story that a message answers."""
    above = content.get("reply_to")
    story = above.get("story") if isinstance(above, dict) else None
    return story if isinstance(story, dict) else {}


def _answered_story(item: Mapping[str, Any]) -> str | None:
    content = item.get("message")
    return _id(_story(content).get("id")) or None if isinstance(content, dict) else None


def _party(item: Mapping[str, Any], name: str) -> str:
    party = item.get(name)
    return _id(party.get("id")) if isinstance(party, dict) else ""


# ---- lists


def second(value: Any) -> int:
    """The time of an entity of a list in seconds, 0 where there is none that can be."""
    if isinstance(value, str) and not value.isdecimal():
        try:
            number = int(moment(value).timestamp())
        except (ValueError, OverflowError):
            return 0
        return number if 0 < number < LATEST else 0
    read = reading.unix_time(int(value) if isinstance(value, str) and len(value) < 15 else value)
    return int(read.timestamp()) if read else 0


def other_person(conversation: Mapping[str, Any], account_id: str) -> Mapping[str, Any]:
    """The one participant who is not the account; {} where it is not clear who that is."""
    others = [
        one for one in reading.data(conversation.get("participants")) if _id(one.get("id")) not in ("", account_id)
    ]
    return others[0] if len(others) == 1 else {}


def of_conversation(conversation: Mapping[str, Any], account_id: str) -> Iterator[Message]:
    """Its messages, as the network lists them: newest first."""
    person = other_person(conversation, account_id)
    if not person:
        return
    for entity in reading.data(conversation.get("messages")):
        if message := of_list(entity, person, account_id):
            yield message


def of_list(entity: Mapping[str, Any], person: Mapping[str, Any], account_id: str) -> Message | None:
    """None where it has no usable id, or where nobody says who wrote it: ours must never become a citizen's."""
    number, author, other = _id(entity.get("id")), _id(_inside(entity, "from").get("id")), _id(person.get("id"))
    if not is_message_id(number) or not author or not other:
        return None
    words = entity.get("message")
    text = words if isinstance(words, str) else ""
    attachments = tuple(_listed_attachments(entity)) or (() if text else (OTHER,))
    story = _inside(_inside(entity, "story"), "reply_to")
    written = second(entity.get("created_time"))
    at = datetime.fromtimestamp(written, UTC) if written else datetime.now(UTC)
    return _message(
        number, other, text, at, attachments, ours=author != other, in_reply_to=_id(story.get("id")) or None, of=person
    )


def _listed_attachments(entity: Mapping[str, Any]) -> Iterator[Attachment]:
    for one in reading.data(entity.get("attachments"))[:MOST_ATTACHMENTS]:
        yield _listed_attachment(one)
    for share in reading.data(entity.get("shares"))[:MOST_ATTACHMENTS]:
        yield Attachment(AttachmentKind.LINK, name=_text(share.get("name")), url=_address(share.get("link")))
    story = _inside(entity, "story")
    for part in ("mention", "reply_to"):
        if link := _address(_inside(story, part).get("link")):
            yield Attachment(AttachmentKind.LINK, url=link)


def _listed_attachment(one: Mapping[str, Any]) -> Attachment:
    name, mime, size = _text(one.get("name")), _text(one.get("mime_type"))[:100], reading.number(one.get("size"))
    for field, kind in (("image_data", AttachmentKind.PICTURE), ("video_data", AttachmentKind.VIDEO)):
        if where := _address(_inside(one, field).get("url")):
            return Attachment(kind, source=where, name=name, mime=mime, size=size)
    if where := _address(one.get("file_url")):
        kind = AttachmentKind.VOICE if mime.startswith("audio/") else AttachmentKind.FILE
        return Attachment(kind, source=where, name=name, mime=mime, size=size)
    return OTHER


# ---- both


def _message(
    number: str,
    person: str,
    text: str,
    at: datetime,
    attachments: tuple[Attachment, ...],
    *,
    ours: bool,
    in_reply_to: str | None,
    of: Mapping[str, Any] | None = None,
) -> Message:
    """`of`: the other person as a list names them; events contain no names."""
    handle, name, url = _names(of or {})
    return Message(
        remote_id=number,
        in_reply_to=in_reply_to,
        root=None,
        author_id=person,
        author_handle=handle,
        author_name=name,
        author_url=url,
        author_avatar_url="",
        text=text,
        url="",
        at=at,
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=person,
        attachments=attachments,
        is_ours=ours,
    )


def _names(person: Mapping[str, Any]) -> tuple[str, str, str]:
    """(handle, name, address). On Facebook the name is all there is, as with comments."""
    user, name = _text(person.get("username")), _text(person.get("name"))
    if user:
        return f"@{user}", name or user, f"{INSTAGRAM}/{user}/"
    return name, name, ""


def _inside(entity: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = entity.get(name)
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    """ "" for anything but an id."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**40:
        return str(value)
    return value if isinstance(value, str) and len(value) <= LONGEST_ID else ""


def _text(value: Any) -> str:
    return value[:LONGEST_ID] if isinstance(value, str) else ""


def _address(value: Any) -> str:
    """A shortened address leads nowhere: a longer one is left out."""
    fits = isinstance(value, str) and len(value) <= LONGEST_ADDRESS and value.startswith(("https://", "http://"))
    return value if fits else ""
