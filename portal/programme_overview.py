"""Home of a programme's staff: the programme at a glance, as a page and as a PDF of the same figures."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import reporting_period
from analytics.indicators.views.shared import period_context
from common import downloads
from common.web.params import choice_param
from municipalities.access import programme as programme_page
from municipalities.models import Programme
from municipalities.queries import today, workspaces
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from portal.programme_summary import last_days, summary
from portal.programme_summary_document import document
from reports import outputs
from reports.domain import make
from reports.files import pdf
from serbian.sorting import sort_key

PER_PAGE = 100


@programme_page(ProgrammeVerb.COMPARE)
@require_safe
def overview(request: ProgrammeRequest) -> HttpResponse:
    """`?programme=` chooses among several, `?days=` the period of the indicators."""
    period = reporting_period.parse(request.GET, today())
    programme = _chosen(request.programmes, request.GET.get("programme", ""))
    context = {
        **period_context(period),
        "summary": summary(programme, period),
        "programme": programme,
        "programmes": request.programmes,
        "mine": sorted(workspaces(request.user), key=lambda place: sort_key(str(place))),
    }
    return render(request, "portal/programme_overview.html", context)


@programme_page(ProgrammeVerb.COMPARE)
@require_safe
def file(request: ProgrammeRequest) -> HttpResponseBase:
    """The same as a PDF, for the same parameters. Written on the spot: a few tables take a fraction of a second."""
    period = reporting_period.parse(request.GET, today())
    programme = _chosen(request.programmes, request.GET.get("programme", ""))
    body = pdf.write(document(summary(programme, period), timezone.now().replace(microsecond=0)))
    if request.method == "GET":
        make.record_overview_download(programme, str(period), by=request.user)
    return downloads.pdf(body, f"programme-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}-{request.LANGUAGE_CODE}.pdf")


@programme_page(ProgrammeVerb.COMPARE)
@require_safe
def output(request: ProgrammeRequest, output: str) -> HttpResponse:
    """The rows behind one figure of what was done: since the programme began, with `?span=week` of the last seven days.
    404 for an output that is not counted."""
    kind = outputs.kind_of(output)
    if kind is None:
        raise Http404
    programme, day = _chosen(request.programmes, request.GET.get("programme", "")), today()
    counted = outputs.Counted(programme)
    is_week = choice_param(request.GET, "span", ("week",)) == "week"
    span = last_days(day) if is_week else outputs.Span(counted.began_on(day), day)
    rows = outputs.rows(kind.key, counted, span)
    context = {
        "kind": kind,
        "programme": programme,
        "span": span,
        "has_days": any(row.day for row in rows),
        "has_places": any(row.municipality for row in rows),
        "has_words": any(row.what or row.url for row in rows),
        "total": outputs.shown(sum((row.amount for row in rows), 0)),
        "page": Paginator([(row, outputs.shown(row.amount)) for row in rows], PER_PAGE).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "portal/programme_output.html", context)


def _chosen(programmes: Sequence[Programme], wanted: str) -> Programme:
    return next((programme for programme in programmes if str(programme.pk) == wanted), programmes[0])


def is_for(user: Any) -> bool:
    """Whether Home of this person is the overview: staff of a programme, whatever else they are."""
    return bool(Programme.objects.filter(staff=user).exists())
