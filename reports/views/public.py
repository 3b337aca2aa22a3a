"""Public pages: the page of a municipality that switched it on, and the open data.

Reached before sessions, languages and users (reports/middleware.py). Every response may be cached by anybody for some
minutes; whether a page is on is checked at each request, so that a page that was switched off is gone at once.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from common import languages
from municipalities.access import public
from municipalities.models import Municipality
from municipalities.queries import today
from reports import catalog, open_data, public_parts
from reports.contents import public as contents
from reports.models import PublicPage
from reports.public_responses import (
    busy,
    cacheable,
    cached,
    is_hidden_from_search,
    is_rate_limited,
    not_found,
    own_language,
)
from reports.queries import public as queries

# What static/js/chart.js imports belongs here, too.
CHART_SCRIPTS = ("js/chart.js",)
FILES = {
    "municipalities.csv": "text/csv; charset=utf-8",
    "months.csv": "text/csv; charset=utf-8",
    "datapackage.json": "application/json",
    "catalog.rdf": "application/rdf+xml; charset=utf-8",
    "catalog.jsonld": "application/ld+json",
}


@public
@require_safe
def numbers(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The page of a municipality. Without a language in the address it is the municipality's own script."""
    if is_rate_limited(request):
        return busy()
    shown = queries.shown(place)
    if shown is None or (tongue and tongue not in languages.by_tag()):
        return not_found("missing", 404)
    municipality, page = shown
    wanted = tongue or own_language(municipality)
    name = f"public-numbers:{municipality.pk}:{wanted}:{page.changed_at.timestamp()}:{today()}"
    body = cached(name, lambda: _numbers(municipality, page, wanted))
    answer = HttpResponse(body, headers={"Content-Language": wanted})
    return cacheable(request, answer, of=municipality, scripts=CHART_SCRIPTS)


def _numbers(municipality: Municipality, page: PublicPage, tongue: str) -> bytes:
    with translation.override(languages.by_tag()[tongue].code):
        context = contents.page(queries.numbers(municipality, page))
        names = [
            (language.tag, language.short_name, reverse("public_numbers_in", args=[municipality.slug, language.tag]))
            for language in languages.interface_languages()
        ]
        around = {
            "tongue": tongue,
            "tongues": names,
            "is_demo": settings.DEMO,
            "canonical": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public_numbers", args=[municipality.slug]),
            "hides": is_hidden_from_search(municipality),
            "parts": public_parts.links(municipality, tongue, "numbers"),
        }
        return render_to_string("reports/public/numbers.html", {**context, **around}).encode()


@public
@require_safe
def open_data_page(request: HttpRequest) -> HttpResponse:
    """The open data, in the three languages of the portal at once, because visitors have not chosen one."""
    if is_rate_limited(request):
        return busy()
    return cacheable(request, HttpResponse(cached(f"open-data-page:{today()}", _open_data_page)))


def _open_data_page() -> bytes:
    data = queries.open_data()
    tables = [(name, fields, about) for name, (fields, _key, about) in open_data.TABLES.items()]
    licence = {"name": settings.OPEN_DATA_LICENCE, "url": settings.OPEN_DATA_LICENCE_URL}
    context = {
        "open_data": data,
        "tables": tables,
        "licence": licence,
        "languages": languages.codes_and_tags(),
        "files": list(FILES),
    }
    return render_to_string("reports/public/open_data.html", context).encode()


@public
@require_safe
def open_data_file(request: HttpRequest, name: str) -> HttpResponse:
    if is_rate_limited(request):
        return busy()
    if name not in FILES:
        return not_found("missing", 404)
    body = cached(f"open-data:{name}:{today()}", lambda: _file(name))
    answer = HttpResponse(body, content_type=FILES[name])
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    # Programs in other people's pages may read it.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Link"] = f'<{settings.OPEN_DATA_LICENCE_URL}>; rel="license"'
    return cacheable(request, answer)


def _file(name: str) -> bytes:
    if name == "datapackage.json":
        return open_data.package()
    data = queries.open_data()
    if name == "catalog.rdf":
        return catalog.rdf(data)
    if name == "catalog.jsonld":
        return catalog.jsonld(data)
    return open_data.csv(name.removesuffix(".csv"), data)
