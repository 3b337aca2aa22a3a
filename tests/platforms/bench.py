"""The conformance suite's access to a server, a fake or a real one."""

import io
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from PIL import Image

from common.http import Answer, Http
from platforms import registry
from platforms.types import (
    ContainerExpired,
    Credential,
    Document,
    Keys,
    Limits,
    Outgoing,
    Pending,
    Picture,
    Published,
    Ready,
    Video,
)
from tests.platforms import recorder

T = TypeVar("T")


def png(width: int = 64, height: int = 36, colour: tuple[int, int, int] = (200, 30, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int = 640, height: int = 360, colour: tuple[int, int, int] = (200, 30, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


PICTURES = {f"slika-{n}": png(colour=(40 * n, 30, 60)) for n in range(1, 5)}
PHOTOS = {f"slika-{n}.jpg": jpeg(colour=(40 * n, 30, 60)) for n in range(1, 5)}
# Bytes that no player would play: the fakes check sizes and heads, and the post has the properties of a probed video.
MOVIE = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 4096
# Likewise of a document.
PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 64
FILES = {
    **PICTURES,
    **PHOTOS,
    "snimak": MOVIE,
    "dokument": PAPER,
    "titlovi": b"1\n00:00:00,000 --> 00:00:02,000\nDobar dan\n",
}
ALTS = ("Мост преко Мораве", "Плакат: „Вашар, 6. мај”", "Дечак са балоном 🎈", "Четврта слика")


def picture(number: int) -> Picture:
    ref = f"slika-{number}"
    return Picture(ref, "image/png", 64, 36, len(PICTURES[ref]), ALTS[number - 1])


def photo(number: int) -> Picture:
    ref = f"slika-{number}.jpg"
    return Picture(ref, "image/jpeg", 640, 360, len(PHOTOS[ref]), ALTS[number - 1])


def video(**more: Any) -> Video:
    return Video(
        **{"ref": "snimak", "mime": "video/mp4", "width": 1280, "height": 720, "seconds": 12.0}
        | {"size": len(MOVIE)}
        | more
    )


def document(**more: Any) -> Document:
    return Document(
        **{"ref": "dokument", "mime": "application/pdf", "width": 905, "height": 1280, "pages": 12, "size": len(PAPER)}
        | {"title": "Буџет за 2027. годину"}
        | more
    )


def outgoing(text: str, **more: Any) -> Outgoing:
    return Outgoing(**{"text": text, "language": "sr", "key": uuid.uuid4().hex, "created_at": datetime.now(UTC)} | more)


class Files:
    """The files of the tests, as a connector reads them. `base`: where the fake gives them out to itself."""

    def __init__(self, base: str = "") -> None:
        self.base = base

    def __call__(self, ref: str) -> bytes:
        return FILES[ref]

    def open(self, ref: str) -> io.BytesIO:
        return io.BytesIO(FILES[ref])

    def address(self, ref: str, sides: tuple[int, int] | None = None) -> str:
        if not self.base:
            raise AssertionError("This network takes files by upload; nothing gives them out.")
        fitted = f"?sides={sides[0]}x{sides[1]}" if sides else ""
        return f"{self.base}/__media__/{ref}{fitted}"


read = Files()


class Impatient(Http):
    """Waits as long as ever, but hardly for the answer to what publishes."""

    def request(
        self, method: str, url: str, *, commits: bool = False, deadline: float | None = None, **more: Any
    ) -> Answer:
        return super().request(method, url, commits=commits, deadline=0.2 if commits else deadline, **more)


@dataclass
class Bench:
    """One account on one server. `public` returns what a follower sees, without the connector."""

    key: str
    server: str
    keys: Keys
    credential: Credential
    allow: frozenset[str]
    public: Callable[[], list[dict[str, Any]]]
    react: Callable[[str, str, str], Any]
    settle: Callable[[], None] = lambda: None
    deadline: float = 15
    """Seconds for one request."""
    patience: float = 0
    """Seconds that `eventually` may wait. A fake has done everything when it answers; a real server works in queues."""
    renewed: list[Credential] = field(default_factory=list)
    deviations: frozenset[str] = frozenset()
    read: Files = field(default_factory=Files)
    checkpoints: list[str] = field(default_factory=list)
    """Checkpoints that the connector saved."""
    facts: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, str] = field(default_factory=lambda: {"like": "likes", "repost": "reposts", "reply": "replies"})
    """The kinds of `react` that this network has, and the metric that counts each."""

    def http(self, **more: Any) -> Http:
        arguments = {"allow": self.allow, "deadline": self.deadline} | more
        if not recorder.is_wanted():
            return Http(**arguments)
        held = (self.credential.access_token, self.credential.refresh_token, self.keys.client_secret)
        return recorder.RecordingHttp(secrets=held, **arguments)

    def impatient_http(self) -> Http:
        return Impatient(allow=self.allow, deadline=self.deadline)

    def connector(self, **more: Any) -> Any:
        kind = registry.connector(self.key)
        http = more.pop("http", None) or self.http()
        bare = kind(http, server=self.server)
        facts = more.pop("facts", None) or bare.fetch_facts()
        arguments = {"server": self.server, "keys": self.keys, "credential": self.credential, "facts": facts}
        return kind(
            http, **arguments | {"keep": self.renewed.append, "save_checkpoint": self.checkpoints.append} | more
        )

    def limits(self) -> Limits:
        """The limits by the facts that the server returned when the bench first asked."""
        kind = registry.connector(self.key)
        if not self.facts:
            self.facts |= kind(self.http(), server=self.server).fetch_facts()
        return kind.limits(self.facts)

    def picture(self, number: int) -> Picture:
        """A picture of a type that the network takes."""
        return picture(number) if "image/png" in self.limits().mime_types else photo(number)

    def outgoing(self, text: str, **more: Any) -> Outgoing:
        """A post that the network takes: with a picture, a video or a title where it takes none without. A video stands
        for pictures where there are none."""
        limits = self.limits()
        if more.get("pictures") and not limits.max_images:
            more = {**more, "pictures": (), "video": video()}
        if limits.needs_media and not more.get("reply_to") and not {"pictures", "video"} & set(more):
            more |= {"pictures": (self.picture(1),)} if limits.max_images else {"video": video()}
        if limits.title_required:
            more = {"title": "Наслов", **more}
        return outgoing(text, **more)

    def publish(self, connector: Any, sent: Outgoing) -> Published:
        """Until it is public, as the outbox does it: asked again while it is prepared, finished when it is ready."""
        result = connector.publish(sent, self.read)
        for _ in range(20):
            if isinstance(result, Published):
                return result
            self.checkpoints.append(result.token)
            if isinstance(result, Ready):
                result = connector.finish(sent, Pending(result.token), self.read)
            else:
                result = connector.check_status(result)
                assert not isinstance(result, ContainerExpired), result
        raise AssertionError("It never became public.")

    def find(self, connector: Any, sent: Outgoing, since: datetime, bound: Collection[str] = ()) -> Any:
        checkpoint = Pending(self.checkpoints[-1]) if self.checkpoints else None
        return connector.find(sent, since, bound, checkpoint)

    def eventually(self, fetch: Callable[[], T], is_expected: Callable[[T], bool]) -> T:
        """The first expected value of `fetch()`; after `patience` the last one, for the test to assert on."""
        deadline = time.monotonic() + self.patience
        while not is_expected(value := fetch()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return value

    def texts(self) -> list[str]:
        return [post["text"] for post in self.public()]
