"""The page for a request that needs a secret whose key is not in TOKEN_KEYS: a sentence instead of an error of ours."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import crypto

log = logging.getLogger(__name__)


class MissingKeyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, crypto.CryptoError):
            return None
        log.error("%s: %s docs/runbooks/token-key-lost.md", request.path, error)  # names the key and holds no secret
        return render(request, "missing_key.html", status=503)
