"""Home: what a person has to do today.

`workspace` shows it for one municipality; a mentor's Home shows it for all of theirs.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.web import SignedInRequest
from administration.queries import first_steps, setting_up
from analytics.dashboards.last_week import last_week
from inbox.queries.answering import waiting_count
from mentoring.queries.people import own_pairings, running
from mentoring.views.desk import page_of
from mentoring.views.my_plan import my_plan, overview_of
from municipalities.access import requires, signed_in
from municipalities.enums import MunicipalityKind, Role
from municipalities.holidays import holidays
from municipalities.models import Municipality
from municipalities.queries import today, trained_by, workspaces
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from portal import programme_overview
from posts import queries
from posts.home import home_dashboard
from serbian.sorting import sort_key


@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """A mentor's desk; the overview of a programme's staff; else the workspace of a person who has only one."""
    if setting_up.running(request.user):
        return redirect("setup")
    pairings = own_pairings(request.user)
    if running(pairings):
        return page_of(request, pairings)
    if not request.user.is_administrator and programme_overview.is_for(request.user):
        return redirect("programme_overview")
    mine = sorted(workspaces(request.user), key=lambda m: sort_key(str(m)))
    # a workspace of an exercise is reached from the training; who has one real one lives there
    real = [row for row in mine if row.kind != MunicipalityKind.TRAINING]
    if len(real) == 1:
        return redirect("workspace", real[0].slug)
    if not mine and not request.user.is_administrator and _only_trains(request.user):
        return redirect("train_list")
    return render(request, "portal/home.html", {"mine": mine, "today": today()})


def _only_trains(user: Any) -> bool:
    """A trainer who is no staff: their trainings are all they have here."""
    programmes = list(trained_by(user))
    return bool(programmes) and not any(row.is_run for row in programmes)  # type: ignore[attr-defined]


@requires(Verb.WORKSPACE_VIEW)
def workspace(request: MunicipalityRequest) -> HttpResponse:
    access = request.access
    officer, approver = access.may(Verb.POST_EDIT), access.may(Verb.POST_APPROVE)
    # a delegate of an approver writes as well
    writer = officer and Role.APPROVER not in access.roles
    overview = overview_of(request) if officer else None
    context = {
        "today": today(),
        "now": timezone.now(),
        "first_steps": first_steps.unfinished(request) if access.may(Verb.SETTINGS_VIEW) else None,
        "holiday": _holiday(request.municipality, request.LANGUAGE_CODE),
        "officer": officer,
        "absences": overview.away if overview else (),
        "mentoring": my_plan(request, overview) if overview and access.may(Verb.PLAN_EDIT) else None,
        "approver": approver,
        "answers_waiting": waiting_count(access) if approver and request.municipality.answers_need_approval else 0,
        "reads_drafts": access.may(Verb.DRAFT_VIEW),
        "board": home_dashboard(request.user, request.municipality, access, own=writer),
        "last_week": last_week(today()) if access.may(Verb.ANALYTICS_VIEW) else None,
        "closings": queries.closings_due(request.municipality) if officer else [],
    }
    return render(request, "portal/workspace.html", context)


def _holiday(municipality: Municipality, language: str) -> str:
    of_today = holidays(today(), today(), municipality.slug)
    return of_today[0].name(language) if of_today else ""
