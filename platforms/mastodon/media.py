"""Uploads pictures and videos, which are invisible until a status names them, and are deleted after a day without one.

https://docs.joinmastodon.org/methods/media/

A picture is ready within seconds and is waited for. A video is transcoded for minutes after its upload was answered;
its id is the checkpoint of the post, and a status that names it before it is ready is refused (422).
"""

import io
import time
from typing import Any

from platforms.bodies import Form, FormFile
from platforms.errors import NotReached, Rejected, refusals_of
from platforms.mastodon.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Picture, Read, Video

PATH = "/api/v2/media"
WAITS = (0.5, 1, 2, 3, 4)
UNREADABLE = gettext_noop("The server could not process the video. Save it as MP4 with H.264 and AAC and add it again.")
LOST = gettext_noop("The server no longer has the video.")
UNFINISHED = gettext_noop("The server has not finished with the video.")


def upload_picture(calls: Calls, picture: Picture, name: str, read: Read) -> str:
    """The id of the picture, once a status may name it."""
    # snac2 stores files by name and second: four of one name would all be the last one.
    file = (_named(name, picture.mime), read(picture.ref), picture.mime)
    with refusals_of("pictures"):
        _, media = calls.private("POST", PATH, files={"file": file}, data={"description": picture.alt})
    media_id = _id(media, "The server did not take the picture.")
    # 202: still being processed. https://docs.joinmastodon.org/methods/media/#v2
    if not media.get("url"):
        _wait(calls, media_id)
    return media_id


def _wait(calls: Calls, media_id: str) -> None:
    for seconds in WAITS:
        time.sleep(seconds)
        if is_ready(calls, media_id):
            return
    raise NotReached("The server needs too long to work on the picture.")


def upload_video(calls: Calls, video: Video, name: str, read: Read) -> tuple[str, bool]:
    """(id of the video, whether a status may name it already)."""
    cover = video.cover
    with read.open(video.ref) as film:
        files = [FormFile("file", _named(name, video.mime), video.mime, film, video.size)]
        if cover:
            content = read(cover.ref)
            thumbnail = _named(f"{name}-cover", cover.mime)
            files.append(FormFile("thumbnail", thumbnail, cover.mime, io.BytesIO(content), len(content)))
        form = Form({"description": video.alt} if video.alt.strip() else {}, files)
        _, media = calls.private("POST", PATH, data=form, headers={"Content-Type": form.content_type})
    return _id(media, "The server did not take the video."), bool(media.get("url"))


def is_ready(calls: Calls, media_id: str) -> bool:
    """Whether a status may name it: 206 while it is processed, 200 with an address when it is done.

    Raises `Rejected`: code "422" for a file that cannot be processed, "404" for one that is gone, or in a status.
    """
    return bool(calls.get(f"/api/v1/media/{media_id}").get("url"))


def is_video_ready(calls: Calls, media_id: str) -> bool:
    try:
        return is_ready(calls, media_id)
    except Rejected as refused:
        if refused.code != "422":
            raise
        raise Rejected(UNREADABLE, "video", refused.code, refused.evidence) from None


def _id(media: Any, problem: str) -> str:
    if not isinstance(media, dict) or not media.get("id"):
        raise NotReached(problem)
    return str(media["id"])


def _named(name: str, mime: str) -> str:
    return f"{name}.{mime.rsplit('/', 1)[-1]}"
