"""Uploads a video in chunks to an address that is valid for an hour and needs no other credential.

https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide

The last chunk makes the post: it is the one irreversible request. A chunk that failed at the server may be sent again
unchanged, as TikTok documents; the post stays one, since all chunks belong to one `publish_id`.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from common.http import Answer, Http
from platforms import answers, upload_hosts
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.translation import gettext_noop
from platforms.types import Read, Video

HOSTS = re.compile(r"(open-upload|upload\.[a-z0-9-]{1,16})\.tiktokapis\.com")
SMALLEST, LARGEST = 5_000_000, 64_000_000
WAITS = (0.5, 1.0, 2.0)
UNSURE = gettext_noop("The server failed without reporting whether it received the whole video.")
NO_ADDRESS = gettext_noop("The server named no address for the video.")


@dataclass(frozen=True)
class ChunkPlan:
    """The chunks of a file. The last one takes the remainder, so it may be larger than the others."""

    size: int
    chunk: int
    number: int

    @classmethod
    def of(cls, size: int, wanted: int) -> "ChunkPlan":
        chunk = min(max(wanted, SMALLEST), LARGEST)
        number = size // chunk
        # A file of one chunk announces its own size, so that what is announced is what is sent.
        return cls(size, chunk, number) if number > 1 else cls(size, size, 1)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """(first, last) byte of each chunk."""
        for place in range(self.number):
            last = self.size if place == self.number - 1 else (place + 1) * self.chunk
            yield place * self.chunk, last - 1


def checked(url: str, server: str) -> str:
    """Bytes are sent to TikTok's own hosts only, whatever an answer says. Raises `NotReached`."""
    return upload_hosts.checked(url, HOSTS, server, NO_ADDRESS)


def send(http: Http, url: str, video: Video, read: Read, plan: ChunkPlan) -> None:
    """All chunks in their order. `NotReached`: some bytes are missing, so nothing can become public."""
    with read.open(video.ref) as file:
        for first, last in plan.ranges():

            def chunk(start: int = first, end: int = last) -> bytes:
                file.seek(start)
                return file.read(end - start + 1)

            headers = {"Content-Type": video.mime, "Content-Range": f"bytes {first}-{last}/{plan.size}"}
            if last == plan.size - 1:
                _last(http, url, chunk, headers)
            else:
                _one(http, url, chunk, headers)


def _one(http: Http, url: str, chunk: Callable[[], bytes], headers: dict[str, str]) -> None:
    for seconds in (*WAITS, None):
        answer = answers.read(lambda: http.request("PUT", url, data=chunk(), headers=headers))
        if answer.status == 206:
            return
        if answer.status < 500 or seconds is None:
            raise _refused(answer, url)
        time.sleep(seconds)


def _last(http: Http, url: str, chunk: Callable[[], bytes], headers: dict[str, str]) -> None:
    answer = answers.write(lambda: http.request("PUT", url, commits=True, data=chunk(), headers=headers))
    if answer.status != 201 and answer.status < 300:
        raise OutcomeUnknown("The server's answer could not be read.", _evidence(answer, url))
    if 300 <= answer.status < 500:
        raise _refused(answer, url)
    for seconds in WAITS:
        if answer.status < 500:
            break
        time.sleep(seconds)
        # The irreversible step has begun, so the policy is not checked again: the post might be public already. For the
        # same reason an attempt that sends nothing proves nothing about the one before.
        try:
            answer = answers.write(lambda: http.request("PUT", url, data=chunk(), headers=headers))
        except NotReached as unsure:
            raise OutcomeUnknown(UNSURE, {"problem": unsure.message}) from None
    if answer.status == 201:
        return
    raise OutcomeUnknown(UNSURE, _evidence(answer, url))


def _refused(answer: Answer, url: str) -> PlatformError:
    if answer.status == 400:
        return Rejected("The server refused this.", "video", "400", _evidence(answer, url))
    # 403: the address has run out. 404: no such upload. 416: not the part that is expected. Begun anew, all are well.
    return NotReached("The server did not take the video.", _evidence(answer, url))


def _evidence(answer: Answer, url: str) -> dict[str, object]:
    return answers.evidence(answer, (url, urlsplit(url).query))
