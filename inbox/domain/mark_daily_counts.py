"""Marking days whose indicators have to be recounted, and closing days whose messages are erased."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from analytics.rollups.domain import daily_counts
from inbox.enums import MessageKind
from inbox.measured import HIDDEN, QUESTIONS, day_of
from inbox.models import Message, Moderation


def mark_questions(written: Iterable[tuple[int, datetime]]) -> None:
    """Mark the days of questions (municipality, written at) that were sorted, answered or deleted. Part of the caller's
    transaction."""
    days: dict[int, set[date]] = defaultdict(set)
    for municipality_id, at in written:
        days[municipality_id].add(day_of(at))
    for municipality_id in sorted(days):
        daily_counts.mark(QUESTIONS, municipality_id, days[municipality_id])


def mark_hidden(row: Moderation) -> None:
    if row.done_at:
        daily_counts.mark(HIDDEN, row.municipality_id, [day_of(row.done_at)])


def close_questions(keys: Iterable[int]) -> None:
    """The time of these messages is over: the days of those that were questions are counted a last time."""
    rows = Message.objects.filter(pk__in=list(keys), kind=MessageKind.QUESTION)
    daily_counts.close(
        QUESTIONS, {(municipality_id, day_of(at)) for municipality_id, at in rows.values_list("municipality_id", "at")}
    )


def close_hidden(keys: Iterable[int]) -> None:
    rows = Moderation.objects.filter(pk__in=list(keys), done_at__isnull=False)
    daily_counts.close(
        HIDDEN,
        {(municipality_id, day_of(at)) for municipality_id, at in rows.values_list("municipality_id", "done_at") if at},
    )
