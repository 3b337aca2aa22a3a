"""Rate limits per account or per address, as `practice.rules.RATES` defines them."""

from django.conf import settings
from django.http import HttpRequest

from common import ratelimit
from practice.rules import RATES


def spend(rate: str, who: object) -> ratelimit.Usage:
    """Count one call of `who` in the window that runs now."""
    limit, seconds = RATES[rate]
    return ratelimit.hit(f"practice-{rate}", who, limit=limit, seconds=seconds)


def headers(usage: ratelimit.Usage) -> dict[str, str]:
    """Mastodon writes the reset as an ISO time. https://docs.joinmastodon.org/api/rate-limits/"""
    reset = usage.resets_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "X-RateLimit-Limit": str(usage.limit), "X-RateLimit-Remaining": str(usage.left), "X-RateLimit-Reset": reset,
    }  # fmt: skip


def address(request: HttpRequest) -> str:
    """The client's address: behind trusted proxies the one that the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies][:60]
    return str(request.META.get("REMOTE_ADDR", ""))
