"""The public page "You asked, we did" of a municipality that switched it on, as a page and as a feed.

Served before sessions, languages and authentication (reports/middleware.py). Whether the page is on is checked on every
request, so that a page that is switched off disappears at once; changed needs show at once as well.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import escape, linebreaks
from django.views.decorators.http import require_safe

from common import languages
from common.xml_text import xml_text
from inbox.enums import Topic
from municipalities.access import public
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from needs import public_text
from needs.queries import public as queries
from needs.queries.public import ASKED, PublicFilters, PublishedPage
from reports import public_parts, public_reports
from reports.public_reports import PublicReport
from reports.public_responses import (
    busy,
    cacheable,
    cached,
    is_hidden_from_search,
    is_rate_limited,
    not_found,
    own_language,
)


@public
@require_safe
def public_page(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The page. Without a language in the address it is in the municipality's own script."""
    if is_rate_limited(request):
        return busy()
    page, chosen = queries.published_page(place), _chosen(request.GET)
    if page is None or chosen is None or (tongue and tongue not in languages.by_tag()):
        return _missing()
    wanted = tongue or own_language(page.municipality)
    name = f"needs-page:{page.municipality.pk}:{wanted}:{chosen.show}:{chosen.topic}:{chosen.number}"
    consultations = public_reports.newest(page.municipality, wanted)
    stamp = f"{page.stamp}:{public_reports.stamp(consultations)}"
    body = cached(f"{name}:{stamp}:{today()}", lambda: _page(page, chosen, wanted, consultations))
    if not body:
        return _missing()
    answer = HttpResponse(body, headers={"Content-Language": wanted})
    return cacheable(request, answer, of=page.municipality)


def _page(published: PublishedPage, chosen: PublicFilters, tongue: str, consultations: Sequence[PublicReport]) -> bytes:
    """Nothing where there is no such page of the list."""
    content = queries.load_section(published.municipality, chosen)
    if content is None:
        return b""
    slug = published.municipality.slug
    with translation.override(languages.by_tag()[tongue].code):
        around = {
            "tongue": tongue,
            "tongues": [
                (language.tag, language.short_name, _elsewhere(slug, language.tag, chosen))
                for language in languages.interface_languages()
            ],
            "is_demo": settings.DEMO,
            "canonical": public_text.public_url(_elsewhere(slug, tongue, chosen)),
            "hides": is_hidden_from_search(published.municipality),
            "is_report": chosen.show == ASKED,
            "consultations": consultations if chosen.number == 1 else (),
            "parts": public_parts.links(published.municipality, tongue, "needs"),
        }
        context = {**public_text.page(published, chosen, content, tongue), **around}
        return render_to_string("needs/public.html", context).encode()


def _elsewhere(slug: str, tag: str, chosen: PublicFilters) -> str:
    """The same part in another language."""
    return public_text.address(reverse("needs_public_in", args=[slug, tag]), chosen, chosen.number)


@public
@require_safe
def feed(request: HttpRequest, place: str, tongue: str) -> HttpResponse:
    """RSS of the latest decisions and results. An entry keeps its id in both scripts and when its text changes."""
    if is_rate_limited(request):
        return busy()
    page = queries.published_page(place)
    if page is None or tongue not in languages.by_tag():
        return _missing()
    name = f"needs-feed:{page.municipality.pk}:{tongue}:{page.stamp}:{today()}"
    answer = HttpResponse(cached(name, lambda: _feed(page, tongue)), content_type="application/rss+xml; charset=utf-8")
    return cacheable(request, answer, of=page.municipality)


def _feed(published: PublishedPage, tongue: str) -> bytes:
    needs, terms = queries.newest(published.municipality)
    slug = published.municipality.slug
    link = public_text.public_url(reverse("needs_public_in", args=[slug, tongue]))
    with translation.override(languages.by_tag()[tongue].code):
        say = public_text.converter(tongue, terms)
        title, description = map(xml_text, public_text.feed_title(published.municipality))
        feed = Rss201rev2Feed(
            title=title, link=link, description=description, language=public_text.serbian_tag(tongue),
            feed_url=public_text.public_url(reverse("needs_feed", args=[slug, tongue])),
        )  # fmt: skip
        host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
        for need in needs:
            heading, text = map(xml_text, public_text.feed_entry(need, say))
            feed.add_item(
                title=heading,
                link=f"{link}?show={need.stage}#need-{need.pk}",
                description=linebreaks(escape(text)),
                pubdate=datetime.combine(queries.result_date(need), time(), BELGRADE),
                # RFC 4151: entries keep their ids when the portal moves to another address
                unique_id=f"tag:{host},2026:{slug}/need/{need.pk}/{need.stage}",
                unique_id_is_permalink=False,
                categories=[str(Topic(need.topic).label)] if need.topic else [],
            )
        return feed.writeString("utf-8").encode()


def _chosen(params: Any) -> PublicFilters | None:
    """The requested section; None for anything that our links do not contain, so that nobody can fill the cache."""
    show, topic, number = params.get("show", "done"), params.get("topic", ""), params.get("page", "1")
    if show not in queries.SECTIONS or (topic and (topic not in Topic.values or show == ASKED)):
        return None
    return PublicFilters(show, topic, int(number)) if re.fullmatch(r"[1-9][0-9]{0,3}", number) else None


def _missing() -> HttpResponse:
    return not_found("no_needs", 404)
