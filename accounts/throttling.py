"""Throttling of sign-in that slows down whoever guesses passwords, not the owner of the account (docs/adr/0022).

A browser in which somebody signed in to an account keeps a signed cookie of that account, as OWASP's "device cookies"
do. With it only its own failures count. Without it they count for the account together with the address they come from,
for the address, and, far higher, for the account from everywhere.
"""

import secrets

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

# Failed attempts, in the notation of django-allauth. Refused attempts are not checked and do not count.
RATES = {
    "device": "10/5m/key,50/d/key",
    # one account from one address, or from one network /64 of IPv6
    "account-and-address": "5/5m/key,30/d/key",
    # one address, whatever the account; the people of a municipality may share one
    "address": "10/m/key,100/h/key",
    # one account from everywhere: NIST SP 800-63B-4 allows a hundred in a row
    "account": "50/h/key,100/d/key",
}
SALT = "accounts.device"
YEAR = 365 * 24 * 3600
DAY = 24 * 3600


class TooMany(Exception):
    """The attempt is refused before the password is checked. `limit` is a name in `RATES`."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Attempt:
    """One attempt to sign in. It counts as failed until `take_back`."""

    def __init__(self, request: HttpRequest, email: str) -> None:
        """Raises `TooMany`."""
        self.usages: list[ratelimit.RateLimitUsage] = []
        for limit, key in _limits(request, email.lower()):
            usage = ratelimit.consume(request, app="accounts", action=limit, config=RATES, key=f"{limit} {key}")
            if usage is None:
                self.take_back()
                raise TooMany(limit)
            self.usages.append(usage)

    def take_back(self) -> None:
        for usage in self.usages:
            usage.rollback()


def _limits(request: HttpRequest, email: str) -> list[tuple[str, str]]:
    """Limits that this attempt counts for: (name in `RATES`, key)."""
    if request.user.is_authenticated and request.user.email == email:
        return [("device", f"{email} session {request.session.session_key}")]  # asked again, being signed in
    if device := _device(request, email):
        return [("device", f"{email} {device}")]
    address = _address(request)
    return [("account-and-address", f"{email} {address}"), ("address", address), ("account", email)]


def _address(request: HttpRequest) -> str:
    try:
        return ratelimit.truncate_ip(str(get_adapter(request).get_client_ip(request)))
    except PermissionDenied:  # behind a socket there may be none: all such requests count together
        return ""


# ---- the cookie


def _cookie(email: str) -> str:
    """One cookie for each account, as people share browsers. Its name does not reveal the account.

    Its prefix is the one of cookies with a path.
    """
    prefix = "__Secure-" if settings.COOKIE_PREFIX else ""
    return f"{prefix}dobosar_device_{salted_hmac(SALT, email.lower()).hexdigest()[:20]}"


def _device(request: HttpRequest, email: str) -> str:
    """The random name of a browser that signed in to this account before; empty for any other."""
    # Django signs the name of the cookie too, so that it is good for this account only.
    return str(request.get_signed_cookie(_cookie(email), default="", salt=SALT, max_age=YEAR))


def remember_device(response: HttpResponseBase, email: str) -> None:
    """Let the browser that gets `response` keep that it signed in to the account of `email`."""
    response.set_signed_cookie(
        _cookie(email),
        secrets.token_urlsafe(16),
        salt=SALT,
        max_age=YEAR,
        path="/accounts/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def is_first_warning(email: str) -> bool:
    """Whether this is the first call for `email` within a day."""
    return bool(cache.add(f"guessing:{salted_hmac(SALT, email.lower()).hexdigest()[:20]}", 1, DAY))
