"""The page for a request that needs a secret whose key is not in TOKEN_KEYS: a sentence instead of an error of ours.

Also for every request of a process whose keys or media do not belong to its database, where it learnt that late.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import crypto, identity

log = logging.getLogger(__name__)
# What has to answer in any case: monitoring.
FOR_MACHINES = ("/healthz", "/readyz", "/metrics")

_is_unchecked = False


def check_later() -> None:
    """Compare keys and media with the database at each request, until it has answered once: at the start it did not."""
    global _is_unchecked  # noqa: PLW0603 -- one process, one identity
    _is_unchecked = True


def late_mismatch() -> identity.Mismatch | None:
    """Costs nothing where the start has compared them."""
    global _is_unchecked  # noqa: PLW0603
    if not _is_unchecked:
        return None
    try:
        with connection.cursor() as cursor:
            mismatch = identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT)
    except DatabaseError:
        return None  # a page without the database does no harm
    _is_unchecked = mismatch is not None
    return mismatch


class MissingKeyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path in FOR_MACHINES:
            return None
        mismatch = late_mismatch()
        return None if mismatch is None else self._refuse(request, mismatch)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, crypto.CryptoError):
            return None
        return self._refuse(request, f"{error} {identity.RUNBOOK}")

    def _refuse(self, request: HttpRequest, reason: object) -> HttpResponse:
        log.error("%s: %s", request.path, reason)  # names the key and holds no secret
        return render(request, "missing_key.html", status=503)
