"""The public page of each municipality that leads to its others, the list of all, `robots.txt` and `sitemap.xml`.

Reached before sessions, languages and users (reports/middleware.py), and cached like the pages that they lead to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from channels import validation
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common import languages
from delivery.enums import State
from inbox.models import HouseRules
from municipalities.access import public
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from needs import public_text
from needs.enums import NeedStage
from needs.models import NeedsPage
from needs.queries import public as needs
from posts.models import Publication, Variant
from reports import public_parts, public_reports
from reports.models import PublicPage
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

POSTS, RESULTS = 5, 3
EXCERPT = 280
SITEMAP_NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@dataclass(frozen=True)
class PublicPost:
    """A post that is on the networks now. `links` are (network, account, address)."""

    text: str
    lang: str
    at: datetime
    links: Sequence[tuple[str, str, str]]


@public
@require_safe
def place(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """What the municipality publishes: accounts, newest posts, results. There while one of its public pages is on."""
    if is_rate_limited(request):
        return busy()
    municipality = Municipality.objects.filter(REAL_PLACE, slug=place).select_related("district").first()
    parts = public_parts.parts_of(municipality) if municipality else []
    if municipality is None or not parts or (tongue and tongue not in languages.by_tag()):
        return not_found("missing", 404)
    wanted = tongue or own_language(municipality)
    consultations = public_reports.newest(municipality, wanted)
    name = f"public-place:{municipality.pk}:{wanted}:{','.join(part.name for part in parts)}:{today()}"
    stamp = public_reports.stamp(consultations)
    body = cached(f"{name}:{stamp}", lambda: _place(municipality, {part.name for part in parts}, wanted, consultations))
    answer = HttpResponse(body, headers={"Content-Language": wanted})
    return cacheable(request, answer, of=municipality)


def _place(municipality: Municipality, parts: set[str], tongue: str, consultations: Sequence[PublicReport]) -> bytes:
    with translation.override(languages.by_tag()[tongue].code), scope(municipality):
        accounts = list(_accounts()) if "numbers" in parts else []
        results, terms = needs.newest(municipality, [NeedStage.DONE]) if "needs" in parts else ([], None)
        say = public_text.converter(tongue, terms) if terms is not None else None
        canonical = _absolute("place", municipality.slug)
        context = {
            "municipality": municipality,
            "accounts": accounts,
            "posts": latest_posts(tongue) if "numbers" in parts else [],
            "results": [public_text.feed_entry(need, say) for need in results[:RESULTS]] if say else [],
            "consultations": consultations,
            "contacts": _contacts(parts),
            "feed": reverse("needs_feed", args=[municipality.slug, tongue]) if "needs" in parts else "",
            "needs_url": reverse("needs_public_in", args=[municipality.slug, tongue]),
            "parts": public_parts.links(municipality, tongue, public_parts.OVERVIEW),
            "has_rules": "rules" in parts,
            "rules_url": reverse("public_rules_in", args=[municipality.slug, tongue]),
            "tongue": tongue,
            "tongues": _tongues("place_in", municipality.slug),
            "is_demo": settings.DEMO,
            "canonical": canonical,
            "hides": is_hidden_from_search(municipality),
            "about": _structured(municipality, accounts, canonical),
        }
        return render_to_string("portal/public/place.html", context).encode()


def _accounts() -> Iterable[Channel]:
    """Connected accounts of the open scope that publish; practice ones in the demo only."""
    rows = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED).order_by("platform", "pk")
    return rows if settings.DEMO else rows.filter(is_practice=False)


def _contacts(parts: set[str]) -> list[str]:
    """Of the open scope: whom one may ask, as each public page names it, without repetitions."""
    rows: dict[str, NeedsPage | PublicPage | HouseRules | None] = {
        "needs": NeedsPage.objects.first() if "needs" in parts else None,
        "numbers": PublicPage.objects.first() if "numbers" in parts else None,
        "rules": HouseRules.objects.first() if "rules" in parts else None,
    }
    return list(dict.fromkeys(row.contact for row in rows.values() if row and row.contact))


def latest_posts(tongue: str) -> list[PublicPost]:
    """The newest posts of the open scope that are public now, one entry for each, with every network it is on. Two
    queries."""
    rows = Publication.objects.filter(live=True, delivery__state=State.PUBLISHED, post__deleted_at__isnull=True)
    if not settings.DEMO:
        rows = rows.filter(channel__is_practice=False)
    newest = rows.order_by("-delivery__published_at", "pk").select_related("delivery", "channel")
    publications: dict[int, list[Publication]] = {}
    for row in newest[: POSTS * 12]:
        if not _is_listed(row):
            continue
        if row.post_id in publications or len(publications) < POSTS:
            publications.setdefault(row.post_id, []).append(row)
    versions = [group[0].version_id for group in publications.values()]
    texts: dict[int, list[Variant]] = {}
    for variant in Variant.objects.filter(version__in=versions).order_by("channel_id", "pk"):
        texts.setdefault(variant.version_id, []).append(variant)
    return [_post(group, texts.get(group[0].version_id, []), tongue) for group in publications.values()]


def _is_listed(row: Publication) -> bool:
    """Whether its text is on the network now, for everybody: this page is found by search engines."""
    chosen = row.delivery.payload.get("settings") or {}
    return not row.delivery.is_over and validation.shows_text_to_everybody(row.channel, chosen)


def _post(group: Sequence[Publication], variants: Sequence[Variant], tongue: str) -> PublicPost:
    # Texts of one channel come first, so that the text of all wins.
    by_tag = {f"{row.language}-{row.script}": row.text for row in variants}
    wanted = tongue if tongue in by_tag else next(iter(by_tag), tongue)
    links = [
        (row.channel.network_label, row.channel.name, row.delivery.permalink) for row in group if row.delivery.permalink
    ]
    at = group[0].delivery.published_at
    assert at is not None  # a constraint says so of what is published
    return PublicPost(excerpt(by_tag.get(wanted, "")), wanted, at, links)


def excerpt(text: str) -> str:
    """The text in one line, cut between words where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rsplit(' ', 1)[0]}…"


