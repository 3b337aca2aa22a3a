"""How often one may knock: fixed windows in Valkey, per account or per address."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from practice.hashes import hashed
from practice.rules import RATES


@dataclass(frozen=True)
class Budget:
    limit: int
    left: int
    resets_at: datetime

    @property
    def is_spent(self) -> bool:
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """Mastodon writes the reset as an ISO time. https://docs.joinmastodon.org/api/rate-limits/"""
        reset = self.resets_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        left = str(max(self.left, 0))
        return {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": left, "X-RateLimit-Reset": reset}


def spend(rate: str, who: object) -> Budget:
    """Count one call of `who` in the window that runs now."""
    limit, seconds = RATES[rate]
    window = int(time.time()) // seconds
    # Hashed: an address comes from a header and may hold anything.
    key = f"practice:{rate}:{hashed(str(who))[:32]}:{window}"
    cache.add(key, 0, seconds + 60)
    try:
        spent = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        spent = 1
    return Budget(limit, limit - spent, datetime.fromtimestamp((window + 1) * seconds, UTC))


def address(request: HttpRequest) -> str:
    """Whose call it is: behind trusted proxies the address that the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies][:60]
    return str(request.META.get("REMOTE_ADDR", ""))
