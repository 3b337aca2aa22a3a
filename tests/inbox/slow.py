"""OC3, OC4 and GV1 reckoned from the messages themselves, each time anew: slow, and plain to see that it is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from analytics.logframe import Measured
from inbox.enums import MessageKind
from inbox.models import Message, Moderation
from inbox.moderation_rules import ModerationReason
from municipalities.holidays import BELGRADE, working_minutes


def in_time(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    on_time = Q(first_answer_at__lte=F("due_at"))
    rows = _questions(places, first, last).filter(Q(first_answer_at__isnull=False) | Q(due_at__lt=timezone.now()))
    rows = rows.exclude(
        first_answer_at__isnull=True, remote_deleted_at__isnull=False, remote_deleted_at__lte=F("due_at")
    )
    counted = rows.order_by().values("municipality").annotate(asked=Count("pk"), kept=Count("pk", filter=on_time))
    return _nothing(places, "no_questions") | {
        row["municipality"]: Measured(row["kept"] * 100 / row["asked"], row["asked"]) for row in counted
    }


def first_answer(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    rows = _questions(places, first, last).filter(first_answer_at__isnull=False)
    hours: dict[int, list[float]] = defaultdict(list)
    for pk, asked_at, answered_at in rows.values_list("municipality", "counts_from", "first_answer_at"):
        hours[pk].append(working_minutes(asked_at, answered_at) / 60)
    return _nothing(places, "no_questions") | {
        pk: Measured(median(waiting_hours), len(waiting_hours)) for pk, waiting_hours in hours.items()
    }


def hidden_with_evidence(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    since, until = _moments(first, last)
    rows = Moderation.objects.filter(
        municipality__in=[place.pk for place in places], done_at__gte=since, done_at__lt=until,
        message__channel__is_practice__in=[True, False] if settings.DEMO else [False],
    )  # fmt: skip
    by_municipality: dict[int, list[bool]] = defaultdict(list)
    for row in rows.select_related("message"):
        has_copy = row.was_untouched is not False if row.erased_at else row.is_untouched
        by_municipality[row.municipality_id].append(row.reason in ModerationReason.values and has_copy)
    return _nothing(places, "nothing_hidden") | {
        pk: Measured(sum(results) * 100 / len(results), len(results)) for pk, results in by_municipality.items()
    }


def _questions(places: Sequence[Any], first: date, last: date) -> QuerySet[Message]:
    since, until = _moments(first, last)
    rows = Message.objects.filter(
        municipality__in=[place.pk for place in places], kind=MessageKind.QUESTION, at__gte=since, at__lt=until
    )
    return rows if settings.DEMO else rows.filter(channel__is_practice=False)


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    since, until = (datetime.combine(day, time(), BELGRADE) for day in (first, last + timedelta(days=1)))
    return since, until


def _nothing(places: Sequence[Any], why: str) -> dict[int, Measured]:
    return {place.pk: Measured(None, 0, why) for place in places}
