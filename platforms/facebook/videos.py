"""Video upload in chunks. https://developers.facebook.com/docs/video-api/guides/publishing

`start` gives the id of an invisible video, chunks follow, and `finish` is the one request that makes it public. The id
is the checkpoint: the state of the video can always be read by it.

The guide uploads by `/{app}/uploads` now and publishes the file in one request. The upload wants a user's token, of
which we store none (https://developers.facebook.com/docs/graph-api/guides/upload), and the request has no id before it
is sent, so after a lost answer nothing would tell whether the video is public. The three phases are in Meta's own
library still (facebook_business 26.0.3, `video_uploader.py`), which sends them to a host of their own.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.errors import NotReached, OutcomeUnknown, Rejected
from platforms.meta import codes
from platforms.meta.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    ContainerExpired,
    FindResult,
    Found,
    Outgoing,
    Pending,
    Published,
    Read,
    Ready,
    Video,
)

CORRECTIONS = 3
STALLED = gettext_noop("The server did not take the video.")
LOST = gettext_noop("The network no longer has the video.")
UNREADABLE = gettext_noop("The network cannot play this video. Save it as MP4 with H.264 and try again.")
ABSENT = frozenset({"uploading", "upload_complete", "expired"})
STATUS = "status,permalink_url,post_id,created_time"


def token(video_id: str, session: str, *, finished: bool) -> str:
    return json.dumps({"video": video_id, "session": session, "finished": finished})


def upload(calls: Calls, page_id: str, video: Video, read: Read) -> tuple[str, str]:
    """(id of the video, id of the session) of the uploaded, unpublished video."""
    path = f"/{page_id}/videos"
    answer = calls.private("POST", path, {"upload_phase": "start", "file_size": video.size})
    video_id, session = str(answer.get("video_id") or ""), str(answer.get("upload_session_id") or "")
    if not video_id or not session:
        raise NotReached(STALLED)
    with read.open(video.ref) as file:
        start, end = _offsets(answer)
        corrections = CORRECTIONS
        while start < end:
            file.seek(start)
            chunk = {"video_file_chunk": ("chunk", file.read(end - start), "application/octet-stream")}
            form = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": start}
            try:
                answer = calls.private("POST", path, form, files=chunk)
            except NotReached as refused:
                # It expects another part, and says which.
                if not corrections or "start_offset" not in refused.evidence:
                    raise
                corrections, (start, end) = corrections - 1, _offsets(refused.evidence)
                continue
            before, (start, end) = start, _offsets(answer)
            if start <= before:
                raise NotReached(STALLED)
    return video_id, session


def _offsets(answer: Mapping[str, Any]) -> tuple[int, int]:
    try:
        return int(answer["start_offset"]), int(answer["end_offset"])
    except (KeyError, TypeError, ValueError):
        raise NotReached(STALLED) from None


def finish(calls: Calls, page_id: str, outgoing: Outgoing, held: Pending) -> Pending:
    """Make it public, under the same id however often it is asked."""
    known = json.loads(held.token)
    form = {"upload_phase": "finish", "upload_session_id": known["session"], "description": outgoing.text}
    if outgoing.title:
        form["title"] = outgoing.title
    answer = calls.public("POST", f"/{page_id}/videos", form)
    if answer.get("success") is not True:
        raise OutcomeUnknown("The server's answer names no post.")
    return Pending(token(known["video"], known["session"], finished=True))


def check_status(calls: Calls, page_id: str, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
    known = json.loads(pending.token)
    try:
        video = calls.get(f"/{known['video']}", fields=STATUS)
    except Rejected as refused:
        if codes.is_missing(refused) and not known["finished"]:
            return ContainerExpired(LOST)
        raise
    state = _state(video)
    if state == "error":
        raise Rejected(UNREADABLE, field="video")
    if state in ABSENT and not known["finished"]:
        return Ready(pending.token)
    return _published(video, page_id) if state == "ready" else pending


def find(calls: Calls, page_id: str, checkpoint: Pending) -> FindResult:
    """The state of the video after a call whose answer was lost."""
    known = json.loads(checkpoint.token)
    try:
        video = calls.get(f"/{known['video']}", fields=STATUS)
    except Rejected as refused:
        if codes.is_missing(refused):
            return Absent()
        raise
    if _state(video) in ABSENT:
        return Ready(token(known["video"], known["session"], finished=False))
    if _state(video) == "error":
        return Absent()
    return Found(_published(video, page_id))


def _state(video: Mapping[str, Any]) -> str:
    return str((video.get("status") or {}).get("video_status") or "")


def _published(video: Mapping[str, Any], page_id: str) -> Published:
    """Identified by its post, like everything on a page; by its own id where the network names no post."""
    post = str(video.get("post_id") or "")
    remote_id = post if "_" in post else f"{page_id}_{post}" if post else str(video["id"])
    link = str(video.get("permalink_url") or "")
    return Published(remote_id, f"https://www.facebook.com{link}" if link.startswith("/") else link, _when(video))


def _when(video: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(video["created_time"])).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)
