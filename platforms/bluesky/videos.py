"""Posts with a video: uploaded, processed, and then named by the record, which is put as that of any other post."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from platforms.bluesky import records
from platforms.bluesky.calls import Calls
from platforms.bluesky.video_service import BUSY, SessionLost, VideoCheckpoint, VideoService, address
from platforms.bodies import FileBody
from platforms.captions import webvtt
from platforms.errors import NotReached, Rejected
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import ContainerExpired, Outgoing, Pending, Published, Read, Ready, Video

VTT = "text/vtt"
BAD_CAPTIONS = gettext_noop("The captions cannot be read. Add the file again.")
LONG_CAPTIONS = gettext_noop("The captions are too long for Bluesky. Shorten them, or leave them out here.")


class Videos(ABC):
    """The half of the connector that publishes videos."""

    calls: Calls
    facts: Facts
    set: Mapping[str, Any]
    save_checkpoint: Callable[[str], None]

    @abstractmethod
    def put(self, outgoing: Outgoing, embed: dict[str, Any] | None) -> Published: ...

    def publish_video(self, outgoing: Outgoing, film: Video, read: Read) -> Published | Pending:
        self._captions(film, read)  # refused before minutes of upload
        service = self._service()
        if not service.base:
            return self._put(outgoing, film, self._upload(film, read), read)
        return Pending(service.upload(film, _title(outgoing, film), read).token)

    def _service(self) -> VideoService:
        chosen = (self.facts.get("options") or {}).get("video_service")
        base = address(chosen, self.set["video_service"], self.calls.server)
        return VideoService(self.calls, base, self.save_checkpoint)

    def _upload(self, film: Video, read: Read) -> Any:
        """To the account's own server, which transcodes nothing."""
        with _opened(read, film) as open_body:
            return self.calls.upload_file(open_body, film.mime)

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        return self._service().check_status(pending)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        held, film = VideoCheckpoint.of(pending), _film(outgoing)
        if not held.blob:
            raise NotReached(BUSY)
        return self._put(outgoing, film, dict(held.blob), read)

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """From the part, the job or the stored video that was reached."""
        held, film, service = VideoCheckpoint.of(pending), _film(outgoing), self._service()
        try:
            if not held.is_uploaded:
                return Pending(service.resume(held, film, read).token)
        except SessionLost:
            return self.publish_video(outgoing, film, read)
        status = service.check_status(pending)
        if isinstance(status, Ready):
            return self.finish(outgoing, Pending(status.token), read)
        return status if isinstance(status, Pending) else self.publish_video(outgoing, film, read)

    def _put(self, outgoing: Outgoing, film: Video, blob: Any, read: Read) -> Published:
        written = self._captions(film, read)
        return self.put(outgoing, records.video(film, blob, self.calls.upload(written, VTT) if written else None))

    def _captions(self, film: Video, read: Read) -> bytes | None:
        """As WebVTT. Raises `Rejected` for what the network would not take."""
        if not film.captions:
            return None
        try:
            written = webvtt(read(film.captions.ref))
        except ValueError:
            raise Rejected(BAD_CAPTIONS, "video", "captions") from None
        if len(written) > self.set["captions_bytes"]:
            raise Rejected(LONG_CAPTIONS, "video", "captions", {"bytes": len(written)})
        return written


def _film(outgoing: Outgoing) -> Video:
    if outgoing.video is None:
        raise ValueError("A post without a video is never waited for.")
    return outgoing.video


def _title(outgoing: Outgoing, film: Video) -> str:
    return f"{outgoing.key}.{film.mime.rsplit('/', 1)[-1]}"


@contextmanager
def _opened(read: Read, film: Video) -> Iterator[Callable[[], FileBody]]:
    """The file from its beginning, as often as it is asked for."""
    opened: list[BinaryIO] = []

    def body() -> FileBody:
        opened.append(read.open(film.ref))
        return FileBody(opened[-1], film.size)

    try:
        yield body
    finally:
        for file in opened:
            file.close()
