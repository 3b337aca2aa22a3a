"""Uploads a video to the network's video service, in parts.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/video

The service assembles the parts, transcodes the video, and stores it on the account's own server in our name; a token
that the server issues for this one method allows it to. The id of the job is the checkpoint: parts that have arrived
are not sent again, and the record names the blob of the job when it is complete. A video that the service knows already
is the same blob.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from common.http import Answer
from platforms import answers
from platforms.bluesky.calls import RESET, Calls, message, name
from platforms.errors import NotReached, Rejected
from platforms.translation import gettext_noop
from platforms.types import ContainerExpired, Pending, Read, Ready, Video

UPLOAD_BLOB = "com.atproto.repo.uploadBlob"
# https://docs.bsky.app/docs/tutorials/video : half an hour. The service keeps it until the video is stored.
TOKEN_LIVES = timedelta(minutes=30)
RENEW_BEFORE = timedelta(minutes=10)
# The service chooses the size of the parts (8 MiB); one of them is in memory at a time.
LARGEST_PART = 64 * 1024 * 1024
RETRY_BACKOFF = (0.5, 1, 2)
LONGEST_JOB = 256
LONGEST_LINK = 200

NOT_TAKEN = gettext_noop("The video service did not take the video.")
BUSY = gettext_noop("The video service does not answer properly at the moment.")
NO_TOKEN = gettext_noop("The server gave no token for the video service.")
LOST = gettext_noop("The video service no longer has the video.")
FAILED = gettext_noop("The video service failed on the video.")
DAY_FULL = gettext_noop(
    "Bluesky takes no more videos from this account today. Send it again tomorrow, or leave the video out."
)
TOO_LARGE = gettext_noop("The video is too large for Bluesky, or for what it takes from this account today.")
TOO_LONG = gettext_noop("The video is too long for Bluesky. Shorten it.")
UNREADABLE = gettext_noop("Bluesky cannot play this video. Save it as MP4 with H.264 and add it again.")
RATIO = gettext_noop("The video is too narrow or too wide for Bluesky. Crop it.")
FORBIDDEN = gettext_noop(
    "Bluesky takes no videos from this account. Check in the app whether its e-mail address is confirmed."
)
TOO_LARGE_FOR_SERVER = gettext_noop(
    "The account's own server takes no files as large as this video. Make it shorter or smaller."
)
# Errors of `startUpload` and reasons of a failed job, as the lexicons name them.
REASONS: Mapping[str, str] = {
    "DailyLimitExceeded": DAY_FULL,
    "VideoTooLarge": TOO_LARGE,
    "VideoTooLong": TOO_LONG,
    "UnsupportedContentType": UNREADABLE,
    "BadAspectRatio": RATIO,
    "UploadForbidden": FORBIDDEN,
    "validation_failure": UNREADABLE,
    "encoding_failure": UNREADABLE,
    "pds_upload_unsupported_blob_size": TOO_LARGE_FOR_SERVER,
}
# The session is over; what was sent into it is of no use.
OVER = frozenset({"UploadNotFound", "UploadExpired", "UploadAborted", "UploadFailed"})
# The parts have been handed on already.
HANDED_ON = frozenset({"UploadNotReady", "UploadAlreadyCompleted"})
LATER = frozenset({"ServiceOverloaded", "TooManyOpenUploads", "MissingParts"})


class SessionLost(Exception):
    """The service no longer knows the upload: it starts over."""


class SessionUnderWay(Exception):
    """All parts have arrived, and the service works on them."""


@dataclass(frozen=True)
class VideoCheckpoint:
    """`job`: the upload, and after it the processing, which may have another id. `blob`: the stored video, once there
    is one."""

    job: str
    is_uploaded: bool = False
    blob: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, pending: Pending) -> "VideoCheckpoint":
        return cls(**json.loads(pending.token))

    @property
    def token(self) -> str:
        return json.dumps(asdict(self))


class VideoService:
    """`base`: the address of the service. `note` stores the token before each step that changes it."""

    def __init__(self, calls: Calls, base: str, note: Callable[[str], None]) -> None:
        self.calls = calls
        self.base = base.rstrip("/")
        self.note = note
        self._token, self._until = "", datetime.fromtimestamp(0, UTC)

    # ---- uploading

    def upload(self, video: Video, title: str, read: Read) -> VideoCheckpoint:
        """From the beginning. `title`: the name of the file."""
        about = {"sizeBytes": video.size, "mimeType": video.mime, "name": title}
        properties = {"width": video.width, "height": video.height, "durationMs": round(video.seconds * 1000)}
        about |= {key: value for key, value in properties.items() if value}
        session = self._post("app.bsky.video.startUpload", json=about)
        held = VideoCheckpoint(_job(session.get("jobId")))
        self.note(held.token)
        try:
            return self._send(held, video, session, (), read)
        except SessionLost:
            raise NotReached(NOT_TAKEN) from None

    def resume(self, held: VideoCheckpoint, video: Video, read: Read) -> VideoCheckpoint:
        """The parts that have not arrived. Raises `SessionLost`."""
        session = self._session(held)
        if session.get("state") != "created":
            return self._noted(_uploaded(held, session))
        arrived = session.get("receivedParts")
        return self._send(held, video, session, arrived if isinstance(arrived, list) else (), read)

    def _send(self, held: VideoCheckpoint, video: Video, session: Any, arrived: Any, read: Read) -> VideoCheckpoint:
        part, number = session.get("partSizeBytes"), session.get("partCount")
        if not _is_number(part) or not 0 < part <= LARGEST_PART or number != -(-video.size // part):
            raise NotReached(NOT_TAKEN)
        with read.open(video.ref) as file:
            for place in range(number):
                if place + 1 not in arrived:
                    file.seek(place * part)
                    self._part(held.job, place + 1, file.read(part))
        try:
            # The service stores the video with this token later, so it is a fresh one.
            finished = self._post("app.bsky.video.finishUpload", json={"jobId": held.job}, renew=True)
        except SessionUnderWay:
            return held
        return self._noted(VideoCheckpoint(_job(finished.get("completedJobId")), is_uploaded=True))

    def _part(self, job: str, number: int, content: bytes) -> None:
        """A part may be sent again after any failure."""
        query = {"jobId": job, "partNumber": number}
        headers = {"Content-Type": "application/octet-stream"}
        for seconds in (*RETRY_BACKOFF, None):
            try:
                self._post("app.bsky.video.uploadPart", params=query, data=content, headers=headers)
            except SessionUnderWay:
                return
            except NotReached:
                if seconds is None:
                    raise
                time.sleep(seconds)
            else:
                return

    def _session(self, held: VideoCheckpoint) -> dict[str, Any]:
        return self._get("app.bsky.video.getUploadStatus", {"jobId": held.job})

    def _noted(self, held: VideoCheckpoint) -> VideoCheckpoint:
        self.note(held.token)
        return held

    # ---- processing

    def check_status(self, pending: Pending) -> Pending | Ready | ContainerExpired:
        held = VideoCheckpoint.of(pending)
        if held.blob:
            return Ready(pending.token)
        try:
            if not held.is_uploaded:
                held = _uploaded(held, self._session(held))
            return self._job_status(held) if held.is_uploaded else pending
        except SessionLost:
            return ContainerExpired(LOST)

    def _job_status(self, held: VideoCheckpoint) -> Pending | Ready | ContainerExpired:
        try:
            answer = self._get("app.bsky.video.getJobStatus", {"jobId": held.job}, signed=False)
        except Rejected:
            return ContainerExpired(LOST)  # a job that it does not know
        # The service leaves out the envelope in some answers: https://github.com/bluesky-social/atproto/issues/3026
        status = answer.get("jobStatus") or answer
        if not isinstance(status, Mapping):
            raise NotReached(BUSY)
        # A blob counts whatever the state says: "already_exists" is an error that has one.
        # https://docs.bsky.app/docs/tutorials/video
        if blob := _blob(status.get("blob")):
            return Ready(VideoCheckpoint(held.job, is_uploaded=True, blob=blob).token)
        if status.get("state") != "JOB_STATE_FAILED":
            return Pending(held.token)
        reason = str(status.get("failureCode") or "")
        if reason in REASONS:
            evidence = {"job": held.job, "message": str(status.get("message") or "")[:300]}
            raise Rejected(REASONS[reason], "video", reason, evidence)
        # Mostly it passes, and the next upload is processed.
        return ContainerExpired(FAILED)

    # ---- calls

    def _post(self, method: str, *, renew: bool = False, **more: Any) -> dict[str, Any]:
        headers = {**more.pop("headers", {}), **self.signed(renew=renew)}
        answer = answers.read(lambda: self.calls.http.post(self._url(method), headers=headers, **more))
        return self._settled(answer)

    def _get(self, method: str, params: Mapping[str, str], *, signed: bool = True) -> dict[str, Any]:
        headers = self.signed() if signed else {}
        answer = answers.read(lambda: self.calls.http.get(self._url(method), params=params, headers=headers))
        return self._settled(answer)

    def _url(self, method: str) -> str:
        return f"{self.base}/xrpc/{method}"

    def signed(self, *, renew: bool = False) -> dict[str, str]:
        """The header with a token of the account's own server, by which the service may store a file there.
        https://docs.bsky.app/docs/api/com-atproto-server-get-service-auth"""
        now = datetime.now(UTC)
        if renew or now > self._until - RENEW_BEFORE:
            until = now + TOKEN_LIVES
            server = self.calls.get("com.atproto.server.describeServer").get("did")
            query = {"aud": str(server), "lxm": UPLOAD_BLOB, "exp": int(until.timestamp())}
            token = self.calls.get("com.atproto.server.getServiceAuth", query).get("token")
            if not isinstance(token, str) or not token:
                raise NotReached(NO_TOKEN)
            self._token, self._until = token, until
        return {"Authorization": f"Bearer {self._token}"}

    def _settled(self, answer: Answer) -> dict[str, Any]:
        """The object of a successful answer. A refusal never disconnects the channel: the service is not the account's
        server."""
        if not answer.ok:
            self._refuse(answer)
        body = answers.body(answer, public=False, secrets=self._secrets())
        if not isinstance(body, dict):
            raise NotReached(BUSY)
        return body

    def _refuse(self, answer: Answer) -> NoReturn:
        code, evidence = name(answer), answers.evidence(answer, self._secrets())
        if code in HANDED_ON:
            raise SessionUnderWay
        if code in OVER:
            raise SessionLost
        if code in REASONS:
            raise Rejected(REASONS[code], "video", code, evidence)
        if answer.status == 429:
            raise answers.rate_limited(answer, RESET, self._secrets())
        if code in LATER or answer.status >= 500 or answer.status in (401, 403):
            raise NotReached(BUSY, evidence)
        raise Rejected(message(answer) or NOT_TAKEN, "video", code or str(answer.status), evidence)

    def _secrets(self) -> tuple[str, ...]:
        return (*self.calls.secrets(), self._token)


