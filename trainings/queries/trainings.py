"""Queries of trainings. Access is decided here and nowhere else: by programmes, or by a municipality.

Each has a fixed number of queries, however many people and sessions there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.sorting import SerbianKey
from municipalities.models import Enrolment, Municipality, Programme
from trainings.models import Material, Participant, Session, Training


def of_programmes(programmes: Sequence[Programme]) -> QuerySet[Training]:
    """The trainings of these programmes, the newest first."""
    rows = Training.objects.filter(programme__in=programmes).select_related("programme", "cohort")
    return rows.order_by("-starts_on", "-pk")


def with_counts(rows: QuerySet[Training]) -> QuerySet[Training]:
    """With `people` and `certificates`, those that hold."""
    holds = Q(participants__certificates__isnull=False, participants__certificates__revoked_at__isnull=True)
    return rows.annotate(
        people=Count("participants", distinct=True),
        certified=Count("participants__certificates", filter=holds, distinct=True),
    )


def open_to(place: Municipality) -> QuerySet[Training]:
    """What a municipality sees: trainings of its cohorts from its time in them, and those its people came to."""
    enrolled = Enrolment.objects.filter(municipality=place, cohort=OuterRef("cohort"))
    enrolled = enrolled.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("starts_on")))
    came = Participant.objects.filter(municipality=place, training=OuterRef("pk"))
    rows = Training.objects.filter(Exists(enrolled) | Exists(came)).select_related("programme", "cohort")
    return rows.order_by("-starts_on", "-pk")


# ---------------------------------------------------------------- agenda and materials


@dataclass(frozen=True)
class TrainingDay:
    """A day of the agenda. `number` counts from 1; a day without a session is there, too."""

    number: int
    day: date
    sessions: list[Session]


def sessions(training: Training) -> QuerySet[Session]:
    return Session.objects.filter(training=training).order_by("day", "starts", "ends", "pk")


def agenda(training: Training, rows: Sequence[Session] | None = None) -> list[TrainingDay]:
    """Every day of the training with its sessions. One query, none with `rows` at hand."""
    all_sessions = list(sessions(training)) if rows is None else list(rows)
    by_day = {day: list(group) for day, group in groupby(all_sessions, key=lambda session: session.day)}
    span = (training.ends_on - training.starts_on).days + 1
    days = {training.starts_on + timedelta(days=n) for n in range(span)} | set(by_day)
    return [TrainingDay(at, day, by_day.get(day, [])) for at, day in enumerate(sorted(days), start=1)]


def materials(training: Training) -> QuerySet[Material]:
    """All of them, in the order in which they are shown."""
    return Material.objects.filter(training=training).select_related("session").order_by("order", "pk")


def visible(rows: QuerySet[Material], now: datetime | None = None) -> QuerySet[Material]:
    """Those that the people of the training see by now."""
    return rows.filter(Q(visible_from__isnull=True) | Q(visible_from__lte=now or timezone.now()))


# ---------------------------------------------------------------- people


def participants(training: Training) -> QuerySet[Participant]:
    """By name, in the order of the reader's alphabet."""
    rows = Participant.objects.filter(training=training).select_related("municipality", "user")
    return rows.order_by(SerbianKey("name"), "pk")


def is_person(user: Any) -> Q:
    """Rows of `Participant` that are this person: by account, or by the address where no account was known."""
    return Q(user=user) | Q(user__isnull=True, email=user.email)


def as_participant(user: Any, training: Training) -> Participant | None:
    rows = Participant.objects.filter(is_person(user), training=training).select_related("municipality", "training")
    return rows.order_by(Coalesce("user", 0).desc()).first()


def colleagues(training: Training, place: Municipality) -> QuerySet[Participant]:
    """Those of a municipality who are on the list, by name."""
    return participants(training).filter(municipality=place)
