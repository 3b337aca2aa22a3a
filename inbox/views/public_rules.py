"""The public page of the house rules, with how much was hidden and why. No message, no name.

Served, like the other public pages, before sessions and authentication (reports/middleware.py), and cached.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from common import languages
from inbox import house_rules_text
from inbox.models import HouseRules
from inbox.queries import moderation
from municipalities.access import public
from municipalities.models import Municipality
from municipalities.queries import today
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


@public
@require_safe
def rules(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The page of a municipality. Without a language in the address it is the municipality's own script."""
    if is_rate_limited(request):
        return busy()
    published = moderation.published_rules(place)
    if published is None or (tongue and tongue not in languages.by_tag()):
        return not_found("no_rules", 404)
    municipality, row = published
    wanted = tongue or own_language(municipality)
    name = f"public-rules:{municipality.pk}:{wanted}:{row.changed_at.timestamp()}:{today()}"
    answer = HttpResponse(cached(name, lambda: _rules(municipality, row, wanted)), headers={"Content-Language": wanted})
    return cacheable(request, answer, of=municipality)


def _rules(municipality: Municipality, row: HouseRules, tongue: str) -> bytes:
    with translation.override(languages.by_tag()[tongue].code):
        months = moderation.monthly_counts(municipality, today())
        context = {
            "municipality": municipality,
            "sections": house_rules_text.sections(municipality, row),
            "months": months,
            "objections": [month for month in months if month.objections or month.shown_again],
            "tongue": tongue,
            "tongues": [
                (language.tag, language.short_name, reverse("public_rules_in", args=[municipality.slug, language.tag]))
                for language in languages.interface_languages()
            ],
            "is_demo": settings.DEMO,
            "canonical": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public_rules", args=[municipality.slug]),
            "hides": is_hidden_from_search(municipality),
            "parts": public_parts.links(municipality, tongue, "rules"),
        }
        return render_to_string("inbox/public_rules.html", context).encode()
