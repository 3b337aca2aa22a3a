"""What everybody reads of consultations: all of a municipality, one with its proposals and decisions, its documents.

Served before sessions, languages and authentication (reports/middleware.py). Whether a consultation is public is
checked on every request, and what its page shows is in the stamp of its body, so that changes are there at once.
"""

import re
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from common import downloads, languages, optional_cache
from municipalities.access import public
from municipalities.models import Municipality
from municipalities.queries import glossary, today
from municipalities.tenancy import scope
from participation import public_text
from participation.queries import public as queries
from participation.queries.public import Listed, PublicConsultation
from reports import public_parts
from reports.public_responses import (
    busy,
    cacheable,
    cached,
    is_hidden_from_search,
    is_rate_limited,
    not_found,
    own_language,
)

PART = "consultations"
NUMBER = re.compile(r"[1-9][0-9]{0,3}")
PROPOSAL = re.compile(r"[1-9][0-9]{0,6}")
# A browser keeps a page so long without asking.
MOST_SECONDS = 60
# The count of proposals on a page may be so old: otherwise each new proposal would make all pages anew.
COUNT_SECONDS = 10


def missing() -> HttpResponse:
    return not_found("no_consultations", 404)


@public
@require_safe
def consultations(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """All that are public, those that take proposals first."""
    if is_rate_limited(request):
        return busy()
    now = timezone.now()
    listed, number = queries.listed(place, now), _number(request.GET)
    if listed is None or not number or (tongue and tongue not in languages.by_tag()):
        return missing()
    pages = -(-listed.total // queries.AT_ONCE)
    if number > pages:
        return missing()
    wanted = tongue or own_language(listed.municipality)
    name = f"public-consultations:{listed.municipality.pk}:{wanted}:{number}:{listed.stamp}:{today()}"
    body = cached(name, lambda: _list(listed, number, pages, wanted))
    return _answer(request, body, wanted, listed.municipality)


def _list(listed: Listed, number: int, pages: int, tongue: str) -> bytes:
    municipality = listed.municipality
    with translation.override(languages.by_tag()[tongue].code), scope(municipality):
        say = public_text.converter(tongue, glossary(municipality.pk))
        rows = queries.page_of_list(number, timezone.now(), today())
        base = reverse("consultations_public_in", args=[municipality.slug, tongue])
        context = {
            "municipality": municipality,
            "written": public_text.serbian_tag(tongue),
            "rows": public_text.listed(rows, municipality.slug, tongue, say),
            "receipt_url": reverse("consultation_receipt_in", args=[municipality.slug, tongue]),
            "number": number,
            "pages": pages,
            "newer": f"{base}?page={number - 1}" if number > 1 else "",
            "older": f"{base}?page={number + 1}" if number < pages else "",
            "tongue": tongue,
            "tongues": public_text.tongues("consultations_public_in", municipality.slug),
            "is_demo": settings.DEMO,
            "canonical": public_text.public_url(base),
            "hides": is_hidden_from_search(municipality),
            "parts": public_parts.links(municipality, tongue, PART),
        }
        return render_to_string("participation/public_list.html", context).encode()


@public
@require_safe
def consultation(request: HttpRequest, place: str, slug: str, tongue: str = "") -> HttpResponse:
    """One, with what became of each proposal. Without a language in the address in the municipality's own script."""
    if is_rate_limited(request):
        return busy()
    row = queries.consultation(place, slug, timezone.now())
    shown, number = request.GET.get("show", ""), _number(request.GET)
    if row is None or not number or shown not in queries.SHOWN or (tongue and tongue not in languages.by_tag()):
        return missing()
    wanted = tongue or own_language(row.municipality)
    if PROPOSAL.fullmatch(proposal := request.GET.get("proposal", "")):
        return _to_proposal(row, int(proposal), wanted)
    received = optional_cache.get_or_make(
        f"public-consultation-received:{row.row.pk}", lambda: row.row.last_number, COUNT_SECONDS
    )
    state = f"{row.stamp}:{received}"
    name = f"public-consultation:{wanted}:{shown}:{number}:{state}:{today()}"
    body = cached(name, lambda: _page(row, shown, number, wanted, state))
    if not body:
        return missing()
    return _answer(request, body, wanted, row.municipality)


def _to_proposal(row: PublicConsultation, proposal: int, tongue: str) -> HttpResponse:
    """To the page of the list on which this proposal stands today: it moves with each decision."""
    base = reverse("consultation_public_in", args=[row.municipality.slug, row.row.slug, tongue])
    page = queries.page_of_proposal(row, proposal)
    return HttpResponseRedirect(f"{base}{f'?page={page}' if page > 1 else ''}#proposal-{proposal}")


def _answer(request: HttpRequest, body: bytes, tongue: str, place: Municipality) -> HttpResponse:
    answer = cacheable(request, HttpResponse(body, headers={"Content-Language": tongue}), of=place)
    # whoever sends a proposal, or comes in the last hour, is not shown a page of ten minutes ago
    answer.headers["Cache-Control"] = f"public, max-age={MOST_SECONDS}"
    return answer


def _page(row: PublicConsultation, shown: str, number: int, tongue: str, state: str) -> bytes:
    """Nothing where there is no such page of the proposals. All pages of one state share their numbers."""
    key = f"public-consultation-numbers:{state}"
    numbers = optional_cache.get_or_make(key, partial(queries.count, row), MOST_SECONDS)
    content = queries.load(row, shown, number, numbers)
    if content is None:
        return b""
    slugs = (row.municipality.slug, row.row.slug)
    with translation.override(languages.by_tag()[tongue].code):
        base = reverse("consultation_public_in", args=[*slugs, tongue])
        around = {
            "tongue": tongue,
            "tongues": public_text.tongues(
                "consultation_public_in", *slugs, url=lambda url: public_text.address(url, shown, number)
            ),
            "is_demo": settings.DEMO,
            "canonical": public_text.public_url(base),
            "hides": is_hidden_from_search(row.municipality) or bool(shown) or number > 1,
            "parts": public_parts.links(row.municipality, tongue, PART),
        }
        context = {**public_text.page(row, content, tongue, shown, number), **around}
        return render_to_string("participation/public.html", context).encode()


@public
@require_safe
def document(request: HttpRequest, place: str, slug: str, document: int) -> HttpResponseBase:
    """A document as a download under the type of its content, so that nothing in it runs in a page of ours."""
    if is_rate_limited(request):
        return busy()
    row = queries.consultation(place, slug, timezone.now())
    stored = queries.document(row, document) if row else None
    if stored is None:
        return missing()
    try:
        return downloads.stored(stored.file, name=stored.name or stored.title, mime=stored.mime)
    except Http404:
        return missing()


def _number(params: Any) -> int:
    """The page; 0 for anything that our links do not contain, so that nobody can fill the cache."""
    number = params.get("page", "1")
    return int(number) if NUMBER.fullmatch(number) else 0
