"""Queries of the pages of reports."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Min

from accounts.models import User
from analytics.models import ChannelDay, DailyFact, ProgrammeIndicator
from municipalities.models import Enrolment, Programme
from reports.models import (
    MonthlyReport,
    ProgrammeReport,
    ProgrammeRun,
    ProgrammeSchedule,
    PublicPage,
    Run,
    Schedule,
)
from serbian.sorting import sort_key

SHOWN = 24


def of_municipality() -> list[MonthlyReport]:
    """In scope, the newest first."""
    return list(MonthlyReport.objects.select_related("asked_by").order_by("-pk")[:SHOWN])


def of_programmes(programmes: list[Any]) -> list[ProgrammeReport]:
    rows = ProgrammeReport.objects.filter(programme__in=programmes).select_related("asked_by", "programme")
    return list(rows.order_by("-pk")[:SHOWN])


def first_day() -> date | None:
    """The first day with data of the municipality in scope. Two queries."""
    days = [model.objects.aggregate(day=Min("day"))["day"] for model in (DailyFact, ChannelDay)]
    return min((day for day in days if day), default=None)


def schedule() -> Schedule | None:
    """That of the municipality in scope, with its people."""
    return Schedule.objects.prefetch_related("people").first()


def programme_schedule(programme: Programme) -> ProgrammeSchedule | None:
    """That of a programme, with its people."""
    return ProgrammeSchedule.objects.filter(programme=programme).prefetch_related("people").first()


def programme_schedules(programmes: Sequence[Programme]) -> list[tuple[Programme, ProgrammeSchedule | None]]:
    """Each programme with its schedule and its people. Two queries."""
    rows = ProgrammeSchedule.objects.filter(programme__in=programmes).prefetch_related("people")
    by_programme = {row.programme_id: row for row in rows}
    return [(programme, by_programme.get(programme.pk)) for programme in programmes]


def last_run(schedule: Schedule | ProgrammeSchedule) -> Run | ProgrammeRun | None:
    return schedule.runs.filter(notified_at__isnull=False).order_by("-month").first()


def staff_of(programme: Programme) -> list[User]:
    """Who can be sent the report of a programme, by name."""
    return sorted(programme.staff.filter(is_active=True), key=lambda person: (sort_key(person.name), person.pk))


def has_results(programme: Programme) -> bool:
    """Whether its report has results: it follows indicators, and a municipality has taken part. Two queries."""
    follows = ProgrammeIndicator.objects.filter(programme=programme, ended_at__isnull=True)
    joined = Enrolment.objects.filter(cohort__programme=programme, municipality__joined_on__isnull=False)
    return follows.exists() and joined.exists()


def public_page() -> PublicPage | None:
    return PublicPage.objects.first()
