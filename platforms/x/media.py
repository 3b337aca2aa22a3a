"""Uploads pictures in one call and videos in chunks. They are invisible until a post names them and expire in a day.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from platforms.errors import NotReached, Rejected, refusals_of
from platforms.translation import gettext_noop
from platforms.types import Outgoing, Pending, Picture, Read, Video
from platforms.x.calls import Calls

UNREADABLE = gettext_noop("X could not work on the video. Save it as MP4 with H.264 and AAC and add it again.")


def upload(calls: Calls, outgoing: Outgoing, read: Read, chunk: int) -> tuple[list[str], bool]:
    """(ids, whether a post may name them already)."""
    if outgoing.video:
        number, ready = _video(calls, outgoing.video, read, chunk)
        return [number], ready
    return [_picture(calls, picture, read) for picture in outgoing.pictures], True


def _picture(calls: Calls, picture: Picture, read: Read) -> str:
    form = {"media_category": "tweet_image", "media_type": picture.mime}
    file = {"media": (picture.mime.replace("/", "."), read(picture.ref), picture.mime)}
    with refusals_of("pictures"):
        upload = calls.private("POST", "/media/upload", data=form, files=file)
    number = _id(upload, "The server did not take the picture.")
    if picture.alt.strip():
        # https://docs.x.com/x-api/media/metadata-create
        metadata = {"id": number, "metadata": {"alt_text": {"text": picture.alt}}}
        calls.private("POST", "/media/metadata", json=metadata)
    return number


def _video(calls: Calls, video: Video, read: Read, chunk: int) -> tuple[str, bool]:
    begun = {"media_type": video.mime, "total_bytes": video.size, "media_category": "tweet_video"}
    upload = calls.private("POST", "/media/upload/initialize", json=begun)
    number = _id(upload, "The server did not take the video.")
    with read.open(video.ref) as file:
        for segment in range(-(-video.size // chunk)):
            file.seek(segment * chunk)
            part = {"media": ("chunk", file.read(chunk), "application/octet-stream")}
            calls.private("POST", f"/media/upload/{number}/append", data={"segment_index": segment}, files=part)
    return number, _state(calls.private("POST", f"/media/upload/{number}/finalize")) == "succeeded"


def ready(calls: Calls, ids: Sequence[str]) -> bool:
    """Whether a post may name it. Raises `Rejected` for one that the network cannot process or no longer has."""
    return all(_state(calls.get("/media/upload", command="STATUS", media_id=one)) == "succeeded" for one in ids)


def _state(upload: Mapping[str, Any]) -> str:
    """A file that needs no processing has no information about it."""
    data = upload.get("data")
    info = data.get("processing_info") if isinstance(data, Mapping) else None
    state = str(info.get("state") or "") if isinstance(info, Mapping) else "succeeded"
    if state == "failed":
        raise Rejected(UNREADABLE, field="video")
    return state


def _id(upload: Mapping[str, Any], problem: str) -> str:
    data = upload.get("data")
    number = str(data.get("id") or "") if isinstance(data, Mapping) else ""
    if not number:
        raise NotReached(problem)
    return number


def token(ids: Sequence[str]) -> str:
    return json.dumps(list(ids))


def checkpoint(pending: Pending) -> list[str]:
    return [str(one) for one in json.loads(pending.token)]
