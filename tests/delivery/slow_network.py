"""A network that takes a post and publishes it later, as some do; ours of today publish at once.

What it does next stands in `SlowNetwork.script`; what it has published in `SlowNetwork.public`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.types import Absent, Found, Outgoing, Pending, Published


class SlowNetwork:
    script: ClassVar[list[Any]] = []
    public: ClassVar[list[Outgoing]] = []
    withdrawn: ClassVar[list[str]] = []

    def __init__(self, http: Any, **_: Any) -> None:
        self.http = http

    def _next(self) -> Any:
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def publish(self, outgoing: Outgoing, read: Any) -> Any:
        self.http.before_send()
        self.public.append(outgoing)
        return self._next()

    def poll(self, pending: Pending) -> Any:
        return self._next()

    def find(self, outgoing: Outgoing, since: datetime, bound: Collection[str] = ()) -> Any:
        return Found(published()) if outgoing in self.public else Absent()

    def may_resend(self, opened_at: datetime, now: datetime) -> bool:
        return False

    def withdraw(self, remote_id: str) -> None:
        self._next()
        self.withdrawn.append(remote_id)


def published() -> Published:
    return Published("slow-1", "https://slow.example/1", datetime.now(UTC))
