"""Reports of one municipality: requesting one, downloading it, and the monthly schedule."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common import job_progress
from municipalities.access import requires
from municipalities.queries import colleagues, today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from reports import forms
from reports.domain import make, schedules
from reports.models import MonthlyReport
from reports.queries import reports as queries
from reports.views import files, scheduling


@requires(Verb.ANALYTICS_VIEW)
@require_GET
def reports(request: MunicipalityRequest) -> HttpResponse:
    return _page(request, _form(request))


@requires(Verb.ANALYTICS_VIEW)
@require_POST
def ask(request: MunicipalityRequest) -> HttpResponse:
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    data = form.cleaned_data
    row = make.ask_monthly(request.municipality, data["month"], data["language"], by=request.user)
    return redirect("report", request.municipality.slug, row.pk)


def _form(request: SignedInRequest, *submitted: Any) -> forms.MonthlyForm:
    months = forms.choices(today(), queries.first_day())
    return forms.MonthlyForm(*submitted, months=months, language=request.user.language)


def _page(request: MunicipalityRequest, form: forms.MonthlyForm) -> HttpResponse:
    context = {
        "form": form,
        "reports": queries.of_municipality(),
        "schedule": queries.schedule(),
        "may_schedule": request.access.may(Verb.REPORT_SCHEDULE),
        "days": settings.REPORT_DAYS,
    }
    return render(request, "reports/reports.html", context, status=422 if form.errors else 200)


@requires(Verb.ANALYTICS_VIEW)
@require_GET
def report(request: MunicipalityRequest, report: int) -> HttpResponse:
    """Progress of the report, and its downloads once it is ready."""
    row = get_object_or_404(MonthlyReport.objects.select_related("asked_by"), pk=report)
    context = {
        "report": row,
        "formats": files.formats(row),
        "again": "reports/_again.html",
        "progress": job_progress.read(make.job(row)) if row.is_open else None,
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, f"reports/{'_report' if part else 'report'}.html", context)


@requires(Verb.ANALYTICS_VIEW)
@never_cache
@require_safe
def download(request: MunicipalityRequest, report: int, format: str) -> HttpResponseBase:
    row = get_object_or_404(MonthlyReport.objects.select_related("municipality"), pk=report)
    return files.answer(request, row, format, f"{row.municipality.slug}-{row.first:%Y-%m}-{row.language}")


@requires(Verb.REPORT_SCHEDULE)
@require_http_methods(["GET", "POST"])
def schedule(request: MunicipalityRequest) -> HttpResponse:
    here, existing = request.municipality, queries.schedule()
    form = forms.ScheduleForm(request.POST or None, members=colleagues(here), **scheduling.initial(existing))
    if request.method == "POST" and form.is_valid():
        schedules.plan(here, form.cleaned_data["day"], form.chosen(), by=request.user)
        messages.success(request, _("Saved. The report is sent automatically from now on."))
        return redirect("report_schedule", here.slug)
    return scheduling.page(
        request,
        form,
        existing,
        title=_("Each month by mail"),
        up=(_("Reports"), reverse("reports", args=[here.slug])),
        acts={act: reverse("report_schedule_act", args=[here.slug, act]) for act in scheduling.ACTS},
    )


@requires(Verb.REPORT_SCHEDULE)
@require_POST
def schedule_act(request: MunicipalityRequest, act: str) -> HttpResponse:
    scheduling.act(request, act, queries.schedule())
    return redirect("report_schedule", request.municipality.slug)
