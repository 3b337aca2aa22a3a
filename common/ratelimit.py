"""Rate limits: fixed windows in Valkey; a window begins with its first hit.

    usage = ratelimit.hit("calendar-feed", token, limit=20, seconds=3600)
    if usage.is_exceeded: ...

docs/dependencies.md explains why django-ratelimit is not used. Up to twice `limit` is possible around the end of a
window. Counts are not kept for longer than a window. If Valkey does not answer, the cache's error is raised.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache


@dataclass(frozen=True)
class Usage:
    """`count` is what happened in the window, with this hit; the window ends at `ends_at` (Unix time in seconds)."""

    limit: int
    count: int
    ends_at: float

    @property
    def is_exceeded(self) -> bool:
        """Whether this hit was one too many."""
        return self.count > self.limit

    @property
    def is_used_up(self) -> bool:
        """Whether the next hit is one too many."""
        return self.count >= self.limit

    @property
    def left(self) -> int:
        return max(self.limit - self.count, 0)

    @property
    def resets_at(self) -> datetime:
        return datetime.fromtimestamp(self.ends_at, UTC)

    @property
    def retry_after(self) -> int:
        """Whole seconds until the window ends, for the header of that name; at least 1."""
        return max(int(self.ends_at - time.time()) + 1, 1)


def hit(name: str, who: object, *, limit: int, seconds: int) -> Usage:
    """Count one hit of `who` against the limit called `name`, at most `limit` of them in `seconds`.

    `who` is hashed: it may come from a header and hold anything.
    """
    ends_at = _window(name, who, seconds)
    counter = _counter(name, who, ends_at)
    try:
        count = cache.incr(counter)
    except ValueError:  # the first one; the counter begins no earlier than its window, so it ends no earlier
        count = 1 if cache.add(counter, 1, seconds) else cache.incr(counter)
    return Usage(limit, count, ends_at)


def usage(name: str, who: object, *, limit: int, seconds: int) -> Usage:
    """What has been counted so far; counts nothing and begins no window."""
    now = time.time()
    ends_at = cache.get(_key(name, who))
    if not _is_running(ends_at, now, seconds):
        return Usage(limit, 0, now + seconds)
    return Usage(limit, int(cache.get(_counter(name, who, ends_at), 0)), ends_at)


def _window(name: str, who: object, seconds: int) -> float:
    """The end of the window that runs now; begins one where none does."""
    key = _key(name, who)
    ends_at = cache.get_or_set(key, time.time() + seconds, seconds)
    # The clock is read again: a window that another thread began since the first reading is not of another time.
    now = time.time()
    if ends_at is None or not _is_running(ends_at, now, seconds):
        ends_at = now + seconds
        cache.set(key, ends_at, seconds)
    return float(ends_at)


def _is_running(ends_at: float | None, now: float, seconds: int) -> bool:
    """An entry whose end lies beyond a whole window is of another time: the clock was set."""
    return ends_at is not None and now < ends_at <= now + seconds


def _counter(name: str, who: object, ends_at: float) -> str:
    return f"{_key(name, who)}:{ends_at}"


def _key(name: str, who: object) -> str:
    return f"ratelimit:{name}:{hashlib.blake2b(str(who).encode(), digest_size=16).hexdigest()}"
