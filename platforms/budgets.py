"""What a network's answer says about how much more it takes. Pure.

Three families are in use: X-RateLimit-* (Mastodon writes the reset as an ISO time, others as epoch seconds),
RateLimit-* (Bluesky: epoch seconds; the IETF draft: seconds from now) and Retry-After.
https://docs.joinmastodon.org/api/rate-limits/ https://docs.bsky.app/docs/advanced-guides/rate-limits
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from platforms import answers

# A number above this is a moment, below it a span: nobody makes us wait for 30 years.
EPOCH_FROM = 1_000_000_000


@dataclass(frozen=True)
class Budget:
    """`left` calls of `of` until `until` (aware UTC)."""

    left: int
    of: int
    until: datetime


def read(status: int, headers: Mapping[str, str], now: datetime) -> Budget | None:
    """What the headers (names in any case) of an answer tell, None where they tell nothing that can be believed."""
    told = {name.lower(): value for name, value in headers.items()}
    if status in (429, 503) and (until := answers.retry_after(told.get("retry-after"), now)):
        return _believed(Budget(0, 0, until), now)
    for family in ("x-ratelimit", "ratelimit"):
        left, until = _number(told.get(f"{family}-remaining")), _reset(told.get(f"{family}-reset"), now)
        if left is not None and until is not None:
            return _believed(Budget(left, _number(told.get(f"{family}-limit")) or left, until), now)
    return None


def _believed(budget: Budget, now: datetime) -> Budget | None:
    return budget if now < budget.until <= now + answers.LONGEST_WAIT else None


def _number(value: str | None) -> int | None:
    # "5000;w=3600" is a number with its window
    digits = (value or "").partition(";")[0].partition(",")[0].strip()
    return int(digits) if digits.isdigit() else None


def _reset(value: str | None, now: datetime) -> datetime | None:
    number = _number(value)
    if number is not None and number < EPOCH_FROM:
        return now + timedelta(seconds=number)
    try:
        return datetime.fromtimestamp(number, UTC) if number is not None else answers.moment(value or "")
    except (ValueError, OverflowError):
        return None
