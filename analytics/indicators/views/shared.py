"""What the pages of the programme's indicators share: whose they are, the form, where one goes afterwards."""

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analytics import months, reporting_period
from analytics.indicators import labels
from analytics.indicators.queries import programme as queries
from analytics.models import ProgrammeIndicator
from analytics.reporting_period import ReportingPeriod
from municipalities.access import programme as programme_page
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

T = TypeVar("T")

sees = programme_page(ProgrammeVerb.COMPARE)
keeps = programme_page(ProgrammeVerb.INDICATORS)
both = require_http_methods(["GET", "HEAD", "POST"])


def mine(request: ProgrammeRequest, indicator: int) -> ProgrammeIndicator:
    """One of one's own programmes; another's is not there."""
    row = queries.mine(indicator, request.programmes)
    if row is None:
        raise Http404
    return row


def programme_of(request: ProgrammeRequest, pk: int) -> Programme:
    match = next((programme for programme in request.programmes if programme.pk == pk), None)
    if match is None:
        raise Http404
    return match


def places_of(indicator: ProgrammeIndicator) -> list[Municipality]:
    return [seat.municipality for seat in queries.taking_part(indicator.programme) if seat.compares]


def place_of(indicator: ProgrammeIndicator, slug: str) -> Municipality:
    place = next((municipality for municipality in places_of(indicator) if municipality.slug == slug), None)
    if place is None:
        raise Http404
    return place


def period_context(period: ReportingPeriod) -> dict[str, Any]:
    """The picker of the period, and the address that keeps it from page to page."""
    return {
        "period": period.period,
        "lengths": reporting_period.choices(),
        "is_own": period.period.key == months.OWN,
        "kept_period": urlencode(period.parameters),
        "is_usual": period.is_usual,
        "period_label": labels.period(period.first, period.last),
    }


def cohorts_of(seats: Iterable[Enrolment]) -> list[Cohort]:
    return sorted({seat.cohort_id: seat.cohort for seat in seats}.values(), key=lambda cohort: cohort.training_on)


def cohort_of(cohorts: list[Cohort], wanted: Any) -> Cohort:
    return next((cohort for cohort in cohorts if str(cohort.pk) == str(wanted)), cohorts[0])


def to_dashboard(programme: Programme) -> HttpResponse:
    answer = redirect("programme_indicators")
    answer["Location"] += f"?programme={programme.pk}"
    return answer


def to(indicator: ProgrammeIndicator, place: Municipality | None) -> HttpResponse:
    if place is None:
        return redirect("programme_indicator", indicator.pk)
    return redirect("programme_indicator_place", indicator.pk, place.slug)


def form_page(
    request: HttpRequest, form: Any, title: str, act: str, *, indicator: ProgrammeIndicator | None = None, **more: Any
) -> HttpResponse:
    context = {"form": form, "page_title": title, "act": act, "indicator": indicator, **more}
    return render(request, "analytics/indicator_form.html", context, status=422 if form.errors else 200)
