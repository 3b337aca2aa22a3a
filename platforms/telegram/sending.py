"""The one call that makes a post: its method and arguments. https://core.telegram.org/bots/api#available-methods

Texts are sent without `parse_mode`: nothing has to be escaped, and Telegram detects addresses, @mentions and #hashtags
by itself. A bold line is an entity beside the text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from platforms.telegram import settings
from platforms.types import Outgoing, Picture, Published, Read, Video

LINKS = "https://t.me"


@dataclass
class Call:
    """A method with its parameters, and the files that travel with them."""

    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """As `Calls.public` takes them: with files it is a form, whose nested values are JSON."""
        if not self.files:
            return {"json": self.params}
        return {"data": {name: _flat(value) for name, value in self.params.items()}, "files": self.files}


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def call(outgoing: Outgoing, read: Read, chat: int | str, answers: int | None) -> Call:
    """How `outgoing` is sent. `answers`: the number of the message in this chat that it replies to."""
    chosen = outgoing.settings
    params: dict[str, Any] = {"chat_id": chat, **settings.notification(chosen)}
    if answers is not None:
        params["reply_parameters"] = {"message_id": answers}
    number = len(outgoing.pictures) + bool(outgoing.video)
    if number > 1:
        return _album(outgoing, read, params)
    if outgoing.video:
        return _video(outgoing, outgoing.video, read, params)
    if outgoing.pictures:
        params |= _caption(outgoing)
        return Call("sendPhoto", params, {"photo": _file(outgoing.pictures[0], read)})
    params |= _keyboard(outgoing)
    return Call("sendMessage", {**params, "text": outgoing.text, **settings.of_text(outgoing.text, chosen)})


def _keyboard(outgoing: Outgoing) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#replykeyboardmarkup"""
    if not outgoing.quick_replies:
        return {}
    row = [{"text": words} for words in outgoing.quick_replies]
    return {"reply_markup": {"keyboard": [row], "one_time_keyboard": True, "resize_keyboard": True}}


def _caption(outgoing: Outgoing) -> dict[str, Any]:
    text = outgoing.text
    return {"caption": text, **settings.of_caption(text, outgoing.settings)} if text else {}


def _video(outgoing: Outgoing, video: Video, read: Read, params: dict[str, Any]) -> Call:
    params |= _caption(outgoing)
    files = {"video": _film(video, read)}
    params |= _about(video)
    if video.cover:
        files["cover"] = _file(video.cover, read)
        params["cover"] = "attach://cover"
    return Call("sendVideo", params, files)


def _about(video: Video) -> dict[str, Any]:
    properties = {"width": video.width, "height": video.height, "duration": round(video.seconds)}
    return {name: value for name, value in properties.items() if value} | {"supports_streaming": True}


def _album(outgoing: Outgoing, read: Read, params: dict[str, Any]) -> Call:
    """The text is the caption of the first: then Telegram shows it below all of them."""
    media: list[dict[str, Any]] = []
    files = {}
    if outgoing.video:
        media.append({"type": "video", "media": "attach://video", **_about(outgoing.video)})
        files["video"] = _film(outgoing.video, read)
    for place, picture in enumerate(outgoing.pictures):
        media.append({"type": "photo", "media": f"attach://photo{place}"})
        files[f"photo{place}"] = _file(picture, read)
    media[0] |= _caption(outgoing)
    return Call("sendMediaGroup", {**params, "media": media}, files)


def _file(picture: Picture, read: Read) -> tuple[str, bytes, str]:
    return f"picture.{picture.mime.rsplit('/', 1)[-1]}", read(picture.ref), picture.mime


def _film(video: Video, read: Read) -> tuple[str, bytes, str]:
    # One request carries the whole film: Telegram knows no upload in parts.
    with read.open(video.ref) as file:
        return "video.mp4", file.read(), video.mime


# ---- ids: "57" is a message of the channel, "57-59" an album, "-1001234:57" a message in the discussion group


def remote_id(chat: int, numbers: list[int], channel: str) -> str:
    span = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
    return span if str(chat) == channel else f"{chat}:{span}"


def place(remote: str, channel: str) -> tuple[int, list[int]]:
    """(chat, numbers of the messages) of a remote id. Raises `ValueError`."""
    chat, _, span = remote.rpartition(":")
    first, _, last = span.partition("-")
    return int(chat or channel), list(range(int(first), int(last or first) + 1))


def published(sent: Any, channel: str) -> Published:
    """The published post, from the message (or the messages of an album) in Telegram's answer.

    Raises `ValueError` for an answer without one.
    """
    try:
        messages = sent if isinstance(sent, list) else [sent]
        numbers = sorted(int(message["message_id"]) for message in messages)
        chat = messages[0]["chat"]
        at = datetime.fromtimestamp(int(messages[0]["date"]), UTC)
        return Published(remote_id(int(chat["id"]), numbers, channel), permalink(chat, numbers[0]), at)
    except (KeyError, IndexError, TypeError, OverflowError) as missing:
        raise ValueError("no message") from missing


def permalink(chat: Mapping[str, Any], number: int) -> str:
    """https://core.telegram.org/api/links#message-links"""
    if chat.get("username"):
        return f"{LINKS}/{chat['username']}/{number}"
    return f"{LINKS}/c/{str(chat['id']).removeprefix('-100')}/{number}"
