"""An activity of a plan: its page, editing, evidence, reporting and confirming it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.logframe import WHY
from common import downloads
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from common.web.params import int_list_param
from mentoring.domain import plan_activities as verbs
from mentoring.domain import plan_changes, plans
from mentoring.enums import Proof
from mentoring.models import Activity, Evidence, Plan
from mentoring.plan_forms import ActivityForm, EvidenceFileForm, EvidenceLinkForm, PlanReasonForm
from mentoring.queries import plans as queries
from mentoring.queries.plan_library import library
from mentoring.views.activity_page import present
from mentoring.views.plan import of_an_open_plan, say_saved, side, side_of
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

FORM = ["GET", "HEAD", "POST"]


def _activity(pk: int) -> Activity:
    """Of the municipality in scope; another's is not there."""
    people = ("plan__municipality", "plan__enrolment__cohort", "owner", "kind", "done_by", "confirmed_by")
    activity: Activity = get_object_or_404(Activity.objects.select_related(*people), pk=pk)
    return activity


def _to(request: MunicipalityRequest, activity: Activity) -> HttpResponse:
    return redirect("mentoring_plan_activity", request.municipality.slug, activity.pk)


@requires(Verb.PLAN_VIEW)
@require_safe
def activity(request: MunicipalityRequest, activity: int) -> HttpResponse:
    return _page(request, _activity(activity))


def _page(
    request: MunicipalityRequest,
    row: Activity,
    *,
    link: EvidenceLinkForm | None = None,
    file: EvidenceFileForm | None = None,
) -> HttpResponse:
    item, mine = queries.item_of(row), side_of(request)
    query = request.GET.get("q", "").strip()[:100]
    page = present(item, mine, query)
    context = {
        "page": page,
        "item": item,
        "activity": row,
        "plan": row.plan,
        "why": WHY.get(row.reading.get("why", ""), ""),
        "words": query,
        "posts": queries.offered(row, query) if page.posts else [],
        "needs": queries.offered_needs(row, query if page.needs else "") if page.may_add else [],
        "reports": queries.offered_reports(row) if page.may_add else [],
        "link": link or EvidenceLinkForm(),
        "file": file or EvidenceFileForm(),
    }
    wrong = bool((link and link.errors) or (file and file.errors))
    return render(request, "mentoring/plan_activity.html", context, status=422 if wrong else 200)


# ---------------------------------------------------------------- what is agreed


