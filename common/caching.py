"""Cache-Control of our responses: `no-store`, unless a view sets its own.

Pages for signed-in people contain citizens' messages, and on a shared computer the next person must not get them from
the browser's cache or by its back button (OWASP ASVS 5.0, 14.3.2). Static files and public pages are served before this
middleware or set their own header; tests/architecture/test_caching.py lists the pages for signed-in people that may be
cached.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.web.request import url_name

NOTHING = "private, no-store"


class NoStoreMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", NOTHING)
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = ", ".join(f'"{kind}"' for kind in _cleared(request))
        return response


def _cleared(request: HttpRequest) -> list[str]:
    """What a browser forgets at a sign-out: pictures that it was allowed to keep, and where the person asked for it
    also what its scripts stored. A session that ends by itself leaves words that were not saved yet, and the page says
    where those of another person wait on the same device (static/js/offline/sign_out.js). Cookies stay, as the theme is
    one."""
    is_asked_for = url_name(request) == "account_logout" and request.POST.get("device") != "keep"
    return ["cache", "storage"] if is_asked_for else ["cache"]