def address(option: str | None, default: str, server: str) -> str:
    """The service of an account on `server`; "": the account's own server takes videos like pictures.

    A server without TLS belongs to a network of its own, a test, where the public service cannot store anything.
    """
    if option is not None:
        return option
    return default if urlsplit(server).scheme == "https" else ""


def _uploaded(held: VideoCheckpoint, session: Mapping[str, Any]) -> VideoCheckpoint:
    """Where a session leads that takes no parts any more. Raises `SessionLost`."""
    if session.get("state") == "completed":
        return VideoCheckpoint(_job(session.get("completedJobId")), is_uploaded=True)
    if session.get("state") == "finishing":
        return held
    raise SessionLost


def _job(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_JOB:
        raise NotReached(NOT_TAKEN)
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _blob(value: Any) -> dict[str, Any] | None:
    """Only what a reference to a blob consists of: it goes into our record. https://atproto.com/specs/data-model#blob-type"""
    if not isinstance(value, Mapping) or not isinstance(value.get("ref"), Mapping):
        return None
    link, mime, size = value["ref"].get("$link"), value.get("mimeType"), value.get("size")
    if not isinstance(link, str) or not isinstance(mime, str) or not _is_number(size):
        return None
    if not 0 < len(link) <= LONGEST_LINK or len(mime) > LONGEST_LINK:
        return None
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": mime, "size": size}
