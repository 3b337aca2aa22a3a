"""The checkpoint of a TikTok post: its `publish_id`, and what is needed to interpret its status."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from platforms.types import Pending


@dataclass(frozen=True)
class UploadCheckpoint:
    """`kind`: "video" or "photo". `size`: bytes that have to arrive, 0 where TikTok fetches them. `name`: the account's
    name without the sign, for the address. `made`: seconds since the epoch."""

    publish_id: str
    kind: str
    size: int
    name: str
    audience: str
    made: int

    @classmethod
    def now(cls, publish_id: str, *, kind: str, size: int, name: str, audience: str) -> "UploadCheckpoint":
        return cls(publish_id, kind, size, name, audience, int(datetime.now(UTC).timestamp()))

    @classmethod
    def of(cls, pending: Pending) -> "UploadCheckpoint":
        return cls(**json.loads(pending.token))

    @property
    def token(self) -> str:
        return json.dumps(asdict(self))

    @property
    def minutes(self) -> float:
        """How long ago it was begun."""
        return (datetime.now(UTC).timestamp() - self.made) / 60

    @property
    def profile(self) -> str:
        return f"https://www.tiktok.com/@{self.name}"

    def permalink(self, number: str) -> str:
        return f"{self.profile}/{self.kind}/{number}"
