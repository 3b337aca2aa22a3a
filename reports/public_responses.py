"""Responses that are the same for everybody: cached for some minutes, without cookies, and rate limited.

Public pages lie under `reports.middleware.PREFIXES`, before sessions, languages and users. Their view checks at each
request whether a page is on; only its body is cached here.
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


def cached(name: str, make: Callable[[], bytes]) -> bytes:
    body = cache.get(name)
    if body is None:
        body = make()
        cache.set(name, body, settings.PUBLIC_PAGE_SECONDS)
    return bytes(body)


def own_language(place: Municipality) -> str:
    """Without a language in the address a page is in the municipality's own script."""
    return languages.of_script(place.primary_script.lower()).tag


def is_hidden_from_search(place: Municipality) -> bool:
    """What is made up must not be found by search engines."""
    return bool(settings.DEMO or place.is_practice)


def cacheable(
    request: HttpRequest, answer: HttpResponse, *, of: Municipality | None = None, scripts: Iterable[str] = ()
) -> HttpResponse:
    """Makes the response cacheable for some minutes, and answers 304 where the client has it. `of`: the municipality
    of the page.

    `scripts`: the static files that the page runs. No nonce, because a shared copy would have the same one for all.
    """
    if of is not None and is_hidden_from_search(of):
        answer.headers["X-Robots-Tag"] = "noindex"
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"public, max-age={settings.PUBLIC_PAGE_SECONDS}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    not_modified = get_conditional_response(request, etag=etag, response=answer)
    answer = not_modified or answer
    # Also where nothing has changed: a browser takes the new head for the page that it has.
    only_scripts(request, answer, scripts)
    return answer


def not_found(why: str, status: int) -> HttpResponse:
    """A page that is not there ("missing", "no_rules", "no_needs"), or not now ("busy"), in every language."""
    body = render_to_string("reports/public/none.html", {"why": why, "languages": languages.codes_and_tags()})
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return HttpResponse(body, status=status, headers=headers)


def busy() -> HttpResponse:
    answer = not_found("busy", 429)
    answer.headers["Retry-After"] = str(MINUTE)
    return answer


def is_rate_limited(request: HttpRequest) -> bool:
    """A village may share one address, so the limit is generous."""
    most = settings.PUBLIC_PAGES_PER_MINUTE
    return ratelimit.hit("public-pages", client_network(request), limit=most, seconds=MINUTE).is_exceeded
