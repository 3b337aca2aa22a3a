"""How long it takes to count the questions of many municipalities by day: all of them, by the hour, by the minute."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from analytics.models import Tally
from analytics.rollups.domain import daily_counts
from inbox.domain.mark_daily_counts import mark_questions
from inbox.enums import MessageKind
from inbox.models import Message
from municipalities.tenancy import everywhere

# What an hour brings at most where every municipality sorts and answers some.
MARKED, MARKED_FROM = 600, timedelta(days=30)


@dataclass(frozen=True)
class Figures:
    """Times in seconds: everything from nothing, everything again, the hourly update of recent days, and `marked`
    messages at once."""

    questions: int
    rows: int
    made: float
    again: float
    swept: float
    marked: int
    rebuilt: float

    def json(self) -> dict[str, Any]:
        return asdict(self)


def measured() -> Figures:
    with everywhere("benchmark data"):
        questions = Message.objects.filter(kind=MessageKind.QUESTION)
        recent = questions.filter(at__gte=timezone.now() - MARKED_FROM).order_by("remote_id")[:MARKED]
        rebuild_seconds = _seconds(daily_counts.rebuild)
        again, swept = _seconds(daily_counts.rebuild), _seconds(daily_counts.sweep)
        marked = list(recent.values_list("municipality_id", "at"))
        mark_questions(marked)
        rebuilt = _seconds(daily_counts.rebuild_dirty_days)
        return Figures(questions.count(), Tally.objects.count(), rebuild_seconds, again, swept, len(marked), rebuilt)


def _seconds(count: Callable[[], int]) -> float:
    began = time.perf_counter()
    count()
    return round(time.perf_counter() - began, 2)
