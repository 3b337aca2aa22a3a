"""Kits for municipalities: the list, one kit with its posts as they would read here, and its adoption."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from common.errors import ActionNotAllowed
from common.integers import parse_ints
from common.web.errors import add_form_error
from kits import queries
from kits.domain import adopt as verbs
from kits.forms import AdoptForm
from kits.models import Adoption, Kit, KitPost
from library.views.pages import shown
from library.views.templates import TemplatePreview
from municipalities.access import requires
from municipalities.holidays import is_working_day
from municipalities.queries import glossary, today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import Draft, parse
from posts.editing.eservices import service_notes
from posts.editing.placeholders import filled
from posts.rules import ResolvedTime
from serbian.glossary import Glossary


@requires(Verb.LIBRARY_VIEW)
@require_safe
def kits(request: MunicipalityRequest) -> HttpResponse:
    offers = queries.kit_offers(request.municipality)
    context = {
        "fresh": [offer for offer in offers if offer.adoption is None],
        "adopted": [offer for offer in offers if offer.adoption is not None],
    }
    return shown(request, "kits/kits.html", context)


@dataclass(frozen=True)
class KitPostPreview:
    """A post of the kit as it would read here, and its publishing time."""

    part: KitPost
    rendering: TemplatePreview
    time: ResolvedTime
    chosen: bool


@requires(Verb.LIBRARY_VIEW)
@require_safe
def kit(request: MunicipalityRequest, kit: int) -> HttpResponse:
    return _page(request, _desk(request, _kit_or_404(request, kit), None))


@requires(Verb.LIBRARY_EDIT)
@require_POST
def adopt(request: MunicipalityRequest, kit: int) -> HttpResponse:
    """Create the drafts; with `look` only preview the posts with these answers."""
    row = _kit_or_404(request, kit)
    desk = _desk(request, row, request.POST)
    form, slug = desk.form, request.municipality.slug
    if form is None:
        return redirect("kit", slug, row.pk)
    if "look" in request.POST or not form.is_valid():
        return _page(request, desk, looking="look" in request.POST)
    choice = verbs.AdoptionChoice(form.cleaned_data["starts_on"], form.values(), form.cleaned_data["parts"])
    try:
        done = verbs.adopt(row, choice, municipality=request.municipality, by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return _page(request, desk)
    count = len(done.made)
    message = ngettext("%(count)s draft is created.", "%(count)s drafts are created.", count) % {"count": count}
    messages.success(request, message if count else _("These drafts already existed. Nothing was created twice."))
    return redirect("kit", slug, row.pk)


def _kit_or_404(request: MunicipalityRequest, kit: int) -> Kit:
    """A kit that the municipality can see; 404 for drafts and other programmes."""
    offered_kit = queries.with_adoption_count(queries.offered(request.municipality), kit)
    if offered_kit is None:
        raise Http404
    return offered_kit


@dataclass(frozen=True)
class AdoptionPage:
    """`form` None: nothing is left to adopt, or it cannot be adopted any more."""

    kit: Kit
    adoption: Adoption | None
    parts: list[KitPost]
    known: queries.KnownAnswers
    form: AdoptForm | None


def _desk(request: MunicipalityRequest, kit: Kit, sent: Mapping[str, Any] | None) -> AdoptionPage:
    adoptions = queries.adoptions()
    adoption = queries.adoption_of(kit, adoptions)
    done = {draft.part_id for draft in adoption.drafts} if adoption else set()  # type: ignore[attr-defined]
    parts = [part for part in queries.parts_of(kit) if part.pk not in done]
    known = queries.known_answers(kit, adoptions, request.municipality)
    form = None
    if parts and kit.is_open and queries.takes_part(kit):
        start = _start(kit, adoption)
        # all questions are asked, even if few posts are left: fields are named by the position of their placeholder
        form = AdoptForm(sent, gaps=kit.questions, parts=parts, known=known, start=start)
    return AdoptionPage(kit, adoption, parts, known, form)


def _start(kit: Kit, adoption: Adoption | None) -> date:
    """The earlier choice, else the day of the kit; never in the past, always a working day."""
    day = max(adoption.starts_on if adoption else kit.starts_on or today(), today() + timedelta(days=1))
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _page(request: MunicipalityRequest, desk: AdoptionPage, *, looking: bool = False) -> HttpResponse:
    form, known = desk.form, desk.known
    values = form.filled() if form else known.values
    start = form.start() if form else _start(desk.kit, desk.adoption)
    when = verbs.publish_times(desk.parts, start, request.municipality)
    own_glossary = glossary(request.municipality.pk)
    chosen = set(parse_ints(map(str, form["parts"].value() or ()))) if form else set()
    previews = [
        KitPostPreview(
            part,
            TemplatePreview(_filled(part, values, request.municipality, own_glossary)),
            when[part.pk],
            part.pk in chosen,
        )
        for part in desk.parts
    ]
    named = Draft(service=desk.kit.service.key if desk.kit.service else "")
    context = {
        "kit": desk.kit,
        "adoption": desk.adoption,
        "previews": previews,
        "service": known.service,
        "notes": service_notes(named, known.service),
        "elsewhere": desk.kit.elsewhere,  # type: ignore[attr-defined]
        "takes_part": queries.takes_part(desk.kit),
    }
    return _answer(request, context, form, looking=looking)


def _answer(
    request: MunicipalityRequest, context: Mapping[str, Any], form: AdoptForm | None, *, looking: bool
) -> HttpResponse:
    """A preview returns 200 even with form errors."""
    answer = shown(request, "kits/kit.html", context, form=form)
    if looking:
        answer.status_code = 200
    return answer


def _filled(part: KitPost, values: Mapping[str, Any], municipality: Any, glossary: Glossary) -> Draft:
    empty = replace(parse(part.content), glossary=glossary)
    draft = filled(empty, values, deadline=part.deadline, first=f"sr-{municipality.primary_script}")
    return verbs.localise(draft, part.kit, municipality, ())
