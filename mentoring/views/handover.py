"""Hand a municipality over to another mentor: by its mentor, or by the staff of the programme."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from mentoring.domain.handover import hand_over
from mentoring.forms import HandoverForm
from mentoring.queries.handover import handover_status
from mentoring.queries.people import running_pairing, successors
from municipalities.access import programme, requires
from municipalities.models import Pairing
from municipalities.queries import pairings, today
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest, ProgrammeRequest


@requires(Verb.FEEDBACK_GIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def by_mentor(request: MunicipalityRequest) -> HttpResponse:
    """One's own pairing; only a mentor has the right, so there is one."""
    pairing = running_pairing(request.user, request.municipality)
    assert pairing is not None
    return _page(request, pairing, successors(pairing), back="desk")


@programme(ProgrammeVerb.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def by_staff(request: ProgrammeRequest, pairing: int) -> HttpResponse:
    row = get_object_or_404(pairings(request.programmes), pk=pairing)
    return _page(request, row, successors(row, request.programmes), back="programme_people")


def _page(request: SignedInRequest, pairing: Pairing, people: list[Any], *, back: str) -> HttpResponse:
    initial = {"starts_on": today(), "ends_on": pairing.ends_on}
    form = HandoverForm(request.POST if request.method == "POST" else None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid() and _handed_over(request, pairing, form):
        facts = {"municipality": pairing.municipality, "mentor": form.cleaned_data["successor"]}
        messages.success(request, _("%(municipality)s is handed over to %(mentor)s.") % facts)
        return redirect(back)
    with scope(pairing.municipality_id):
        stands = handover_status(pairing.municipality)
    context = {"form": form, "pairing": pairing, "people": people, "back": back, "standing": stands,
               "own": pairing.mentor_id == request.user.pk}  # fmt: skip
    return render(request, "mentoring/handover.html", context, status=422 if form.errors else 200)


def _handed_over(request: SignedInRequest, pairing: Pairing, form: HandoverForm) -> bool:
    try:
        hand_over(pairing, by=request.user, **form.cleaned_data)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True
