"""Answers that are the same for everybody: kept for some minutes, without cookies, and not too many a minute.

What is public lies under the addresses of `reports.middleware.PREFIXES`, before sessions, languages and people. Whether
a page is on is asked by its view each time; only its body is kept here.
"""

import hashlib
from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

from accounts.web import client_network
from common import languages, ratelimit
from common.content_security import only_scripts
from municipalities.models import Municipality

MINUTE = 60


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    body = cache.get(name)
    if body is None:
        body = make()
        cache.set(name, body, settings.PUBLIC_PAGE_SECONDS)
    return bytes(body)


def own_tongue(place: Municipality) -> str:
    """Without a language in the address a page is in the municipality's own script."""
    return languages.of_script(place.primary_script.lower()).tag


def hides(place: Municipality) -> bool:
    """What is made up must not be found by search engines."""
    return bool(settings.DEMO or place.is_practice)


def for_everybody(
    request: HttpRequest, answer: HttpResponse, *, of: Municipality | None = None, scripts: Iterable[str] = ()
) -> HttpResponse:
    """May be kept for some minutes; who has it already is told so. `of`: whose page it is.

    `scripts`: the static files that the page runs. No nonce: a copy that many get would have the same one for all.
    """
    if of is not None and hides(of):
        answer.headers["X-Robots-Tag"] = "noindex"
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"public, max-age={settings.PUBLIC_PAGE_SECONDS}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    found = get_conditional_response(request, etag=etag, response=answer)
    answer = found or answer
    # Also where nothing has changed: a browser takes the new head for the page that it has.
    only_scripts(request, answer, scripts)
    return answer


def nothing_here(why: str, status: int) -> HttpResponse:
    """A page that is not there ("missing", "no_rules", "no_needs"), or not now ("busy"), in every language."""
    body = render_to_string("reports/public/none.html", {"why": why, "languages": languages.codes_and_tags()})
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return HttpResponse(body, status=status, headers=headers)


def busy() -> HttpResponse:
    answer = nothing_here("busy", 429)
    answer.headers["Retry-After"] = str(MINUTE)
    return answer


def comes_too_often(request: HttpRequest) -> bool:
    """A village may share one address, so the limit is generous."""
    most = settings.PUBLIC_PAGES_PER_MINUTE
    return ratelimit.hit("public-pages", client_network(request), limit=most, seconds=MINUTE).is_exceeded
