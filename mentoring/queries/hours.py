"""Hours of mentoring for the donor's report, by mentor, municipality and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from accounts.models import User
from mentoring.enums import CheckInState
from mentoring.models import CheckIn
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.tenancy import scope
from serbian.sorting import sort_key


@dataclass(frozen=True)
class MentorHours:
    """What one mentor gave one municipality in one month."""

    month: date
    mentor: Any
    municipality: Municipality
    check_ins: int
    hours: Decimal


def hours(programmes: Sequence[Programme], first: date, last: date) -> list[MentorHours]:
    """Of months from `first` to `last` (the first of each), the newest month on top, then by name.

    A check-in counts for the programme if its municipality was enrolled on that day: what was done before a
    municipality left stays in the report. Opens the scope of exactly those municipalities. Four queries.
    """
    enrolled = Enrolment.objects.filter(cohort__programme__in=programmes)
    places = set(enrolled.values_list("municipality_id", flat=True))
    if not places:
        return []
    with scope(*places):
        rows = list(_sums(enrolled, first, last))
    people = User.objects.in_bulk({row["mentor_id"] for row in rows})
    municipalities = Municipality.objects.in_bulk({row["municipality_id"] for row in rows})
    lines = [
        MentorHours(
            row["month"],
            people[row["mentor_id"]],
            municipalities[row["municipality_id"]],
            row["check_ins"],
            row["hours"],
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (-line.month.toordinal(), sort_key(line.mentor.name),
                                           sort_key(str(line.municipality))))  # fmt: skip


def _sums(enrolled: Any, first: date, last: date) -> Any:
    # local time is stored as if it were UTC, and months are local
    since = datetime(first.year, first.month, 1, tzinfo=UTC)
    until = datetime(last.year + last.month // 12, last.month % 12 + 1, 1, tzinfo=UTC)
    held = counted_check_ins(enrolled).filter(local_time__gte=since, local_time__lt=until)
    months = held.annotate(month=TruncMonth("local_time", tzinfo=UTC, output_field=DateField()))
    return months.values("month", "mentor_id", "municipality_id").annotate(
        check_ins=Count("pk"), hours=Sum("hours")
    ).order_by()  # fmt: skip


def counted_check_ins(enrolled: QuerySet[Enrolment]) -> QuerySet[Any]:
    """Those that were held on a day on which one of these enrolments ran, with their local `day`. In an open scope."""
    taking_part = enrolled.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("day")),
        municipality=OuterRef("municipality"),
        starts_on__lte=OuterRef("day"),
    )
    held = CheckIn.objects.filter(state=CheckInState.HELD).annotate(day=TruncDate("local_time", tzinfo=UTC))
    return held.filter(Exists(taking_part))
