"""The plan of a municipality: one page for the officer and the mentor, with the actions of each side."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from mentoring import plan_rules as rules
from mentoring.domain import plan_changes, plans
from mentoring.enums import ClosingReason, Side
from mentoring.models import Plan
from mentoring.plan_forms import PlanForm, StartForm
from mentoring.queries import plans as queries
from mentoring.queries.plan_library import library
from mentoring.views.plan_page import present
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from trainings.tabs import tabs

P = ParamSpec("P")


def side_of(request: MunicipalityRequest) -> Side | None:
    """For whom the person speaks here; None: they read."""
    return rules.side_of(request.access.roles) if request.access.may(Verb.PLAN_EDIT) else None


def side(request: MunicipalityRequest) -> Side:
    """Where only those come who may edit."""
    own = side_of(request)
    if own is None:  # a right without a role that speaks for one side
        raise Http404
    return own


def of_an_open_plan(
    view: Callable[Concatenate[MunicipalityRequest, Plan, P], HttpResponse],
) -> Callable[Concatenate[MunicipalityRequest, P], HttpResponse]:
    """Gives the view the plan that is open as its second argument; back to the page where there is none."""

    @wraps(view)
    def asked(request: MunicipalityRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        plan = queries.open_plan(request.municipality)
        if plan is None:
            messages.warning(request, _("There is no open plan. Start one first."))
            return redirect("mentoring_plan", request.municipality.slug)
        return view(request, plan, *args, **kwargs)

    return asked


@requires(Verb.PLAN_VIEW)
@require_safe
def plan(request: MunicipalityRequest) -> HttpResponse:
    """The plan that is open, else the latest one; `?plan=` shows an earlier one."""
    rows = queries.plans_of(request.municipality)
    requested = request.GET.get("plan")
    shown = next((row for row in rows if str(row.pk) == requested), None) if requested else next(iter(rows), None)
    if requested and shown is None:
        raise Http404
    mine = side_of(request)
    may_start = mine is not None and not any(row.closed_at is None for row in rows)
    enrolment = queries.enrolment_of(request.municipality) if may_start else None
    context: dict[str, Any] = {
        "tabs": tabs(request, "mentoring_plan"),
        "side": mine,
        "plan": shown,
        "others": [row for row in rows if row != shown],
        "may_start": enrolment is not None,
        "takes_part": enrolment is not None or not may_start,
        "today": today(),
    }
    if shown is not None:
        dashboard = queries.plan_dashboard(shown)
        context |= {"page": present(dashboard, mine), "board": dashboard, "next": queries.next_action(dashboard, mine)}
    return render(request, "mentoring/plan.html", context)


# ---------------------------------------------------------------- beginning and changing


@requires(Verb.PLAN_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: MunicipalityRequest) -> HttpResponse:
    mine, enrolment = side(request), queries.enrolment_of(request.municipality)
    if enrolment is None:
        messages.warning(request, _("A plan belongs to an enrolment in a programme, and none runs today."))
        return redirect("mentoring_plan", request.municipality.slug)
    kinds = library(enrolment.cohort.programme)
    first = max(today(), enrolment.starts_on)
    form = StartForm(request.POST if request.method == "POST" else None, kinds=kinds, first=first)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        chosen = [plans.from_library(kind, due_on) for kind, due_on in form.chosen()]
        try:
            plans.start(
                enrolment, values["starts_on"], values["ends_on"], values["goal"], chosen, side=mine, by=request.user
            )
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("The draft is ready. Enter who does what by when, then both sides agree."))
            return redirect("mentoring_plan", request.municipality.slug)
    context = {"form": form, "enrolment": enrolment, "rows": form.rows()}
    return render(request, "mentoring/plan_start.html", context, status=422 if form.errors else 200)


@requires(Verb.PLAN_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@of_an_open_plan
def edit(request: MunicipalityRequest, plan: Plan) -> HttpResponse:
    """Days and goal: written into a draft, proposed once the plan is agreed."""
    mine = side(request)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=plan)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        days = (values["starts_on"], values["ends_on"], values["goal"])
        try:
            if plan.is_draft:
                plans.edit(plan, *days, by=request.user)
            else:
                plan_changes.propose_dates(plan, *days, values["reason"], side=mine, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            say_saved(request, plan)
            return redirect("mentoring_plan", request.municipality.slug)
    context = {"form": form, "plan": plan, "page_title": _("Days and goal of the plan")}
    return render(request, "mentoring/plan_form.html", context, status=422 if form.errors else 200)


def say_saved(request: HttpRequest, plan: Plan) -> None:
    if plan.is_draft:
        messages.success(request, _("Saved. Both sides agree to the plan as it is now."))
    else:
        messages.success(request, _("Proposed. It holds once the other side agrees."))


@requires(Verb.PLAN_EDIT)
@require_POST
@of_an_open_plan
def agree(request: MunicipalityRequest, plan: Plan) -> HttpResponse:
    """`act` is "agree" or "take_back"."""
    acts = {"agree": plans.agree, "take_back": plans.take_back}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponse(status=400)
    try:
        changed = act(plan, side=side(request), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        if changed.agreed_at:
            messages.success(request, _("Agreed by both. The plan holds from now on."))
        elif act is plans.agree:
            messages.success(request, _("You agreed for your side. The other side has been notified."))
    return redirect("mentoring_plan", request.municipality.slug)


@requires(Verb.PLAN_EDIT)
@require_POST
@of_an_open_plan
def close(request: MunicipalityRequest, plan: Plan) -> HttpResponse:
    """`because` is "finished" or "replaced"."""
    because = request.POST.get("because", "")
    if because not in (ClosingReason.FINISHED, ClosingReason.REPLACED):
        return HttpResponse(status=400)
    side(request)
    try:
        plans.close(plan, ClosingReason(because), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("The plan is closed. What was done stays."))
    return redirect("mentoring_plan", request.municipality.slug)
