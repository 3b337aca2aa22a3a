"""Hours of mentoring for the donor's report, by mentor, municipality and month: a page, and a spreadsheet."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import spreadsheets
from mentoring.checkin_forms import HoursForm
from mentoring.queries.hours import MentorHours
from mentoring.queries.hours import hours as hours_of
from municipalities.access import programme
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from serbian.sorting import sort_key

PER_PAGE = 50
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": spreadsheets.EXCEL}


@programme(ProgrammeVerb.PLANS)
@require_safe
def hours(request: ProgrammeRequest) -> HttpResponse:
    form = HoursForm(request.GET)
    first, last = form.months(today())
    lines = hours_of(request.programmes, first, last)
    if kind := request.GET.get("as"):
        return _file(lines, kind, f"hours-{first:%Y-%m}-{last:%Y-%m}")
    months = {"first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
    context = {
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
        "months": months,
        "mentors": _by_mentor(lines),
        "total": sum((line.hours for line in lines), Decimal(0)),
        "check_ins": sum(line.check_ins for line in lines),
        "places": len({line.municipality.pk for line in lines}),
        "first": first,
        "last": last,
    }
    return render(request, "mentoring/check_in_hours.html", context)


def _by_mentor(lines: list[MentorHours]) -> list[dict[str, Any]]:
    """Sums by mentor, by name."""
    by_mentor: dict[int, dict[str, Any]] = {}
    for line in lines:
        row = by_mentor.setdefault(
            line.mentor.pk, {"mentor": line.mentor, "hours": Decimal(0), "check_ins": 0, "places": set()}
        )
        row["hours"] += line.hours
        row["check_ins"] += line.check_ins
        row["places"].add(line.municipality.pk)
    return sorted(by_mentor.values(), key=lambda row: sort_key(row["mentor"].name))


def _file(lines: list[MentorHours], kind: str, name: str) -> HttpResponse:
    if kind not in TYPES:
        raise Http404
    headings = [_("Month"), _("Mentor"), _("Municipality"), _("Check-ins"), _("Hours")]
    rows = [
        [f"{line.month:%Y-%m}", str(line.mentor), str(line.municipality), line.check_ins, line.hours] for line in lines
    ]
    write = spreadsheets.table if kind == "csv" else spreadsheets.workbook
    answer = HttpResponse(write([headings, *rows]), content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
