"""A network that takes a post and publishes it later, as some do; ours of today publish at once.

What it does next stands in `SlowNetwork.script`; what it has published in `SlowNetwork.public`.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms.types import Absent, Action, Found, Outgoing, Pending, Published


class SlowNetwork:
    script: ClassVar[list[Any]] = []
    public: ClassVar[list[Outgoing]] = []
    withdrawn: ClassVar[list[str]] = []
    finished: ClassVar[list[str]] = []
    found: ClassVar[list[Any]] = []
    notes: ClassVar[list[str]] = []
    final: ClassVar[list[str]] = []
    checkpoints: ClassVar[list[str | None]] = []
    resumed: ClassVar[list[str]] = []

    def __init__(self, http: Any, save_checkpoint: Any = None, **_: Any) -> None:
        self.http = http
        self.save_checkpoint = save_checkpoint

    @classmethod
    def forget(cls) -> None:
        kinds = (
            cls.script, cls.public, cls.withdrawn, cls.finished, cls.found, cls.notes, cls.final, cls.checkpoints,
            cls.resumed,
        )  # fmt: skip
        for recorded in kinds:
            recorded.clear()

    def _next(self) -> Any:
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def acting(self, action: Action) -> AbstractContextManager[None]:
        """It has no permissions."""
        return nullcontext()

    def publish(self, outgoing: Outgoing, read: Any) -> Any:
        for note in self.notes:
            self.save_checkpoint(note)
        self.http.before_send()
        self.public.append(outgoing)
        return self._next()

    def resume(self, outgoing: Outgoing, pending: Pending, read: Any) -> Any:
        self.resumed.append(pending.token)
        return self.publish(outgoing, read)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Any) -> Any:
        for note in self.final:
            self.save_checkpoint(note)
        self.http.before_send()
        self.finished.append(pending.token)
        return self._next()

    def check_status(self, pending: Pending) -> Any:
        return self._next()

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> Any:
        self.checkpoints.append(checkpoint.token if checkpoint else None)
        if self.found:
            result = self.found.pop(0)
            if isinstance(result, Exception):
                raise result
            return result
        return Found(published()) if outgoing in self.public else Absent()

    commit_window = timedelta(minutes=16)

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        return False

    def withdraw(self, remote_id: str) -> None:
        self._next()
        self.withdrawn.append(remote_id)


def published() -> Published:
    return Published("slow-1", "https://slow.example/1", datetime.now(UTC))