def _structured(municipality: Municipality, accounts: Sequence[Channel], canonical: str) -> dict[str, Any]:
    """For search engines: https://schema.org/GovernmentOrganization."""
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentOrganization",
        "name": str(municipality),
        "url": municipality.website or canonical,
        "sameAs": [account.url for account in accounts if account.url],
    }


@public
@require_safe
def places(request: HttpRequest, tongue: str = "") -> HttpResponse:
    """All municipalities with a public page."""
    if is_rate_limited(request):
        return busy()
    wanted = tongue or languages.interface_languages()[0].tag
    if wanted not in languages.by_tag():
        return not_found("missing", 404)
    body = cached(f"public-places:{wanted}:{today()}", lambda: _places(wanted))
    return cacheable(request, HttpResponse(body, headers={"Content-Language": wanted}))


def _places(tongue: str) -> bytes:
    with translation.override(languages.by_tag()[tongue].code):
        rows = [
            (
                municipality,
                reverse("place_in", args=[municipality.slug, tongue]),
                [(str(part.label), reverse(part.url_name, args=[municipality.slug, tongue])) for part in parts],
            )
            for municipality, parts in public_parts.listed()
        ]
        context = {
            "rows": sorted(rows, key=lambda row: str(row[0])),
            "tongue": tongue,
            "tongues": [
                (language.tag, language.short_name, reverse("places_in", args=[language.tag]))
                for language in languages.interface_languages()
            ],
            "is_demo": settings.DEMO,
            "canonical": _absolute("places"),
            "hides": settings.DEMO,
        }
        return render_to_string("portal/public/places.html", context).encode()


def _tongues(url_name: str, slug: str) -> list[tuple[str, str, str]]:
    return [
        (language.tag, language.short_name, reverse(url_name, args=[slug, language.tag]))
        for language in languages.interface_languages()
    ]


# ---------------------------------------------------------------- for search engines


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be read by everybody, the rest asks for a sign-in. A demo is not to be found at all."""
    allowed = ["/places/", "/p/", "/asked/", "/consultations/", "/rules/", "/open-data/"]
    lines = ["User-agent: *"]
    lines += [] if settings.DEMO else [f"Allow: {path}" for path in allowed]
    lines += ["Disallow: /", "", f"Sitemap: {_absolute('sitemap')}"]
    answer = HttpResponse("\n".join(lines[: -2 if settings.DEMO else None]) + "\n", content_type="text/plain")
    return cacheable(request, answer)


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """https://www.sitemaps.org/protocol.html, with the languages of each page as Google describes them."""
    if is_rate_limited(request):
        return busy()
    body = cached(f"sitemap:{today()}", _sitemap)
    return cacheable(request, HttpResponse(body, content_type="application/xml; charset=utf-8"))


def _sitemap() -> bytes:
    pages: list[Mapping[str, str]] = []
    if not settings.DEMO:
        pages.append({tag: _absolute("places_in", tag) for tag in languages.by_tag()})
        for municipality, parts in public_parts.listed():
            for url_name in ("place_in", *(part.url_name for part in parts)):
                pages.append({tag: _absolute(url_name, municipality.slug, tag) for tag in languages.by_tag()})
    entries = "".join(_entry(page, url) for page in pages for url in page.values())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {SITEMAP_NAMESPACES}>{entries}</urlset>\n'.encode()


def _entry(page: Mapping[str, str], url: str) -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape(other)}"/>' for tag, other in page.items()
    )
    return f"<url><loc>{escape(url)}</loc>{alternates}</url>"


def _absolute(url_name: str, *args: str) -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse(url_name, args=args)
