"""What the conformance suite needs of a server, be it a fake or a real one."""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from common.http import Http
from platforms import registry
from platforms.types import Credential, Keys, Outgoing, Picture


def png(width: int = 64, height: int = 36, colour: tuple[int, int, int] = (200, 30, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


PICTURES = {f"slika-{n}": png(colour=(40 * n, 30, 60)) for n in range(1, 5)}
ALTS = ("Мост преко Мораве", "Плакат: „Вашар, 6. мај”", "Дечак са балоном 🎈", "Четврта слика")


def picture(number: int) -> Picture:
    ref = f"slika-{number}"
    return Picture(ref, "image/png", 64, 36, len(PICTURES[ref]), ALTS[number - 1])


def outgoing(text: str, **more: Any) -> Outgoing:
    return Outgoing(**{"text": text, "language": "sr", "key": uuid.uuid4().hex, "created_at": datetime.now(UTC)} | more)


def read(ref: str) -> bytes:
    return PICTURES[ref]


@dataclass
class Bench:
    """One account on one server. `public` says what a follower sees, by other means than the connector's."""

    key: str
    server: str
    keys: Keys
    credential: Credential
    allow: frozenset[str]
    public: Callable[[], list[dict[str, Any]]]
    react: Callable[[str, str, str], Any]
    settle: Callable[[], None] = lambda: None
    kept: list[Credential] = field(default_factory=list)
    deviations: frozenset[str] = frozenset()

    def http(self, **more: Any) -> Http:
        return Http(**{"allow": self.allow, "deadline": 15} | more)

    def connector(self, **more: Any) -> Any:
        kind = registry.connector(self.key)
        http = more.pop("http", None) or self.http()
        bare = kind(http, server=self.server)
        facts = more.pop("facts", None) or bare.look()
        arguments = {"server": self.server, "keys": self.keys, "credential": self.credential, "facts": facts}
        return kind(http, **arguments | {"keep": self.kept.append} | more)

    def texts(self) -> list[str]:
        return [post["text"] for post in self.public()]
