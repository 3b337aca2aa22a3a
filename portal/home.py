"""Home: what needs me today?

`workspace` answers it for one municipality; the Home of a mentor is the desk, over all of theirs.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from mentoring.queries.people import absences
from mentoring.views.desk import page_of
from municipalities.access import requires, signed_in
from municipalities.holidays import holidays
from municipalities.models import Municipality
from municipalities.queries import mentored, today, workspaces
from municipalities.rules import Verb
from posts import queries
from serbian.sorting import sort_key


@signed_in
def home(request: Any) -> HttpResponse:
    """A mentor's desk; else straight to the workspace of a person who has only one."""
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
    context = {
        "today": today(),
        "holiday": _holiday(request.municipality, request.LANGUAGE_CODE),
        "officer": officer,
        "absences": absences(request.municipality) if officer else [],
        "approver": approver,
        "attention": queries.needing_attention() if may(Verb.DELIVERY_ANSWER) else [],
        "waiting": queries.waiting_for_approval() if approver else [],
        "returned": queries.mine_returned(request.user) if officer and not approver else [],
        "closings": queries.closings_due() if officer else [],
        "upcoming": queries.upcoming(),
        "drafts": queries.drafts_of(request.user) if officer and not approver else [],
    }
    return render(request, "portal/workspace.html", context)


def _holiday(municipality: Municipality, language: str) -> str:
    found = holidays(today(), today(), municipality.slug)
    return found[0].name(language) if found else ""
