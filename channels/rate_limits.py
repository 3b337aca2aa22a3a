"""Rate limits and circuit breakers of the networks, learnt from their answers and shared by all workers through Valkey.

- A *budget* belongs to a channel: the number of calls left until a reset. Some networks also count all channels of our
  application together; that budget belongs to the application. A small part of each is reserved for urgent calls. A
  delivery without a budget waits without using up an attempt.
- A *breaker* belongs to a server: after five calls in a row without an answer nobody calls it for a while, twice as
  long each time; then one call probes whether it is back. Urgent calls are made all the same.

Both are advisory. Without Valkey every call is allowed, and the networks themselves refuse what is too much.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.core.cache import cache
from django.utils import timezone

from channels.models import Channel
from common.http import Answer
from platforms import rate_limits
from platforms.rate_limits import RateLimit
from platforms.registry import PLATFORMS

log = logging.getLogger(__name__)

FAILURES = 5
FAILURES_WITHIN = timedelta(minutes=5)
INITIAL_BACKOFF, MAX_BACKOFF = timedelta(seconds=15), timedelta(minutes=5)
# For urgent posts: a hundredth of what the network allows, one call at least.
KEPT_BACK = 100
# Of what all channels of an application share, a tenth: one flood warning must not wait for a hundred greetings.
APP_KEPT_BACK = 10
# Reported when less than a quarter is left.
REPORT_BELOW = 4
# A success is reported at most this often for each server: it is the normal case.
REPORT_INTERVAL = 2.0

Circuit = Literal["closed", "open", "probing"]
_reported_at: dict[str, float] = {}
_scarce: set[str] = set()
KNOWN = "traffic:servers"


@dataclass
class Traffic:
    """A snapshot of rate limits and circuits of channels and servers."""

    now: datetime
    budgets: dict[int, RateLimit] = field(default_factory=dict)
    apps: dict[str, RateLimit] = field(default_factory=dict)
    circuits: dict[str, tuple[Circuit, datetime]] = field(default_factory=dict)

    def limited_until(self, channel_id: int, app: str = "") -> datetime | None:
        """Until when only urgent posts may use this channel, whose application is `app`."""
        own = self._spent(self.budgets.get(channel_id), KEPT_BACK)
        shared = self._spent(self.apps.get(app), APP_KEPT_BACK)
        return max(own, shared) if own and shared else own or shared

    def _spent(self, budget: RateLimit | None, kept_back: int) -> datetime | None:
        if budget is None or budget.until <= self.now or budget.left > max(budget.of // kept_back, 1):
            return None
        return budget.until

    def circuit(self, server: str) -> Circuit:
        state, until = self.circuits.get(server, ("closed", self.now))
        return "probing" if state == "open" and until <= self.now else state


def app_of(platform: str, server: str) -> str:
    """Which application of ours the network counts: one for all channels where an administrator registered it."""
    known = PLATFORMS.get(platform)
    if known is None or known.keys_from == "none":
        return ""
    return f"{platform}@{server}" if known.keys_from == "server" else known.keys_of or platform


def snapshot(
    channel_ids: Collection[int], servers: Collection[str], now: datetime, apps: Collection[str] = ()
) -> Traffic:
    """Three kinds of keys in one question to Valkey."""
    keys = [*map(_budget, channel_ids), *map(_open, servers), *map(_app, apps)]
    cached: dict[str, Any] = _valkey(lambda: cache.get_many(keys), {}) if keys else {}
    return Traffic(
        now,
        {pk: cached[_budget(pk)] for pk in channel_ids if _budget(pk) in cached},
        {app: cached[_app(app)] for app in apps if _app(app) in cached},
        {server: ("open", cached[_open(server)]) for server in servers if _open(server) in cached},
    )


def servers() -> Traffic:
    """For administrators: every server that has failed recently."""
    known: set[str] = _valkey(lambda: cache.get(KNOWN), None) or set()
    return snapshot((), known, timezone.now())


def record_answer(channel_id: int, server: str, answer: Answer | None, *, commits: bool, app: str = "") -> None:
    """Learn from one call: `answer` is None where none came."""
    if answer is None or answer.status >= 500:
        _valkey(lambda: _failed(server), None)
    elif time.monotonic() - _reported_at.get(server, 0) > REPORT_INTERVAL:
        _reported_at[server] = time.monotonic()
        _valkey(lambda: cache.delete_many([_failures(server), _open(server), _trips(server)]), None)
    if answer is None:
        return
    now = datetime.now(UTC)
    limits = rate_limits.read(answer.status, answer.headers, now)
    if app:
        # Reads count with the rest.
        _publish(_app(app), limits.app, now)
    if commits or answer.status == 429:
        _publish(_budget(channel_id), limits.account, now)


def _publish(key: str, budget: RateLimit | None, now: datetime) -> None:
    """Store a budget that runs low. A plentiful one is the normal state: it is written only after a low one was."""
    if budget is None:
        return
    if budget.left * REPORT_BELOW < budget.of or not budget.left:
        _scarce.add(key)
        seconds = (budget.until - now).total_seconds()
        _valkey(lambda: cache.set(key, budget, max(int(seconds), 1)), None)
    elif key in _scarce:
        _scarce.discard(key)
        _valkey(lambda: cache.delete(key), None)


def _failed(server: str) -> None:
    _reported_at.pop(server, None)  # the next success is news
    window = FAILURES_WITHIN.total_seconds()
    cache.add(_failures(server), 0, window)
    if cache.incr(_failures(server)) < FAILURES:
        return
    cache.add(_trips(server), 0, MAX_BACKOFF.total_seconds() * 4)
    pause = min(INITIAL_BACKOFF * 2 ** (cache.incr(_trips(server)) - 1), MAX_BACKOFF)
    # It stays in sight for a while after its time: whoever calls then is looking whether the server is back.
    cache.set(_open(server), timezone.now() + pause, (pause * 2 + FAILURES_WITHIN).total_seconds())
    cache.set(_failures(server), FAILURES - 1, window)
    cache.set(KNOWN, {*(cache.get(KNOWN) or ()), server}, 24 * 3600)
    log.warning("%s does not answer; nobody calls it for %d s", server, pause.total_seconds())


def _valkey(ask: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return ask()
    except Exception as problem:
        log.debug("Valkey does not answer (%s)", type(problem).__name__)
        return otherwise


def _budget(channel_id: int) -> str:
    return f"traffic:budget:{channel_id}"


def _app(app: str) -> str:
    return f"traffic:app:{app}"


def _open(server: str) -> str:
    return f"traffic:open:{server}"


def _failures(server: str) -> str:
    return f"traffic:failures:{server}"


def _trips(server: str) -> str:
    return f"traffic:trips:{server}"


def of(channels: Iterable[Channel]) -> Traffic:
    """How it stands for these channels. One question to Valkey."""
    rows = list(channels)
    apps = {app_of(row.platform, row.server) for row in rows}
    return snapshot([row.pk for row in rows], {row.server for row in rows}, timezone.now(), apps - {""})


def waits_until(channel: Channel) -> datetime | None:
    """Until when deferrable calls (metrics, upkeep) leave this channel's network alone; None: they may be made.

    What is left of the account's or our application's budget is reserved for posts, and a failing server is not called
    for what can wait.
    """
    traffic = of([channel])
    limited = traffic.limited_until(channel.pk, app_of(channel.platform, channel.server))
    if limited is None and traffic.circuit(channel.server) == "open":
        return traffic.circuits[channel.server][1]
    return limited


def limited(channels: Iterable[Channel]) -> dict[int, datetime]:
    """Channel → until when its network takes nothing more from it."""
    rows = list(channels)
    traffic = of(rows)
    limits = {row.pk: traffic.limited_until(row.pk, app_of(row.platform, row.server)) for row in rows}
    return {pk: until for pk, until in limits.items() if until}
