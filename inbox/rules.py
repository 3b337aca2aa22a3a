"""Deadlines of answers, and retention periods of drafts. Pure: no clock, no database.

Emergencies and clearly unlawful messages have deadlines in wall-clock time, all others in working hours of the offices
(`municipalities.holidays`), so nothing is late on a Sunday. Source of the hours: the programme's promise, two working
days at most, as in the British government's house rules.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from inbox.enums import MessageKind, Snooze
from municipalities.holidays import BELGRADE, CLOSES, OPENS, is_working_day

WORKING_DAY = 8 * 60
# Minutes of working hours; a kind without any needs no answer.
WORKING_MINUTES: Mapping[str, int] = {
    "": WORKING_DAY,
    MessageKind.QUESTION: WORKING_DAY,
    MessageKind.COMPLAINT: 2 * WORKING_DAY,
    MessageKind.PROPOSAL: 5 * WORKING_DAY,
}
CLOCK_MINUTES: Mapping[str, int] = {MessageKind.EMERGENCY: 60, MessageKind.UNLAWFUL: 120}

# Polling interval of a channel; events wake it in addition.
FETCH_INTERVAL = timedelta(minutes=2)
# When a channel is fetched again after an error, at the latest.
FETCH_RETRY_INTERVAL = timedelta(minutes=30)

# Messages from before the first fetch that are older than this are stored as closed.
OPEN_BEFORE = timedelta(days=7)

MOST_CHARACTERS = 10_000

# How long a draft is kept, and how long after the last change its author counts as writing.
DRAFT_RETENTION = timedelta(days=30)
WRITING_WINDOW = timedelta(minutes=3)


# After longer nobody remembers why.
MAX_SNOOZE = timedelta(days=92)


def retry_delay(waited: timedelta | None) -> timedelta:
    """Until a network that did not answer is asked again: twice as long as it was left alone before, so that a restart
    of its server costs minutes and one that is gone for long is seldom asked. `waited`: since it did not answer the
    last time; None: it answered."""
    return FETCH_INTERVAL if waited is None else min(max(2 * waited, FETCH_INTERVAL), FETCH_RETRY_INTERVAL)


def snoozed_until(choice: Snooze, now: datetime) -> datetime:
    """When a message snoozed until `choice` comes back (UTC): when offices open on that day, also on a holiday."""
    today = now.astimezone(BELGRADE).date()
    days = {Snooze.TOMORROW: 1, Snooze.MONDAY: 7 - today.weekday(), Snooze.WEEK: 7}[choice]
    return datetime.combine(today + timedelta(days=days), OPENS, BELGRADE).astimezone(UTC)


# Replies below a post: (age of the post up to, interval until the next fetch).
REPLY_FETCH_SCHEDULE = (
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=6), timedelta(minutes=20)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=3), timedelta(hours=4)),
    (timedelta(days=14), timedelta(hours=12)),
)
REPLY_FETCH_UNTIL = REPLY_FETCH_SCHEDULE[-1][0]
# A missing reply is checked once more before it counts as deleted.
MISSING_RECHECK_INTERVAL = timedelta(minutes=10)


def next_reply_fetch(published_at: datetime, now: datetime) -> datetime | None:
    """When to fetch replies next; None: the post is too old."""
    pause = next((pause for limit, pause in REPLY_FETCH_SCHEDULE if now - published_at < limit), None)
    return now + pause if pause else None


def due_at(kind: str, at: datetime) -> datetime | None:
    """The deadline of a message whose time counts from `at` (UTC); None where it needs no answer."""
    if kind in CLOCK_MINUTES:
        return at + timedelta(minutes=CLOCK_MINUTES[kind])
    if kind not in WORKING_MINUTES:
        return None
    return after_working(at, WORKING_MINUTES[kind])


def after_working(start: datetime, minutes: int, opens: time = OPENS, closes: time = CLOSES) -> datetime:
    """The moment by which so many minutes of working hours have passed since `start`, in the zone of `start`.

    The inverse of `municipalities.holidays.working_minutes`: the first moment at which that reaches `minutes`.
    """
    left, day = timedelta(minutes=minutes), start.astimezone(BELGRADE).date()
    utc = start.astimezone(UTC)
    while True:
        if is_working_day(day):
            opened = max(datetime.combine(day, opens, BELGRADE).astimezone(UTC), utc)
            room = datetime.combine(day, closes, BELGRADE).astimezone(UTC) - opened
            if room >= left:
                return (opened + left).astimezone(start.tzinfo)
            left -= max(room, timedelta())
        day += timedelta(days=1)
