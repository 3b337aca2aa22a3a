"""A municipality's kits: the list, one with its posts as they would read here, and adopting it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
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
from posts.rules import Resolved
from serbian.glossary import Glossary


@requires(Verb.LIBRARY_VIEW)
@require_safe
def kits(request: MunicipalityRequest) -> HttpResponse:
    found = queries.offers(request.municipality)
    context = {
        "fresh": [each for each in found if each.adoption is None],
        "adopted": [each for each in found if each.adoption is not None],
    }
    return shown(request, "kits/kits.html", context)


@dataclass(frozen=True)
class Preview:
    """A post of the kit as it would read here, and when it would go out."""

    part: KitPost
    look: TemplatePreview
    time: Resolved
    chosen: bool


@requires(Verb.LIBRARY_VIEW)
@require_safe
def kit(request: MunicipalityRequest, kit: int) -> HttpResponse:
    return _page(request, _desk(request, _found(request, kit), None))


@requires(Verb.LIBRARY_EDIT)
@require_POST
def adopt(request: MunicipalityRequest, kit: int) -> HttpResponse:
    """Make the drafts; with `look` in it only show the posts with these answers, so that one sees what one gets."""
    found = _found(request, kit)
    desk = _desk(request, found, request.POST)
    form, slug = desk.form, request.municipality.slug
    if form is None:
        return redirect("kit", slug, found.pk)
    if "look" in request.POST or not form.is_valid():
        return _page(request, desk, looking="look" in request.POST)
    choice = verbs.Choice(form.cleaned_data["starts_on"], form.values(), form.cleaned_data["parts"])
    try:
        done = verbs.adopt(found, choice, municipality=request.municipality, by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return _page(request, desk)
    count = len(done.made)
    told = ngettext("%(count)s draft is made.", "%(count)s drafts are made.", count) % {"count": count}
    messages.success(request, told if count else _("These drafts were there already. Nothing was made twice."))
    return redirect("kit", slug, found.pk)


def _found(request: MunicipalityRequest, kit: int) -> Kit:
    """One that the municipality may look at; other programmes' and drafts are not there."""
    return get_object_or_404(queries.with_adoptions(queries.offered(request.municipality)), pk=kit)


@dataclass(frozen=True)
class Desk:
    """`form` None: nothing is left to adopt, or it cannot be adopted any more."""

    kit: Kit
    adoption: Adoption | None
    parts: list[KitPost]
    known: queries.Known
    form: AdoptForm | None


def _desk(request: MunicipalityRequest, kit: Kit, sent: Mapping[str, Any] | None) -> Desk:
    adoptions = queries.adoptions()
    adoption = queries.adoption_of(kit, adoptions)
    done = {each.part_id for each in adoption.drafts} if adoption else set()  # type: ignore[attr-defined]
    parts = [part for part in queries.parts_of(kit) if part.pk not in done]
    known = queries.known(kit, adoptions, request.municipality)
    form = None
    if parts and kit.is_open and queries.takes_part(kit):
        start = _start(kit, adoption)
        # answers are asked for by the position of their gap, so all gaps are asked for, also when few posts are left
        form = AdoptForm(sent, gaps=kit.questions, parts=parts, known=known, start=start)
    return Desk(kit, adoption, parts, known, form)


def _start(kit: Kit, adoption: Adoption | None) -> date:
    """As chosen before, else the day of the kit; never one that has passed. Begins on a working day."""
    day = max(adoption.starts_on if adoption else kit.starts_on or today(), today() + timedelta(days=1))
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _page(request: MunicipalityRequest, desk: Desk, *, looking: bool = False) -> HttpResponse:
    form, known = desk.form, desk.known
    values = form.filled() if form else known.values
    start = form.start() if form else _start(desk.kit, desk.adoption)
    when = verbs.times(desk.parts, start, request.municipality)
    words = glossary(request.municipality.pk)
    chosen = set(parse_ints(map(str, form["parts"].value() or ()))) if form else set()
    previews = [
        Preview(
            part, TemplatePreview(_filled(part, values, request.municipality, words)), when[part.pk], part.pk in chosen
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
    """Somebody who only looks is not told of mistakes by the status of the page."""
    answer = shown(request, "kits/kit.html", context, form=form)
    if looking:
        answer.status_code = 200
    return answer


def _filled(part: KitPost, values: Mapping[str, Any], municipality: Any, words: Glossary) -> Draft:
    empty = replace(parse(part.content), words=words)
    draft = filled(empty, values, deadline=part.deadline, first=f"sr-{municipality.primary_script}")
    return verbs.at_home(draft, part.kit, municipality, ())
