"""What everybody may read: "You asked, we did" of a municipality that switched it on, as a page and as a feed.

Reached before sessions, languages and people are (reports/middleware.py). Whether the page is on is asked each time, so
that one that was switched off is gone at once; a need that is changed is shown changed at once as well.
"""

import re
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
from inbox.enums import Topic
from municipalities.access import public
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from needs import public_words
from needs.queries import public as queries
from needs.queries.public import ASKED, Chosen, PublishedPage
from reports.public_responses import (
    busy,
    cacheable,
    cached,
    is_hidden_from_search,
    is_rate_limited,
    not_found,
    own_language,
)

# What XML cannot hold, whoever typed it.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@public
@require_safe
def asked(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The page. Without a language in the address it is in the municipality's own script."""
    if is_rate_limited(request):
        return busy()
    found, chosen = queries.shown(place), _chosen(request.GET)
    if found is None or chosen is None or (tongue and tongue not in languages.by_tag()):
        return _missing()
    wanted = tongue or own_language(found.municipality)
    name = f"needs-page:{found.municipality.pk}:{wanted}:{chosen.show}:{chosen.topic}:{chosen.number}"
    body = cached(f"{name}:{found.stamp}:{today()}", lambda: _page(found, chosen, wanted))
    if not body:
        return _missing()
    answer = HttpResponse(body, headers={"Content-Language": wanted})
    return cacheable(request, answer, of=found.municipality)


def _page(place: PublishedPage, chosen: Chosen, tongue: str) -> bytes:
    """Nothing where there is no such page of the list."""
    told = queries.told(place.municipality, chosen)
    if told is None:
        return b""
    slug = place.municipality.slug
    with translation.override(languages.by_tag()[tongue].code):
        around = {
            "tongue": tongue,
            "tongues": [
                (language.tag, language.short_name, _elsewhere(slug, language.tag, chosen))
                for language in languages.interface_languages()
            ],
            "is_demo": settings.DEMO,
            "canonical": public_words.here(_elsewhere(slug, tongue, chosen)),
            "hides": is_hidden_from_search(place.municipality),
            "is_report": chosen.show == ASKED,
        }
        context = {**public_words.page(place, chosen, told, tongue), **around}
        return render_to_string("needs/public.html", context).encode()


def _elsewhere(slug: str, tag: str, chosen: Chosen) -> str:
    """The same part in another language."""
    return public_words.address(reverse("needs_public_in", args=[slug, tag]), chosen, chosen.number)


@public
@require_safe
def feed(request: HttpRequest, place: str, tongue: str) -> HttpResponse:
    """RSS of what was decided and done last. An entry keeps its id in both scripts and when its words change."""
    if is_rate_limited(request):
        return busy()
    found = queries.shown(place)
    if found is None or tongue not in languages.by_tag():
        return _missing()
    name = f"needs-feed:{found.municipality.pk}:{tongue}:{found.stamp}:{today()}"
    answer = HttpResponse(cached(name, lambda: _feed(found, tongue)), content_type="application/rss+xml; charset=utf-8")
    return cacheable(request, answer, of=found.municipality)


def _feed(place: PublishedPage, tongue: str) -> bytes:
    needs, words = queries.newest(place.municipality)
    slug = place.municipality.slug
    link = public_words.here(reverse("needs_public_in", args=[slug, tongue]))
    with translation.override(languages.by_tag()[tongue].code):
        say = public_words.saying(tongue, words)
        title, description = public_words.about(place.municipality)
        made = Rss201rev2Feed(
            title=title, link=link, description=description, language=public_words.written_tag(tongue),
            feed_url=public_words.here(reverse("needs_feed", args=[slug, tongue])),
        )  # fmt: skip
        host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
        for need in needs:
            heading, text = (CONTROL.sub("", part) for part in public_words.entry(need, say))
            made.add_item(
                title=heading,
                link=f"{link}?show={need.stage}#need-{need.pk}",
                description=linebreaks(escape(text)),
                pubdate=datetime.combine(queries.told_on(need), time(), BELGRADE),
                # RFC 4151: whoever moves to another address keeps what was read as read
                unique_id=f"tag:{host},2026:{slug}/need/{need.pk}/{need.stage}",
                unique_id_is_permalink=False,
                categories=[str(Topic(need.topic).label)] if need.topic else [],
            )
        return made.writeString("utf-8").encode()


def _chosen(asked: Any) -> Chosen | None:
    """What the address asks for; None for what no link of ours says, so that nobody fills the cache with nonsense."""
    show, topic, number = asked.get("show", "done"), asked.get("topic", ""), asked.get("page", "1")
    if show not in queries.SHOWN or (topic and (topic not in Topic.values or show == ASKED)):
        return None
    return Chosen(show, topic, int(number)) if re.fullmatch(r"[1-9][0-9]{0,3}", number) else None


def _missing() -> HttpResponse:
    return not_found("no_needs", 404)
