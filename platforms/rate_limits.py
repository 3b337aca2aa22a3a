"""Reads rate limits, of one account and of our whole application, from the headers of an answer. Pure.

- Calls left until a reset: X-RateLimit-* (Mastodon writes the reset as an ISO time, others as epoch seconds),
  RateLimit-* (Bluesky: epoch seconds; the IETF draft: seconds from now), X's x-rate-limit-* and its daily limits.
  https://docs.joinmastodon.org/api/rate-limits/ https://docs.bsky.app/docs/advanced-guides/rate-limits
  https://docs.x.com/x-api/fundamentals/rate-limits
- Percentage of a rolling hour that is used, in JSON: Meta's X-App-Usage counts all accounts of the application,
  X-Page-Usage and X-Business-Use-Case-Usage one account. The last also says when calls are answered again.
  https://developers.facebook.com/docs/graph-api/overview/rate-limiting
- Retry-After of a refusal.

The server may be anybody's, so only sensible numbers are accepted.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from common import untrusted_json
from platforms import answers, times

# A number above this is a point in time, below it a duration: no network makes us wait for 30 years.
EPOCH_FROM = 1_000_000_000
# A share of a rolling hour falls by itself: it is valid for this long.
ROLLS = timedelta(minutes=5)
LONGEST_JSON = 10_000
USAGES = ("call_count", "total_time", "total_cputime")

OF_ACCOUNT = ("x-ratelimit", "ratelimit", "x-rate-limit", "x-user-limit-24hour")
OF_APP = ("x-app-limit-24hour",)


@dataclass(frozen=True)
class RateLimit:
    """`left` calls (or per cent) of `of` until `until` (aware UTC)."""

    left: int
    of: int
    until: datetime

    @property
    def share(self) -> float:
        return self.left / self.of if self.of else 0.0


@dataclass(frozen=True)
class RateLimits:
    """The scarcest limits of one answer. None: no credible one."""

    account: RateLimit | None = None
    app: RateLimit | None = None


def read(status: int, headers: Mapping[str, str], now: datetime) -> RateLimits:
    """Reads the headers (names in any case) of an answer."""
    lowered = {name.lower(): value for name, value in headers.items()}
    app = _scarcest([*_counted(lowered, OF_APP, now), *_used(lowered.get("x-app-usage"), now)], now)
    if status in (429, 503) and (until := answers.retry_after(lowered.get("retry-after"), now)):
        return RateLimits(_believed(RateLimit(0, 0, until), now), app)
    account = [*_counted(lowered, OF_ACCOUNT, now), *_used(lowered.get("x-page-usage"), now)]
    for usages in _parsed(lowered.get("x-business-use-case-usage")).values():
        for usage in usages if isinstance(usages, list) else ():
            account += _used_up(usage, now)
    return RateLimits(_scarcest(account, now), app)


def _counted(headers: Mapping[str, str], families: tuple[str, ...], now: datetime) -> Iterator[RateLimit]:
    for family in families:
        left, until = _number(headers.get(f"{family}-remaining")), _reset(headers.get(f"{family}-reset"), now)
        if left is not None and until is not None:
            yield RateLimit(left, _number(headers.get(f"{family}-limit")) or left, until)


def _used(header: str | None, now: datetime) -> list[RateLimit]:
    return _used_up(_parsed(header), now)


def _used_up(usage: Any, now: datetime) -> list[RateLimit]:
    """One usage: {"call_count": 28, …} in per cent, perhaps with the minutes until calls are answered again."""
    if not isinstance(usage, dict):
        return []
    used = [share for name in USAGES if (share := _finite(usage.get(name))) is not None]
    if not used:
        return []
    left = 100 - math.ceil(min(max(*used, 0), 100))
    minutes = _finite(usage.get("estimated_time_to_regain_access"))
    if minutes and 0 < minutes <= answers.LONGEST_WAIT / timedelta(minutes=1):
        return [RateLimit(0, 100, now + timedelta(minutes=minutes))]
    return [RateLimit(left, 100, now + ROLLS)]


def _parsed(header: str | None) -> dict[str, Any]:
    if not header or len(header) > LONGEST_JSON:
        return {}
    try:
        usages = untrusted_json.loads(header)
    except ValueError:
        return {}
    return usages if isinstance(usages, dict) else {}


def _finite(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return float(value) if is_number and math.isfinite(value) else None
    except OverflowError:  # a whole number with hundreds of digits
        return None


def _scarcest(budgets: list[RateLimit], now: datetime) -> RateLimit | None:
    """The one that ends first to give; of empty ones the one that lasts longest."""
    believed = [budget for budget in budgets if _believed(budget, now)]
    return min(believed, key=lambda budget: (budget.share, -budget.until.timestamp()), default=None)


def _believed(budget: RateLimit, now: datetime) -> RateLimit | None:
    return budget if now < budget.until <= now + answers.LONGEST_WAIT else None


def _number(value: str | None) -> int | None:
    # "5000;w=3600" is a number with its window
    digits = (value or "").partition(";")[0].partition(",")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _reset(value: str | None, now: datetime) -> datetime | None:
    number = _number(value)
    if number is not None and number < EPOCH_FROM:
        return now + timedelta(seconds=number)
    try:
        return datetime.fromtimestamp(number, UTC) if number is not None else times.moment(value or "")
    except (ValueError, OverflowError, OSError):
        return None
