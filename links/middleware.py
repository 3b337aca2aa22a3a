"""Answers short links before sessions and authentication: no session is opened, no cookie is read or set."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from links.queries import base
from links.rules import PREFIX, is_own
from links.views import follow


class ShortLinkMiddleware:
    """Runs before sessions. A separate host for short links (SHORT_LINK_BASE_URL) serves nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PREFIX):
            return follow(request, request.path_info.removeprefix(PREFIX).rstrip("/"))
        if self._is_for_links_only(request):
            if request.path_info == "/":
                return HttpResponseRedirect(settings.PUBLIC_BASE_URL)
            return follow(request, "")
        return self.get_response(request)

    def _is_for_links_only(self, request: HttpRequest) -> bool:
        if base() == settings.PUBLIC_BASE_URL.rstrip("/"):
            return False
        host = urlsplit(f"//{request.get_host()}")
        return is_own(host.hostname or "", host.port, base())
