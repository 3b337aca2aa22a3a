"""Home: what needs me today?

`workspace` answers it for one municipality, `home` for people with several: mentors see what waits in all of theirs.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from municipalities.access import requires, signed_in
from municipalities.holidays import holidays
from municipalities.models import Municipality
from municipalities.queries import mentored, today, workspaces
from municipalities.rules import Verb
from municipalities.tenancy import scope
from posts import queries
from serbian.sorting import sort_key


@signed_in
def home(request: Any) -> HttpResponse:
    """The desk; straight to the workspace of a person who has only one."""
    mine = sorted(workspaces(request.user), key=lambda m: sort_key(str(m)))
    if len(mine) == 1:
        return redirect("workspace", mine[0].slug)
    accompanied = list(mentored(request.user))
    context = {"mine": mine, "mentored": accompanied, "today": today()}
    if accompanied:
        with scope(*accompanied):
            context["waiting"] = queries.waiting_for_mentor(request.user, accompanied)
            return render(request, "portal/desk.html", context)
    return render(request, "portal/desk.html", context)


@requires(Verb.WORKSPACE_VIEW)
def workspace(request: Any) -> HttpResponse:
    may = request.access.may
    officer, approver = may(Verb.POST_EDIT), may(Verb.POST_APPROVE)
    context = {
        "today": today(),
        "holiday": _holiday(request.municipality, request.LANGUAGE_CODE),
        "officer": officer,
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
