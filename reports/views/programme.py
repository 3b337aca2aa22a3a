"""Reports of a programme for its donor: whole months, all municipalities that agreed to be compared."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from analytics import reporting_period
from common import job_progress
from municipalities.access import programme
from municipalities.models import Programme
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from reports import forms
from reports.domain import make, schedules
from reports.enums import Every, Format, State
from reports.files import iati
from reports.models import ProgrammeReport
from reports.queries import reports as queries
from reports.views import files, scheduling


@programme(ProgrammeVerb.COMPARE)
@require_GET
def reports(request: ProgrammeRequest) -> HttpResponse:
    return _page(request, _form(request))


@programme(ProgrammeVerb.COMPARE)
@require_POST
def ask(request: ProgrammeRequest) -> HttpResponse:
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    data = form.cleaned_data
    wanted = next(candidate for candidate in request.programmes if str(candidate.pk) == data["programme"])
    row = make.ask_programme(
        wanted, data["first"], data["last"], data["language"], by=request.user,
        recount_because=data["recount_because"],
    )  # fmt: skip
    return redirect("programme_report", row.pk)


def _form(request: ProgrammeRequest, *submitted: Any) -> forms.ProgrammeForm:
    """The months are those of the page that one comes from, where it has whole months."""
    wanted = reporting_period.parse(request.GET, today()).months
    return forms.ProgrammeForm(
        *submitted, programmes=request.programmes, months=forms.choices(today()), language=request.user.language,
        wanted=wanted,
    )  # fmt: skip


def _page(request: ProgrammeRequest, form: forms.ProgrammeForm) -> HttpResponse:
    context = {
        "form": form,
        "reports": queries.of_programmes(request.programmes),
        "schedules": queries.programme_schedules(request.programmes),
        "days": settings.REPORT_DAYS,
    }
    return render(request, "reports/programme_reports.html", context, status=422 if form.errors else 200)


def _mine(request: ProgrammeRequest, pk: int) -> ProgrammeReport:
    """A report of a programme whose staff this person is; 404 for everybody else."""
    rows = ProgrammeReport.objects.filter(programme__in=request.programmes)
    return get_object_or_404(rows.select_related("programme", "asked_by"), pk=pk)


@programme(ProgrammeVerb.COMPARE)
@require_GET
def report(request: ProgrammeRequest, pk: int) -> HttpResponse:
    again = "reports/_programme_again.html"
    row = _mine(request, pk)
    progress = job_progress.read(make.job(row)) if row.is_open else None
    context = {"report": row, "formats": files.formats(row), "again": again, "progress": progress}
    if row.state == State.READY and Format.IATI not in row.files:
        context["no_iati"] = _no_iati(row)
    part = bool(request.headers.get("HX-Request"))
    return render(request, f"reports/{'_report' if part else 'programme_report'}.html", context)


def _no_iati(row: ProgrammeReport) -> str:
    """Why a report that is ready has no file for donors' systems, and who can change that."""
    names = iati.missing(row.programme_id)
    if names:
        parameters = {"settings": ", ".join(names), "number": row.programme_id}
        return (
            _(
                "There is no IATI file: the operator of the portal has not set %(settings)s for this programme (number "
                "%(number)s). Without an identifier the activity is not exported."
            )
            % parameters
        )
    if not queries.has_results(row.programme):
        return _("There is no IATI file: the programme follows no indicators yet, or no municipality has taken part.")
    return _("There is no IATI file: these files are older than the identifiers. Make the files again.")


def _run_by(request: ProgrammeRequest, pk: int) -> Programme:
    """A programme whose staff this person is; 404 for everybody else."""
    match = next((programme for programme in request.programmes if programme.pk == pk), None)
    if match is None:
        raise Http404
    return match


@programme(ProgrammeVerb.COMPARE)
@require_http_methods(["GET", "POST"])
def schedule(request: ProgrammeRequest, programme: int) -> HttpResponse:
    """The report by mail to people of the programme: each month, or after each quarter."""
    ours = _run_by(request, programme)
    existing = queries.programme_schedule(ours)
    people = queries.staff_of(ours)
    form = forms.ProgrammeScheduleForm(request.POST or None, members=people, **scheduling.initial(existing))
    if request.method == "POST" and form.is_valid():
        every = Every(form.cleaned_data["every"])
        schedules.plan_programme(ours, every, form.cleaned_data["day"], form.chosen(), by=request.user)
        messages.success(request, _("Saved. The report is sent automatically from now on."))
        return redirect("programme_report_schedule", ours.pk)
    return scheduling.page(
        request,
        form,
        existing,
        title=_("%(programme)s: the report by mail") % {"programme": ours},
        up=(_("Reports of the programme"), reverse("programme_reports")),
        acts={act: reverse("programme_report_schedule_act", args=[ours.pk, act]) for act in scheduling.ACTS},
    )


@programme(ProgrammeVerb.COMPARE)
@require_POST
def schedule_act(request: ProgrammeRequest, programme: int, act: str) -> HttpResponse:
    ours = _run_by(request, programme)
    scheduling.act(request, act, queries.programme_schedule(ours))
    return redirect("programme_report_schedule", ours.pk)


@programme(ProgrammeVerb.COMPARE)
@never_cache
@require_safe
def download(request: ProgrammeRequest, pk: int, format: str) -> HttpResponseBase:
    row = _mine(request, pk)
    return files.answer(request, row, format, f"programme-{row.first:%Y-%m}-{row.last:%Y-%m}-{row.language}")
