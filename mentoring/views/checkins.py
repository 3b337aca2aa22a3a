"""Check-ins of a municipality: the list, one check-in, plan, move, cancel, record, tick off steps."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common.dates import long_date
from common.errors import ActionNotAllowed
from common.web.errors import flash_error, run_verb
from mentoring.checkin_calendar import event
from mentoring.checkin_forms import (
    MoveCheckInForm,
    PlanCheckInForm,
    ReasonOfCheckInForm,
    WriteDownForm,
    clock_of,
    steps_form,
    steps_of,
)
from mentoring.domain import checkins as verbs
from mentoring.enums import CheckInMethod, Side
from mentoring.models import CheckIn, NextStep
from mentoring.queries import checkins as queries
from mentoring.queries.people import own_absences, runs
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from reports.files.pdf import is_web
from trainings.tabs import tabs

PER_PAGE = 15


@requires(Verb.PLAN_VIEW)
@require_safe
def check_ins(request: MunicipalityRequest) -> HttpResponse:
    planned, now = queries.planned(), timezone.now()
    context = {
        "pages": tabs(request, "check_ins"),
        "coming": [row for row in planned if row.due_at >= now],
        "waiting": [row for row in planned if row.due_at < now],
        "steps": _tickable(request, queries.open_steps()),
        "page": Paginator(queries.history(), PER_PAGE).get_page(request.GET.get("page")),
        "may_keep": request.access.may(Verb.CHECK_IN),
    }
    return render(request, "mentoring/check_ins.html", context)


def _tickable(request: MunicipalityRequest, steps: list[NextStep]) -> list[tuple[NextStep, bool]]:
    """Each with whether this person may tick it off."""
    may, keeps = request.access.may(Verb.PLAN_EDIT), request.access.may(Verb.CHECK_IN)
    return [(step, may and (keeps or step.side != Side.MENTOR)) for step in steps]


@requires(Verb.PLAN_VIEW)
@require_safe
def check_in(request: MunicipalityRequest, check_in: int) -> HttpResponse:
    row = _check_in(check_in)
    steps = list(row.steps.select_related("done_by").order_by("position", "pk"))
    context = {
        "row": row,
        "steps": _tickable(request, steps),
        "may_keep": request.access.may(Verb.CHECK_IN) and queries.may_keep(row, request.user),
        "place_url": row.place if is_web(row.place) else "",
        "is_handed_on": row.is_planned and not queries.accompanies(row.mentor, request.municipality),
    }
    return render(request, "mentoring/check_in.html", context)


def _check_in(pk: int) -> CheckIn:
    check_in: CheckIn = get_object_or_404(queries.check_ins(), pk=pk)
    return check_in


@requires(Verb.CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    form = PlanCheckInForm(request.POST or None, initial={"way": CheckInMethod.VIDEO, "at": "10:00"})
    if request.method == "POST" and form.is_valid():
        row = run_verb(form, lambda: verbs.plan(request.municipality, form.planned(), by=request.user))
        if row:
            messages.success(request, _("Planned. The municipality has been notified."))
            _warn_of_absence(request, row)
            return redirect("check_in", request.municipality.slug, row.pk)
    return _form_page(request, form, None, "plan")


@requires(Verb.CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: MunicipalityRequest, check_in: int) -> HttpResponse:
    row = _check_in(check_in)
    initial = {**clock_of(row), "way": row.way, "place": row.place, "subject": row.subject}
    form = MoveCheckInForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if run_verb(form, lambda: verbs.move(row, form.planned(), reason, by=request.user)):
            row.refresh_from_db()
            messages.success(request, _("Changed. The municipality has been notified."))
            _warn_of_absence(request, row)
            return redirect("check_in", request.municipality.slug, row.pk)
    return _form_page(request, form, row, "move")


@requires(Verb.CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: MunicipalityRequest, check_in: int) -> HttpResponse:
    row = _check_in(check_in)
    form = ReasonOfCheckInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if run_verb(form, lambda: verbs.cancel(row, reason, by=request.user)):
            messages.success(request, _("Called off. The municipality has been notified."))
            return redirect("check_ins", request.municipality.slug)
    return _form_page(request, form, row, "cancel")


@requires(Verb.CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def unplanned(request: MunicipalityRequest) -> HttpResponse:
    """One that was held without having been planned."""
    return _written(request, None)


@requires(Verb.CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: MunicipalityRequest, check_in: int) -> HttpResponse:
    return _written(request, _check_in(check_in))


def _written(request: MunicipalityRequest, row: CheckIn | None) -> HttpResponse:
    initial: dict[str, Any] = {"on": today(), "way": CheckInMethod.PHONE}
    if row:
        initial = {**clock_of(row), "way": row.way, "subject": row.subject, "notes": row.notes, "hours": row.hours}
    form = WriteDownForm(request.POST or None, initial=initial)
    steps = steps_form(request.POST if request.method == "POST" else None, row)
    if request.method == "POST" and form.is_valid() and steps.is_valid():
        record = form.record(steps_of(steps))
        held = run_verb(
            form, lambda: verbs.write_down(row, record, municipality=request.municipality, by=request.user)
        )  # fmt: skip
        if held:
            messages.success(request, _("Saved. Everyone who follows the plan can read it."))
            return redirect("check_in", request.municipality.slug, held.pk)
    return _form_page(request, form, row, "hold", steps=steps)


def _form_page(request: HttpRequest, form: Any, row: CheckIn | None, act: str, **more: Any) -> HttpResponse:
    broken = form.errors or (more.get("steps") is not None and more["steps"].is_bound and not more["steps"].is_valid())
    context = {"form": form, "row": row, "act": act, **more}
    return render(request, "mentoring/check_in_form.html", context, status=422 if broken else 200)


def _warn_of_absence(request: SignedInRequest, row: CheckIn) -> None:
    away = next((absence for absence in own_absences(request.user) if runs(absence, row.on)), None)
    if away:
        messages.warning(request, _("You are shown as away on %(day)s.") % {"day": long_date(row.on)})


@requires(Verb.PLAN_EDIT)
@require_POST
def step(request: MunicipalityRequest, check_in: int, step: int) -> HttpResponse:
    row = get_object_or_404(NextStep.objects.filter(check_in=check_in), pk=step)
    done = request.POST.get("done", "1") != "0"
    try:
        verbs.tick(row, done=done, may_for_mentor=request.access.may(Verb.CHECK_IN), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        message = _("Ticked off: %(step)s") if done else _("Open again: %(step)s")
        messages.success(request, message % {"step": row})
    if request.POST.get("back") == "list":
        return redirect("check_ins", request.municipality.slug)
    return redirect("check_in", request.municipality.slug, check_in)


@requires(Verb.PLAN_VIEW)
@require_safe
def calendar(request: MunicipalityRequest, check_in: int) -> HttpResponse:
    """For one's own calendar: one event, with its time as it is now."""
    row = _check_in(check_in)
    address = settings.PUBLIC_BASE_URL + reverse("check_in", args=[request.municipality.slug, row.pk])
    body = event(row, address, urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost")
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="check-in-{row.on:%Y-%m-%d}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer
