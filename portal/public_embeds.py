"""Small public pages that a municipality frames on its own site: its latest posts, its figures with a chart, and "You
asked, we did".

The only pages that other sites may frame. Each is at most 10 kB with its style sheet (static/css/embed.css), runs no
script, reads and sets no cookie, and loads nothing of third parties. They show what the municipality's public page
shows (portal/public_places.py), and are there while it does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import languages
from common.charts import Chart
from common.content_security import may_be_framed
from municipalities.access import public
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from needs import public_text
from needs.enums import NeedStage
from needs.queries import public as needs
from portal.public_places import PublicPost, excerpt, latest_posts
from reports import public_parts
from reports.contents import public as contents
from reports.models import PublicPage
from reports.public_responses import MINUTE, cacheable, cached, is_rate_limited, own_language
from reports.queries import public as queries

# With the style sheet, of at most 2,000 bytes, a page stays within 10 kB uncompressed.
PAGE_BYTES = 8_000
RESULTS = 5


class Result(NamedTuple):
    """A need that was met. `on` is the day of its outcome."""

    title: str
    text: str
    on: date
    url: str


@public
@require_safe
def posts(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The newest posts, while the municipality's page of numbers is on."""
    if is_rate_limited(request):
        return _missing("busy", 429)
    municipality = Municipality.objects.filter(REAL_PLACE, slug=place).first()
    parts = {part.name for part in public_parts.parts_of(municipality)} if municipality else set()
    if municipality is None or "numbers" not in parts or not _is_language(tongue):
        return _missing("missing", 404)
    wanted = tongue or own_language(municipality)
    body = cached(f"embed-posts:{municipality.pk}:{wanted}:{today()}", lambda: _posts(municipality, wanted))
    return _framed(request, body, municipality, wanted)


def _posts(municipality: Municipality, tongue: str) -> bytes:
    with translation.override(languages.by_tag()[tongue].code), scope(municipality):
        newest = latest_posts(tongue)
        url = reverse("place_in", args=[municipality.slug, tongue])
        context = _context("posts", _("Latest posts"), url, municipality, tongue)
        # A single post is too long with the longest addresses alone.
        return _rendered(context, [*_fewer(newest)[:-1], [replace(post, links=()) for post in newest[:1]]])


@public
@require_safe
def numbers(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The figures of the last month that is over, and a chart of the months, while the page of numbers is on."""
    if is_rate_limited(request):
        return _missing("busy", 429)
    shown = queries.shown(place)
    if shown is None or not _is_language(tongue):
        return _missing("missing", 404)
    municipality, page = shown
    wanted = tongue or own_language(municipality)
    name = f"embed-numbers:{municipality.pk}:{wanted}:{page.changed_at.timestamp()}:{today()}"
    body = cached(name, lambda: _numbers(municipality, page, wanted))
    return _framed(request, body, municipality, wanted)


def _numbers(municipality: Municipality, page: PublicPage, tongue: str) -> bytes:
    with translation.override(languages.by_tag()[tongue].code):
        content = contents.page(queries.numbers(municipality, page))
        known = content["has_numbers"]
        url = reverse("public_numbers_in", args=[municipality.slug, tongue])
        context = {
            **_context("numbers", _("In numbers"), url, municipality, tongue),
            "month": content["month"],
            "stats": content["stats"] if known else (),
        }
        # The chart goes first where both are too much, which only many hatched months are.
        return _rendered(context, [[content["charts"][0]], []] if known else [[]])


@public
@require_safe
def asked(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The needs that were met last, while the page "You asked, we did" is on."""
    if is_rate_limited(request):
        return _missing("busy", 429)
    page = needs.published_page(place)
    if page is None or not _is_language(tongue):
        return _missing("missing", 404)
    wanted = tongue or own_language(page.municipality)
    name = f"embed-asked:{page.municipality.pk}:{wanted}:{page.stamp}:{today()}"
    body = cached(name, lambda: _asked(page.municipality, wanted))
    return _framed(request, body, page.municipality, wanted)


def _asked(municipality: Municipality, tongue: str) -> bytes:
    rows, terms = needs.newest(municipality, [NeedStage.DONE])
    with translation.override(languages.by_tag()[tongue].code):
        say = public_text.converter(tongue, terms)
        url = reverse("needs_public_in", args=[municipality.slug, tongue])
        results = [
            Result(excerpt(say(need.title)), excerpt(say(need.done)), needs.result_date(need), f"{url}#need-{need.pk}")
            for need in rows[:RESULTS]
        ]
        context = _context("asked", _("You asked, we did"), url, municipality, tongue)
        return _rendered({**context, "written": public_text.serbian_tag(tongue)}, _fewer(results))


def _context(what: str, heading: str, url: str, municipality: Municipality, tongue: str) -> dict[str, Any]:
    """`url`: the whole page, of which this is a part."""
    return {
        "what": what, "heading": heading, "url": url, "municipality": municipality, "tongue": tongue,
        "is_demo": settings.DEMO,
    }  # fmt: skip


def _rendered(context: dict[str, Any], candidates: Iterable[Sequence[PublicPost | Result | Chart]]) -> bytes:
    """The page with the first of the candidates that fits into `PAGE_BYTES`; the last one always does."""
    for entries in candidates:
        body = render_to_string("portal/public/embed.html", {**context, "entries": entries}).encode()
        if len(body) <= PAGE_BYTES:
            break
    return body


def _fewer(entries: Sequence[PublicPost | Result]) -> list[Sequence[PublicPost | Result]]:
    """All, then one less each time, down to none."""
    return [entries[:count] for count in range(len(entries), -1, -1)]


def _is_language(tongue: str) -> bool:
    return not tongue or tongue in languages.by_tag()


def _framed(request: HttpRequest, body: bytes, municipality: Municipality, tongue: str) -> HttpResponse:
    answer = cacheable(request, HttpResponse(body, headers={"Content-Language": tongue}), of=municipality)
    # The municipality's page is to be found, and not a part of it.
    answer.headers["X-Robots-Tag"] = "noindex"
    may_be_framed(answer)
    return answer


def _missing(why: str, status: int) -> HttpResponse:
    """May be framed as well: a browser would show an error of its own on the municipality's site."""
    body = render_to_string("portal/public/embed_none.html", {"why": why, "languages": languages.codes_and_tags()})
    answer = HttpResponse(body, status=status, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
    if why == "busy":
        answer.headers["Retry-After"] = str(MINUTE)
    may_be_framed(answer)
    return answer
