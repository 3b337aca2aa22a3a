"""What the inbox adds to the programme's indicators: questions answered in time, and how soon.

Counted are messages that a person sorted as questions, by the day on which they were written. The scope of the
municipalities is open; two queries, however many they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from analytics.logframe import Measured, provide
from inbox.enums import Kind
from inbox.models import Message
from inbox.queries.moderated import hidden_with_evidence
from municipalities.holidays import BELGRADE, working_minutes

# Messages are read in the portal since this month.
SINCE = date(2026, 11, 1)


def register() -> None:
    """Tell the list of indicators how these are measured."""
    provide("OC3", in_time, since=SINCE)
    provide("OC4", first_answer, since=SINCE)
    provide("GV1", hidden_with_evidence, since=SINCE)


def in_time(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """OC3. Questions whose time is not over and that nobody has answered yet say nothing."""
    kept = Q(first_answer_at__lte=F("due_at"))
    rows = _questions(places, first, last).filter(Q(first_answer_at__isnull=False) | Q(due_at__lt=timezone.now()))
    # Whoever took the question back in time waits for nothing.
    rows = rows.exclude(first_answer_at__isnull=True, gone_at__isnull=False, gone_at__lte=F("due_at"))
    counted = rows.order_by().values("municipality").annotate(asked=Count("pk"), kept=Count("pk", filter=kept))
    return _nothing(places) | {
        row["municipality"]: Measured(row["kept"] * 100 / row["asked"], row["asked"]) for row in counted
    }


def first_answer(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """OC4. The median of the working hours from a question to its first answer, of those that have one."""
    rows = _questions(places, first, last).filter(first_answer_at__isnull=False)
    hours: dict[int, list[float]] = defaultdict(list)
    for pk, asked_at, answered_at in rows.values_list("municipality", "counts_from", "first_answer_at"):
        assert answered_at is not None  # the rows are filtered by it
        hours[pk].append(working_minutes(asked_at, answered_at) / 60)
    return _nothing(places) | {pk: Measured(median(each), len(each)) for pk, each in hours.items()}


def _questions(places: Sequence[Any], first: date, last: date) -> QuerySet[Message]:
    since, until = (datetime.combine(day, time(), BELGRADE) for day in (first, last + timedelta(days=1)))
    rows = Message.objects.filter(
        municipality__in=[place.pk for place in places], kind=Kind.QUESTION, at__gte=since, at__lt=until
    )
    # What is said on the practice network is no citizen's question, but in the demo there is nothing else.
    return rows if settings.DEMO else rows.filter(channel__is_practice=False)


def _nothing(places: Sequence[Any]) -> dict[int, Measured]:
    return {place.pk: Measured(None, 0, "no_questions") for place in places}
