"""Outputs of mentoring for the programme's report: plans agreed, check-ins held, and their hours."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.dates import short_date
from mentoring import links
from mentoring.models import Plan
from mentoring.queries.hours import counted_check_ins
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.tenancy import scope
from reports.outputs import Amount, Counted, OutputKind, OutputRow, OutputSource, Span, register
from reports.queries.outputs import count_by_span, in_order

PLANS = OutputKind("plans", _("Plans agreed"), _("by a municipality and its mentor"))
CHECK_INS = OutputKind("check-ins", _("Check-ins of mentors"), _("held while the municipality took part"))
HOURS = OutputKind("hours", _("Hours of mentoring"), _("of these check-ins"), is_summed=True)


def provide() -> None:
    register(OutputSource([PLANS, CHECK_INS, HOURS], _totals, _rows))


def _enrolled(programme: Programme) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(cohort__programme=programme)


def _plans(programme: Programme) -> QuerySet[Plan]:
    return Plan.objects.filter(enrolment__cohort__programme=programme, agreed_at__isnull=False)


def _check_ins(programme: Programme) -> QuerySet[Any]:
    return counted_check_ins(_enrolled(programme))


def _totals(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    """Two queries."""
    sums = {f"n{at}": Sum("hours", filter=Q(day__range=(span.first, span.last))) for at, span in enumerate(spans)}
    with scope(*counted.first_days):
        plans = _plans(counted.programme).order_by().aggregate(**count_by_span("agreed_at__date", spans))
        held = _check_ins(counted.programme).order_by()
        talks = held.aggregate(
            **count_by_span("day", spans), **{f"hours_{name}": total for name, total in sums.items()}
        )
    hours = {name.removeprefix("hours_"): total for name, total in talks.items() if name.startswith("hours_")}
    talks = {name: count for name, count in talks.items() if not name.startswith("hours_")}
    return {PLANS.key: in_order(plans), CHECK_INS.key: in_order(talks), HOURS.key: in_order(hours)}


def _rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    """Two queries. Subjects and notes of a check-in are between the mentor and the municipality."""
    ids = counted.first_days
    places = Municipality.objects.in_bulk(ids)
    with scope(*ids):
        if key == PLANS.key:
            plans = _plans(counted.programme).filter(agreed_at__date__range=(span.first, span.last))
            return [_plan(row, places[row.municipality_id]) for row in plans.order_by("-agreed_at", "-pk")]
        talks = _check_ins(counted.programme).filter(day__range=(span.first, span.last)).select_related("mentor")
        return [
            OutputRow(
                str(row.mentor), (row.hours or 0) if key == HOURS.key else 1, row.on, places[row.municipality_id],
                reverse("check_in_hours"),
            )
            for row in talks.order_by("-local_time", "-pk")
        ]  # fmt: skip


def _plan(row: Plan, place: Municipality) -> OutputRow:
    assert row.agreed_at is not None
    days = f"{short_date(row.starts_on)} – {short_date(row.ends_on)}"
    return OutputRow(days, 1, timezone.localdate(row.agreed_at), place, links.plan(place.slug))
