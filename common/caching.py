"""Cache-Control of our responses: `no-store`, unless a view sets its own.

Pages for signed-in people contain citizens' messages, and on a shared computer the next person must not get them from
the browser's cache or by its back button (OWASP ASVS 5.0, 14.3.2). Static files and public pages are served before this
middleware or set their own header; tests/architecture/test_caching.py lists the pages for signed-in people that may be
cached.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

NOTHING = "private, no-store"


class NoStoreMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", NOTHING)
        if getattr(request, "signed_out", False):
            # Pictures that the browser was allowed to keep. Storage stays: it holds words that were not saved yet.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response
