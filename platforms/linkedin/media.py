"""Uploads pictures, videos and documents first, under ids of their own and invisible. A post may name them once they
are ready.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from platforms import upload_hosts
from platforms.errors import NotReached, Rejected
from platforms.linkedin.calls import UNREADABLE, Calls, encoded
from platforms.types import Document, Outgoing, Pending, Picture, Read, Video

HOSTS = re.compile(r"([a-z0-9-]{1,63}\.){1,4}(linkedin|licdn)\.com")
BINARY = "application/octet-stream"


@dataclass(frozen=True)
class UploadCheckpoint:
    """The uploaded files of a post, in the order in which they are shown."""

    images: tuple[str, ...] = ()
    video: str = ""
    document: str = ""

    @classmethod
    def of(cls, pending: Pending) -> "UploadCheckpoint":
        known = json.loads(pending.token)
        return cls(tuple(known["images"]), known["video"], known.get("document", ""))

    @property
    def token(self) -> str:
        return json.dumps({"images": self.images, "video": self.video, "document": self.document})


def upload(calls: Calls, owner: str, outgoing: Outgoing, read: Read) -> UploadCheckpoint:
    if outgoing.video:
        return UploadCheckpoint(video=_video(calls, owner, outgoing.video, read))
    if outgoing.document:
        return UploadCheckpoint(document=_document(calls, owner, outgoing.document, read))
    card = outgoing.link_card if not outgoing.poll else None
    shown: Sequence[Picture] = outgoing.pictures or ((card.picture,) if card and card.picture else ())
    return UploadCheckpoint(tuple(_image(calls, owner, picture, read) for picture in shown))


def _image(calls: Calls, owner: str, picture: Picture, read: Read) -> str:
    upload = _begun(calls, "images", {"owner": owner})
    urn, where = str(upload.get("image") or ""), str(upload.get("uploadUrl") or "")
    if not urn:
        raise NotReached("The server did not take the picture.")
    calls.put(_ours(calls, where), read(picture.ref), picture.mime, signed=True)
    return urn


def _video(calls: Calls, owner: str, video: Video, read: Read) -> str:
    body = {"owner": owner, "fileSizeBytes": video.size, "uploadCaptions": False, "uploadThumbnail": False}
    upload = _begun(calls, "videos", body)
    urn, parts = str(upload.get("video") or ""), []
    if not urn:
        raise NotReached("The server did not take the video.")
    with read.open(video.ref) as file:
        for part in upload.get("uploadInstructions") or ():
            first, last = int(part["firstByte"]), int(part["lastByte"])
            file.seek(first)
            # The address is signed; with our token or a version beside it, it is refused.
            answer = calls.put(_ours(calls, part["uploadUrl"]), file.read(last - first + 1), BINARY, signed=False)
            parts.append(answer.headers.get("etag", "").strip('"'))
    ended = {"video": urn, "uploadToken": upload.get("uploadToken") or "", "uploadedPartIds": parts}
    calls.private("POST", "/videos", {"finalizeUploadRequest": ended}, query="action=finalizeUpload")
    return urn


def _document(calls: Calls, owner: str, document: Document, read: Read) -> str:
    upload = _begun(calls, "documents", {"owner": owner})
    urn, where = str(upload.get("document") or ""), str(upload.get("uploadUrl") or "")
    if not urn:
        raise NotReached("The server did not take the document.")
    calls.put(_ours(calls, where), read(document.ref), document.mime, signed=True)
    return urn


def _begun(calls: Calls, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = calls.private("POST", f"/{kind}", {"initializeUploadRequest": body}, query="action=initializeUpload")
    upload = answer.get("value")
    return upload if isinstance(upload, dict) else {}


def _ours(calls: Calls, url: str) -> str:
    """Bytes and token are sent to LinkedIn's own hosts only, whatever an answer says."""
    return upload_hosts.checked(url, HOSTS, calls.server, "The server did not take the picture.")


def ready(calls: Calls, held: UploadCheckpoint) -> bool:
    """Whether all files are ready for a post. Raises `Rejected` for one that the network cannot process or no longer
    has."""
    states = [_state(calls, "images", urn) for urn in held.images]
    if held.video:
        states.append(_state(calls, "videos", held.video))
    if held.document:
        states.append(_state(calls, "documents", held.document))
    if "PROCESSING_FAILED" in states:
        field = "video" if held.video else "document" if held.document else "pictures"
        raise Rejected(UNREADABLE, field=field)
    return all(state == "AVAILABLE" for state in states)


def _state(calls: Calls, kind: str, urn: str) -> str:
    return str(calls.get(f"/{kind}/{encoded(urn)}").get("status") or "")
