"""Two small endpoints of the composer: add a word to the glossary, and restore missing diacritics."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

import serbian
from common.errors import ActionNotAllowed
from municipalities.access import requires
from municipalities.domain.glossary import remember as verb
from municipalities.queries import glossary
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import MOST_TEXT, storable


@requires(Verb.LIBRARY_EDIT)
@require_POST
def remember(request: MunicipalityRequest) -> HttpResponse:
    """Store a spelling from the composer. Returns 200 with a sentence, 422 with the reason; the text is not changed."""
    try:
        row = verb(
            request.municipality, request.POST.get("latin", ""), request.POST.get("cyrillic", ""), by=request.user
        )
    except ActionNotAllowed as refused:
        return HttpResponse(refused.message, content_type="text/plain; charset=utf-8", status=422)
    return HttpResponse(_("Remembered: %(word)s.") % {"word": row}, content_type="text/plain; charset=utf-8")


@dataclass(frozen=True)
class Proposal:
    """A word of the text and its candidates; `places`: its offsets, in code points."""

    before: str
    candidates: tuple[str, ...]
    sure: bool
    places: list[list[int]]


@requires(Verb.POST_EDIT)
@require_POST
def repair(request: MunicipalityRequest) -> HttpResponse:
    """Proposed changes to a Latin text without diacritics. One query, nothing is stored."""
    text = storable(request.POST.get("text", ""))[:MOST_TEXT]
    proposals: dict[str, Proposal] = {}
    for change in serbian.repair(text, glossary(request.municipality.pk)):
        row = proposals.setdefault(change.before, Proposal(change.before, change.candidates, change.sure, []))
        row.places.append([change.start, change.end])
    context = {
        "sure": [proposal for proposal in proposals.values() if proposal.sure],
        "unsure": [proposal for proposal in proposals.values() if not proposal.sure],
    }
    return render(request, "posts/composer/_repair.html", context)
