"""Uploads and publishes a reel or a video story. https://developers.facebook.com/docs/video-api/guides/reels-publishing

`start` gives the id of an invisible video and the address that takes its bytes; `finish` is the one request that makes
it public. The id is the checkpoint: one video becomes one reel or story, and its state can always be read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from platforms import answers, upload_hosts
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.meta.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Read, Video

HOSTS = re.compile(r"rupload\.facebook\.com")
REELS, STORIES = "video_reels", "video_stories"
STATUS = "status,permalink_url,post_id,created_time"
# The network keeps what arrived, and an upload goes on from there as long as something arrives.
STALLS = 3
STALLED = gettext_noop("The server did not take the video.")
NO_ADDRESS = gettext_noop("The server named no address for the video.")


@dataclass(frozen=True)
class VideoState:
    """What the network says of an uploaded video. `arrived`: how many bytes of it."""

    is_public: bool
    is_refused: bool
    is_expired: bool
    is_working: bool
    arrived: int


class _Rest:
    """The bytes of a file from an offset to its end, as a body that is sent piece by piece."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        file.seek(start)
        self.file = file
        self.left = size - start

    def __len__(self) -> int:
        return self.left

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece


def upload(calls: Calls, path: str, server: str, video: Video, read: Read) -> str:
    """The id of the uploaded, unpublished video. `path` of its edge; `server`: where bytes may go beside the network's
    own host."""
    answer = calls.private("POST", path, {"upload_phase": "start"})
    video_id = str(answer.get("video_id") or "")
    if not video_id:
        raise NotReached(STALLED)
    address = checked(str(answer.get("upload_url") or ""), server)
    at, stalls = 0, 0
    with read.open(video.ref) as file:
        while at < video.size:
            try:
                _send(calls, address, _Rest(file, at, video.size), at, video.size)
                break
            except NotReached:
                arrived = state(calls, video_id).arrived
                stalls = 0 if arrived > at else stalls + 1
                if stalls == STALLS:
                    raise
                at = arrived
    return video_id


def checked(url: str, server: str) -> str:
    """Bytes and the token are sent to the network's own host only, whatever an answer says. Raises `NotReached`."""
    return upload_hosts.checked(url, HOSTS, server, NO_ADDRESS)


def _send(calls: Calls, address: str, rest: _Rest, at: int, size: int) -> None:
    headers = {"Authorization": f"OAuth {calls.token}", "offset": str(at), "file_size": str(size)}
    answer = answers.read(lambda: calls.http.request("POST", address, data=rest, headers=headers))
    if not answer.ok:
        raise calls.problem(answer, public=False)
    body = answers.body(answer, public=False, secrets=calls.secrets)
    if not isinstance(body, dict) or body.get("success") is not True:
        raise NotReached(STALLED, answers.evidence(answer, calls.secrets))


def finish(calls: Calls, path: str, video_id: str, form: Mapping[str, Any]) -> None:
    """Make it public. A refusal of what is public already is none: one video never becomes two posts."""
    try:
        answer = calls.public("POST", path, {"upload_phase": "finish", "video_id": video_id, **form})
    except Rejected:
        if _is_public(calls, video_id):
            return
        raise
    if answer.get("success") is not True:
        raise OutcomeUnknown("The server's answer names no post.")


def _is_public(calls: Calls, video_id: str) -> bool:
    try:
        return state(calls, video_id).is_public
    except PlatformError:
        return False


def state(calls: Calls, video_id: str) -> VideoState:
    return state_of(shown(calls, video_id))


def shown(calls: Calls, video_id: str) -> dict[str, Any]:
    """The video with its state, and with its address and post where it is public."""
    return calls.get(f"/{video_id}", fields=STATUS)


def state_of(video: Mapping[str, Any]) -> VideoState:
    """`video_status` speaks of the file and "ready" does not mean public: that is what `publishing_phase` says."""
    status = _mapping(video.get("status"))
    phases = {name: _mapping(status.get(f"{name}_phase")) for name in ("uploading", "processing", "publishing")}
    word = str(status.get("video_status") or "")
    published = phases["publishing"]
    arrived = phases["uploading"].get("bytes_transferred", phases["uploading"].get("bytes_transfered"))
    states = {str(phase.get("status") or "") for phase in phases.values()}
    return VideoState(
        is_public=str(published.get("publish_status") or "").lower() == "published"
        or (published.get("status") == "complete" and "publish_status" not in published),
        is_refused=word in ("error", "upload_failed") or "error" in states,
        is_expired=word == "expired",
        is_working=word == "processing"
        or "in_progress" in (phases["processing"].get("status"), published.get("status")),
        arrived=arrived if isinstance(arrived, int) and not isinstance(arrived, bool) and arrived > 0 else 0,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
