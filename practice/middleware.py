"""Switches the whole network off where it is disabled, and keeps its pages out of search engines.

A slash at the end of an address changes nothing, as on Mastodon: programs ask for "/api/v2/instance/".
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PracticeMiddleware:
    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.PRACTICE_ENABLED:
            return HttpResponse("The practice network is switched off.", status=404, content_type="text/plain")
        if request.path.endswith("/"):
            request.path, request.path_info = (path.rstrip("/") or "/" for path in (request.path, request.path_info))
        response = self.get_response(request)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response
