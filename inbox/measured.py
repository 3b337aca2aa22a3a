"""Daily counts of the inbox for the programme's indicators: answers to questions (OC3, OC4), hidden messages (GV1),
what citizens reply to the question whether theirs was answered (OC7).

Messages that a person sorted as questions count by the day on which they were written, hidden messages by the day on
which they were hidden (Belgrade). `analytics.rollups.domain.daily_counts` requests the days and stores the counts; the
scope of the municipalities is open.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from analytics.indicators.queries.daily_counts import median_hours, share
from analytics.logframe import provide
from analytics.rollups import daily_counts
from analytics.rollups.daily_counts import DailyTally, Days
from inbox.enums import MessageKind, Satisfaction
from inbox.models import Message, Moderation, SatisfactionQuestion
from inbox.moderation_rules import ModerationReason
from municipalities.holidays import BELGRADE, working_minutes

# Messages are read in the portal since this month.
SINCE = date(2026, 11, 1)
QUESTIONS, HIDDEN, SATISFIED = "questions", "hidden", "satisfied"
# No question waits longer for its time to be over: a working day, and before it the longest row of holidays.
RECENT = timedelta(days=40)
AT_ONCE = 5000


def register() -> None:
    """Register how these indicators are measured, and from which days."""
    daily_counts.provide(QUESTIONS, ("OC3", "OC4"), questions, recent=RECENT)
    # A copy may be changed at any time without a mark.
    daily_counts.provide(HIDDEN, ("GV1",), hidden, recent=None)
    provide("OC3", share("OC3", "no_questions"), since=SINCE)
    provide("OC4", median_hours("OC4", "no_questions"), since=SINCE)
    daily_counts.provide(SATISFIED, ("OC7",), satisfied, recent=RECENT)
    provide("OC7", share("OC7", "nobody_replied"), since=SINCE)
    provide("GV1", share("GV1", "nothing_hidden"), since=SINCE)


def day_of(moment: datetime) -> date:
    return moment.astimezone(BELGRADE).date()


@dataclass
class _Day:
    asked: int = 0
    kept: int = 0
    minutes: list[int] = field(default_factory=list)


def questions(days: Days) -> Iterator[DailyTally]:
    """OC3: unanswered questions within their deadline do not count, nor do questions that were deleted in time. OC4:
    working minutes from each question to its first answer."""
    now, counts_by_day = timezone.now(), defaultdict[tuple[int, date], _Day](_Day)
    rows = _within(Message.objects.filter(kind=MessageKind.QUESTION), "at", "channel", days)
    values = rows.values_list("municipality_id", "at", "counts_from", "due_at", "first_answer_at", "remote_deleted_at")
    for municipality_id, at, asked_at, due_at, answered_at, gone_at in values.iterator(chunk_size=AT_ONCE):
        counts = counts_by_day[municipality_id, day_of(at)]
        if answered_at is not None:
            counts.asked += 1
            counts.kept += due_at is not None and answered_at <= due_at
            counts.minutes.append(working_minutes(asked_at, answered_at))
        elif due_at is not None and due_at < now and not (gone_at is not None and gone_at <= due_at):
            counts.asked += 1
    for (municipality_id, day), counts in counts_by_day.items():
        if counts.asked:
            yield DailyTally(municipality_id, "OC3", day, counts.asked, counts.kept)
        if counts.minutes:
            yield DailyTally(municipality_id, "OC4", day, len(counts.minutes), minutes=tuple(sorted(counts.minutes)))


def hidden(days: Days) -> Iterator[DailyTally]:
    """GV1: of hidden or removed messages, those with a reason and an intact copy. For erased copies, the check made at
    erasure."""
    rows = _within(Moderation.objects.filter(done_at__isnull=False), "done_at", "message__channel", days)
    untouched: dict[tuple[int, date], list[bool]] = defaultdict(list)
    for row in rows.select_related("message").iterator(chunk_size=AT_ONCE):
        has_copy = row.was_untouched is not False if row.erased_at else row.is_untouched
        untouched[row.municipality_id, day_of(row.done_at)].append(row.reason in ModerationReason.values and has_copy)
    for (municipality_id, day), results in untouched.items():
        yield DailyTally(municipality_id, "GV1", day, len(results), sum(results))


def satisfied(days: Days) -> Iterator[DailyTally]:
    """OC7: replies to the question whether somebody's question was answered, and those that say yes, by the day of the
    reply."""
    rows = SatisfactionQuestion.objects.filter(answered_at__isnull=False)
    rows = _within(rows, "answered_at", "conversation__channel", days)
    replies: dict[tuple[int, date], list[bool]] = defaultdict(list)
    for municipality_id, at, value in rows.values_list("municipality_id", "answered_at", "value").iterator():
        if at is not None:
            replies[municipality_id, day_of(at)].append(value == Satisfaction.YES)
    for (municipality_id, day), values in replies.items():
        yield DailyTally(municipality_id, "OC7", day, len(values), sum(values))


def _within(rows: QuerySet[Any], moment: str, channel: str, days: Days) -> QuerySet[Any]:
    if days.places is not None:
        rows = rows.filter(municipality__in=days.places)
    if days.first is not None:
        rows = rows.filter(**{f"{moment}__gte": datetime.combine(days.first, time(), BELGRADE)})
    if days.last is not None:
        rows = rows.filter(**{f"{moment}__lt": datetime.combine(days.last + timedelta(days=1), time(), BELGRADE)})
    # Practice channels do not count, but in the demo there is nothing else.
    return rows if settings.DEMO else rows.filter(**{f"{channel}__is_practice": False})
