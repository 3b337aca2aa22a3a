"""Uploads a video in chunks, into a session that is stored before the first byte.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol

One session makes at most one video, and reports at any time how much has arrived or which video it became. So the
upload resumes where it stopped after any failure. The video is private until it is published; cover and captions are
added before that.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

from common.http import Answer
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.translation import gettext_noop
from platforms.types import Captions, Outgoing, Pending, Picture, Read, Video
from platforms.youtube import settings, videos
from platforms.youtube.calls import Calls, problem

GRAIN = 256 * 1024
"""All chunks but the last are a multiple of this."""
RETRY_BACKOFF = (0.2, 1, 3)
"""Backoff in seconds after a chunk that did not arrive."""
LONGEST_TOKEN = 2_000
STALLED = gettext_noop("The server did not take the video.")
COVER_REFUSED = gettext_noop(
    "YouTube did not take the cover of the video, and nothing is public. A channel has to be verified by telephone "
    "before it may have covers: do that at youtube.com/verify and send again, or leave the cover out."
)
CAPTIONS_REFUSED = gettext_noop(
    "YouTube did not accept the file with captions, and nothing is public. Check whether it is a proper SubRip file "
    "with times, and add it again."
)
PLAYLIST_REFUSED = gettext_noop(
    "YouTube did not take the video into the playlist, and nothing is public. Check at YouTube whether the playlist "
    "still exists and has room, choose another one or none, and send again."
)


class SessionLost(Exception):
    """The network no longer knows the session. Only the list of uploads shows whether it made a video before."""


@dataclass(frozen=True)
class UploadCheckpoint:
    """The state of an upload; stored, so that it is found after a crash.

    `file` identifies the file of the session. `whole`: the last byte may have been sent. `asked`: it was made public.
    `playlist`: the id of the one it is in.
    """

    session: str
    file: str
    video: str = ""
    whole: bool = False
    cover: bool = False
    captions: bool = False
    playlist: str = ""
    asked: bool = False

    @classmethod
    def of(cls, pending: Pending) -> "UploadCheckpoint":
        return cls(**json.loads(pending.token))

    @property
    def token(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value or name in ("session", "file")})


def fingerprint(video: Video) -> str:
    return hashlib.sha256(f"{video.ref} {video.size}".encode()).hexdigest()[:16]


def begin(calls: Calls, outgoing: Outgoing, video: Video, options: Mapping[str, Any]) -> UploadCheckpoint:
    """An open session; there is no video yet."""
    params = {"uploadType": "resumable", "part": "snippet,status"}
    params |= {"notifySubscribers": "true" if settings.notifies(outgoing.settings, options) else "false"}
    headers = {"X-Upload-Content-Type": video.mime, "X-Upload-Content-Length": str(video.size)}
    body = videos.body(outgoing, "private", options)
    answer = calls.private("POST", calls.upload("/videos"), params=params, headers=headers, json=body)
    held = UploadCheckpoint(calls.ours(answer.headers.get("location", "")), fingerprint(video))
    if len(held.token) + 100 > LONGEST_TOKEN:
        raise NotReached(STALLED)
    return held


class Upload:
    """The upload of one video. `note` stores the token before each step that changes it."""

    def __init__(self, calls: Calls, held: UploadCheckpoint, video: Video, note: Callable[[str], None]) -> None:
        self.calls = calls
        self.held = held
        self.video = video
        self.note = note

    def change(self, **fields: Any) -> None:
        self.held = replace(self.held, **fields)
        self.note(self.held.token)

    def progress(self) -> tuple[int, str]:
        """(bytes that have arrived, id of the video once all have). Raises `Lost`."""
        headers = {"Content-Range": f"bytes */{self.video.size}"}
        return self._read(self.calls.send("PUT", self.calls.ours(self.held.session), headers=headers))

    def send(self, read: Read, chunk: int, *, afresh: bool) -> None:
        """Everything that has not arrived, until there is a video. `afresh`: nothing has been sent before.

        Raises `Lost`, and `NotReached` when the line breaks again and again: then it goes on another time.
        """
        at, video, sure, furthest, tries = 0, "", afresh, -1, 0
        with read.open(self.video.ref) as file:
            while not video:
                try:
                    at, video = self._part(file, at, chunk) if sure else self.progress()
                    sure = at < self.video.size
                except NotReached:
                    if tries == len(RETRY_BACKOFF):
                        raise
                    sure = False
                if at > furthest:
                    furthest, tries = at, 0
                elif not video:
                    if tries == len(RETRY_BACKOFF):
                        raise NotReached(STALLED)
                    time.sleep(RETRY_BACKOFF[tries])
                    tries += 1
        self.change(video=video)

    def _part(self, file: BinaryIO, at: int, chunk: int) -> tuple[int, str]:
        file.seek(at)
        part = file.read(max(chunk - chunk % GRAIN, GRAIN))
        if not part:
            raise NotReached(STALLED)
        end = at + len(part)
        if end >= self.video.size and not self.held.whole:
            self.change(whole=True)
        headers = {"Content-Type": self.video.mime, "Content-Range": f"bytes {at}-{end - 1}/{self.video.size}"}
        return self._read(self.calls.send("PUT", self.calls.ours(self.held.session), data=part, headers=headers))

    def _read(self, answer: Answer) -> tuple[int, str]:
        if answer.status == 308:
            _, _, last = answer.headers.get("range", "").rpartition("-")
            return (int(last) + 1 if last.isdigit() else 0), ""
        if answer.status in (404, 410):
            raise SessionLost
        if not answer.ok:
            raise problem(answer, public=False, secrets=self.calls.secrets())
        try:
            return self.video.size, str(answer.json()["id"])
        except (ValueError, KeyError, TypeError):
            raise NotReached(STALLED) from None

    def join(self, read: Read, playlist: str) -> None:
        """Cover, captions and playlist, as far as they are not there yet. `playlist`: its id, "" for none."""
        if self.video.cover and not self.held.cover:
            self._cover(self.video.cover, read)
            self.change(cover=True)
        if self.video.captions and not self.held.captions:
            self._captions(self.video.captions, read)
            self.change(captions=True)

        if playlist and self.held.playlist != playlist:
            self._into(playlist)
            self.change(playlist=playlist)

    def _into(self, playlist: str) -> None:
        """YouTube takes a video twice into one playlist, so it is asked first: an earlier answer may be lost."""
        # https://developers.google.com/youtube/v3/docs/playlistItems/insert
        video = {"kind": "youtube#video", "videoId": self.held.video}
        body = {"snippet": {"playlistId": playlist, "resourceId": video}}
        url = self.calls.api("/playlistItems")
        try:
            params = {"part": "id", "playlistId": playlist, "videoId": self.held.video}
            if not self.calls.items("/playlistItems", **params):
                self.calls.private("POST", url, params={"part": "snippet"}, json=body)
        except NeedsConsent as refused:
            # A permission that is missing altogether, which the text of a full or foreign playlist also says.
            if refused.evidence.get("reason") in ("insufficientPermissions", "authError"):
                raise
            raise Rejected(PLAYLIST_REFUSED, None, "playlist", refused.evidence) from None
        except Rejected as refused:
            raise Rejected(PLAYLIST_REFUSED, None, "playlist", refused.evidence) from None

    def _cover(self, cover: Picture, read: Read) -> None:
        # https://developers.google.com/youtube/v3/docs/thumbnails/set
        params = {"videoId": self.held.video, "uploadType": "media"}
        headers = {"Content-Type": cover.mime}
        url = self.calls.upload("/thumbnails/set")
        try:
            self.calls.private("POST", url, params=params, headers=headers, data=read(cover.ref))
        except NeedsConsent as refused:
            # The text of a missing right, for a channel that was not verified.
            if refused.evidence.get("reason") != "forbidden":
                raise
            raise Rejected(COVER_REFUSED, "video", "forbidden", refused.evidence) from None
        except Rejected as refused:
            raise Rejected(COVER_REFUSED, "video", refused.code, refused.evidence) from None

    def _captions(self, captions: Captions, read: Read) -> None:
        # https://developers.google.com/youtube/v3/docs/captions/insert
        caption = {"videoId": self.held.video, "language": videos.language(captions.language), "name": ""}
        params = {"part": "snippet", "uploadType": "multipart"}
        kind, content = related({"snippet": {**caption, "isDraft": False}}, read(captions.ref))
        url = self.calls.upload("/captions")
        try:
            self.calls.private("POST", url, params=params, headers={"Content-Type": kind}, data=content)
        except Rejected as refused:
            # It exists already: from an earlier attempt whose answer was lost.
            if refused.code != "captionExists":
                raise Rejected(CAPTIONS_REFUSED, "video", refused.code, refused.evidence) from None


def related(metadata: Mapping[str, Any], content: bytes) -> tuple[str, bytes]:
    """(type, body) of a file and its metadata in one body (RFC 2387)."""
    boundary = hashlib.sha256(content).hexdigest()
    head = f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(metadata)}\r\n"
    middle = f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n"
    body = head.encode() + middle.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/related; boundary={boundary}", body
