"""Settings page that switches the public page on and off, and gives the code that frames parts of it elsewhere."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from common import languages
from common.content_security import may_frame_own_pages
from common.lazy_text import LazyText
from municipalities.access import requires
from municipalities.models import Municipality
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from reports import public_parts
from reports.domain import public_page as verbs
from reports.forms import PublicPageForm
from reports.public_responses import own_language
from reports.queries import reports as queries

# Of each part of the public pages, what other sites can frame: portal/public_embeds.py.
EMBEDS: dict[str, Sequence[tuple[str, LazyText]]] = {
    "numbers": [
        ("embed_posts", gettext_lazy("Latest posts")),
        ("embed_numbers", gettext_lazy("In numbers")),
    ],
    "needs": [("embed_asked", gettext_lazy("You asked, we did"))],
}


class Embed(NamedTuple):
    """A page for the municipality's own site. `code` is the HTML that goes there."""

    name: str
    label: str
    path: str
    code: SafeString


@requires(Verb.SETTINGS_VIEW)
@require_GET
def settings_public(request: MunicipalityRequest) -> HttpResponse:
    existing = queries.public_page()
    initial = {"is_on": existing.is_on, "contact": existing.contact} if existing else {}
    return _page(request, PublicPageForm(initial=initial))


@requires(Verb.SETTINGS_EDIT)
@require_POST
def save(request: MunicipalityRequest) -> HttpResponse:
    form = PublicPageForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    is_on = form.cleaned_data["is_on"]
    verbs.choose(request.municipality, is_on=is_on, contact=form.cleaned_data["contact"], by=request.user)
    messages.success(
        request, _("Saved. The page is now visible to everyone.") if is_on else _("Saved. The page is hidden.")
    )
    return redirect("settings_public", request.municipality.slug)


def _page(request: MunicipalityRequest, form: PublicPageForm) -> HttpResponse:
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    context = {
        "form": form,
        "may_edit": may_edit,
        "page": queries.public_page(),
        "address": base + reverse("public_numbers", args=[request.municipality.slug]),
        "open_data": base + reverse("open_data"),
        "embeds": _embeds(request.municipality, base),
    }
    answer = render(request, "reports/settings_public.html", context, status=422 if form.errors else 200)
    may_frame_own_pages(answer)
    return answer


def _embeds(municipality: Municipality, base: str) -> list[Embed]:
    """Of the pages that are on, in the municipality's own script."""
    embeds = []
    for name, label in [one for part in public_parts.parts_of(municipality) for one in EMBEDS.get(part.name, ())]:
        path = reverse(name, args=[municipality.slug])
        with translation.override(languages.by_tag()[own_language(municipality)].code):
            title = f"{label}: {municipality}"
        code = format_html(
            '<iframe src="{}" title="{}" width="100%" height="480" style="border: 0" loading="lazy"></iframe>',
            base + path, title,
        )  # fmt: skip
        embeds.append(Embed(name, str(label), path, code))
    return embeds