@requires(Verb.PLAN_EDIT)
@require_http_methods(FORM)
@of_an_open_plan
def new(request: MunicipalityRequest, plan: Plan) -> HttpResponse:
    """`?kind=` begins with an activity of the library."""
    mine = side(request)
    kinds = library(plan.enrolment.cohort.programme)
    kind = next((candidate for candidate in kinds if candidate.key == request.GET.get("kind")), None)
    form = ActivityForm(
        request.POST if request.method == "POST" else None, plan=plan, people=queries.people_of(request.municipality),
        kind=kind,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted_activity()
        try:
            if plan.is_draft:
                plans.add(plan, wanted, by=request.user)
            else:
                reason = form.cleaned_data["reason"]
                plan_changes.propose_activity(plan, wanted, reason, side=mine, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            say_saved(request, plan)
            return redirect("mentoring_plan", request.municipality.slug)
    title = _("New activity") if plan.is_draft else _("Propose an activity")
    context = {"form": form, "plan": plan, "kinds": kinds, "kind": kind, "page_title": title}
    return render(request, "mentoring/plan_form.html", context, status=422 if form.errors else 200)


@requires(Verb.PLAN_EDIT)
@require_http_methods(FORM)
def edit(request: MunicipalityRequest, activity: int) -> HttpResponse:
    mine, row = side(request), _activity(activity)
    if row.plan.closed_at or not row.is_open:
        messages.warning(request, _("It is done, dropped or closed, so there is nothing to change."))
        return _to(request, row)
    people = queries.people_of(request.municipality)
    form = ActivityForm(
        request.POST if request.method == "POST" else None, plan=row.plan, people=people, activity=row
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted_activity()
        try:
            if row.plan.is_draft:
                plans.change(row, wanted, by=request.user)
            else:
                plan_changes.propose_change(row, wanted, form.cleaned_data["reason"], side=mine, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            say_saved(request, row.plan)
            return redirect("mentoring_plan", request.municipality.slug)
    title = _("Change the activity") if row.plan.is_draft else _("Propose a change")
    context = {"form": form, "plan": row.plan, "activity": row, "page_title": title}
    return render(request, "mentoring/plan_form.html", context, status=422 if form.errors else 200)


@requires(Verb.PLAN_EDIT)
@require_http_methods(FORM)
def drop(request: MunicipalityRequest, activity: int) -> HttpResponse:
    """Out of a draft at once; out of an agreed plan by a proposal with its reason."""
    mine, row = side(request), _activity(activity)
    form = PlanReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (row.plan.is_draft or form.is_valid()):
        try:
            if row.plan.is_draft:
                plans.remove(row, by=request.user)
            else:
                plan_changes.propose_drop(row, form.cleaned_data["reason"], side=mine, by=request.user)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
        else:
            say_saved(request, row.plan)
        return redirect("mentoring_plan", request.municipality.slug)
    context = {"form": None if row.plan.is_draft else form, "plan": row.plan, "activity": row,
               "page_title": _("Drop the activity"), "drops": True}  # fmt: skip
    return render(request, "mentoring/plan_form.html", context, status=422 if form.errors else 200)


# ---------------------------------------------------------------- what shows it


@requires(Verb.PLAN_EDIT)
@require_POST
def evidence(request: MunicipalityRequest, activity: int) -> HttpResponse:
    """`kind` is "posts" (with `posts`), "need" (with `needs`), "reports" (with `reports`), "link" or "file"."""
    side(request)
    row, kind = _activity(activity), request.POST.get("kind", "")
    link = EvidenceLinkForm(request.POST) if kind == Proof.LINK else None
    file = EvidenceFileForm(request.POST, request.FILES) if kind == Proof.FILE else None
    form = link or file
    if form is not None and not form.is_valid():
        return _page(request, row, link=link, file=file)
    try:
        if kind == Proof.POSTS:
            verbs.add_posts(row, _chosen(request, "posts", _("Choose a post first.")), by=request.user)
        elif kind == Proof.NEED:
            verbs.add_needs(row, _chosen(request, "needs", _("Choose a need first.")), by=request.user)
        elif kind == "reports":
            verbs.add_reports(row, _chosen(request, "reports", _("Choose a report first.")), by=request.user)
        elif link is not None:
            verbs.add_link(row, link.cleaned_data["url"], link.cleaned_data["note"], by=request.user)
        elif file is not None:
            verbs.add_file(row, file.cleaned_data["file"], file.cleaned_data["note"], by=request.user)
        else:
            return HttpResponse(status=400)
    except ActionNotAllowed as refused:
        if form is None:
            flash_error(request, refused)
            return _to(request, row)
        add_form_error(form, refused)
        return _page(request, row, link=link, file=file)
    messages.success(request, _("The evidence was added."))
    return _to(request, row)


def _chosen(request: HttpRequest, name: str, nothing: str) -> list[int]:
    chosen = int_list_param(request.POST, name)[:50]
    if not chosen:
        raise ActionNotAllowed(nothing)
    return chosen


@requires(Verb.PLAN_EDIT)
@require_POST
def withdraw(request: MunicipalityRequest, evidence: int) -> HttpResponse:
    side(request)
    row = get_object_or_404(Evidence.objects.select_related("activity__plan"), pk=evidence)
    try:
        verbs.withdraw(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("Taken back."))
    return _to(request, row.activity)


@requires(Verb.PLAN_VIEW)
@require_safe
def file(request: MunicipalityRequest, evidence: int) -> HttpResponseBase:
    """Always as a download, so that nothing in it runs in our pages."""
    row = get_object_or_404(Evidence.objects.exclude(file=""), pk=evidence)
    name = f"evidence-{row.pk}.{downloads.ending(row.file)}"
    return downloads.stored(row.file, name=name, mime=row.file_mime)


# ---------------------------------------------------------------- done


@requires(Verb.PLAN_EDIT)
@require_POST
def done(request: MunicipalityRequest, activity: int) -> HttpResponse:
    """`act` is "report", "confirm" or "reopen"."""
    mine, row, act, note = side(request), _activity(activity), request.POST.get("act"), request.POST.get("note", "")
    try:
        if act == "report":
            verbs.report(row, note, side=mine, by=request.user)
            messages.success(request, _("Reported done. Well done!"))
        elif act == "confirm":
            verbs.confirm(row, side=mine, by=request.user)
            messages.success(request, _("Confirmed. The municipality has been notified."))
        elif act == "reopen":
            verbs.reopen(row, note, side=mine, by=request.user)
            messages.success(request, _("It is open again."))
        else:
            return HttpResponse(status=400)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return _to(request, row)


# ---------------------------------------------------------------- changes


@requires(Verb.PLAN_EDIT)
@require_POST
def change(request: MunicipalityRequest, change: int) -> HttpResponse:
    """`decision` is "accept", "decline" or "take_back"."""
    mine, decision, note = side(request), request.POST.get("decision"), request.POST.get("note", "")
    row = get_object_or_404(plan_changes.PlanChange.objects.select_related("plan"), pk=change)
    try:
        if decision == "accept":
            plan_changes.accept(row, side=mine, by=request.user)
            messages.success(request, _("Agreed. The plan has been updated."))
        elif decision in ("decline", "take_back"):
            plan_changes.decline(row, note, side=mine, by=request.user)
            messages.success(request, _("The plan stays as it was agreed."))
        else:
            return HttpResponse(status=400)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("mentoring_plan", request.municipality.slug)
