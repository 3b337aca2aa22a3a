"""Error subcodes of publishing by containers, as Instagram lists them; Threads uses the same ones.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited
from platforms.meta import codes, containers

# Nothing became public, and what was prepared may go on or begin anew.
NOT_READY = frozenset({2207003, 2207006, 2207008, 2207020, 2207027})
FAILED = frozenset({2207001, 2207032, 2207053, 2207082})
UNFETCHED = frozenset({2207052, 2207077})
QUOTA = 2207042
SPAM = 2207051


@dataclass(frozen=True)
class SubcodeTexts:
    """A network's own sentences, and how long nothing is sent after it held an account back as spam."""

    used_up: str
    held_back: str
    blocked: timedelta


def refine(plain: PlatformError, texts: SubcodeTexts, *, public: bool) -> PlatformError:
    """`plain` is the error by the Graph API's codes; returns a more precise one where the subcode allows it."""
    seen, subcode = plain.evidence, plain.evidence.get("subcode", 0)
    if subcode in FAILED:
        return OutcomeUnknown(codes.FAILED, seen) if public else NotReached(codes.BUSY, seen)
    if subcode in NOT_READY:
        return NotReached(containers.PREPARING, seen)
    if subcode == QUOTA:
        return RateLimited(texts.used_up, datetime.now(UTC) + codes.WAIT, {**seen, "quota": True})
    if subcode == SPAM:
        return RateLimited(texts.held_back, datetime.now(UTC) + texts.blocked, seen)
    return plain
