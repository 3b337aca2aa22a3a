"""Home: what needs me today?

`workspace` answers it for one municipality; the Home of a mentor is the desk, over all of theirs.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from administration.queries import first_steps, setting_up
from mentoring.queries.people import absences
from mentoring.views.desk import page_of
from municipalities.access import requires, signed_in
from municipalities.enums import Role
from municipalities.holidays import holidays
from municipalities.models import Municipality
from municipalities.queries import mentored, today, workspaces
from municipalities.rules import Verb
from posts import deciding, queries
from serbian.sorting import sort_key


@signed_in
def home(request: Any) -> HttpResponse:
    """A mentor's desk; else straight to the workspace of a person who has only one."""
    if setting_up.running(request.user):
        return redirect("setup")
    accompanied = list(mentored(request.user))
    if accompanied:
        return page_of(request, accompanied)
    mine = sorted(workspaces(request.user), key=lambda m: sort_key(str(m)))
    if len(mine) == 1:
        return redirect("workspace", mine[0].slug)
    return render(request, "portal/home.html", {"mine": mine, "today": today()})


@requires(Verb.WORKSPACE_VIEW)
def workspace(request: Any) -> HttpResponse:
    may = request.access.may
    officer, approver = may(Verb.POST_EDIT), may(Verb.POST_APPROVE)
    writer = officer and Role.APPROVER not in request.access.roles  # who stands in for an approver writes, too
    context = {
        "today": today(),
        "first_steps": first_steps.unfinished(request) if may(Verb.SETTINGS_VIEW) else None,
        "holiday": _holiday(request.municipality, request.LANGUAGE_CODE),
        "officer": officer,
        "absences": absences(request.municipality) if officer else [],
        "approver": approver,
        "attention": queries.needing_attention() if may(Verb.DELIVERY_ANSWER) else [],
        **(_decisions(request) if approver else {}),
        "returned": queries.mine_returned(request.user) if writer else [],
        "closings": queries.closings_due() if officer else [],
        "upcoming": queries.upcoming(),
        "drafts": queries.drafts_of(request.user) if writer else [],
    }
    return render(request, "portal/workspace.html", context)


def _decisions(request: Any) -> dict[str, Any]:
    """What waits for this person under the municipality's rule, what for others, and emergencies to look back at."""
    found = deciding.waiting_for(request.user, request.municipality)
    return {
        "waiting": [each for each in found if each.bar is None],
        "waiting_for_others": [each for each in found if each.bar is not None],
        "emergencies": deciding.emergencies_to_review(),
        "now": timezone.now(),
    }


def _holiday(municipality: Municipality, language: str) -> str:
    found = holidays(today(), today(), municipality.slug)
    return found[0].name(language) if found else ""
