"""Until when an answer is promised: working hours, holidays, the clock change, and a slow obvious way to reckon."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox import rules
from inbox.enums import MessageKind
from municipalities.holidays import is_working_day, working_minutes

BELGRADE = ZoneInfo("Europe/Belgrade")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-27T14:30", 60, "2026-11-30T07:30"),  # Friday to Monday
        ("2026-02-13T14:30", 60, "2026-02-18T07:30"),  # over Sretenje, three days off
        ("2026-11-25T07:00", 480, "2026-11-25T15:00"),  # a whole day ends when the offices close
        ("2026-11-25T03:00", 60, "2026-11-25T08:00"),
        ("2026-11-25T20:00", 60, "2026-11-26T08:00"),
        ("2026-12-31T14:00", 120, "2027-01-04T08:00"),  # New Year: 1 and 2 January, then a Sunday
        ("2026-03-27T14:00", 120, "2026-03-30T08:00"),  # the clock goes forward on Sunday
        ("2026-10-23T14:00", 120, "2026-10-26T08:00"),  # and back
    ],
)
def test_working_hours_after_a_moment(start: str, minutes: int, end: str) -> None:
    assert rules.after_working(local(start), minutes) == local(end)


def slow(start: datetime, minutes: int) -> datetime:
    """Minute by minute, as somebody with a stop-watch would."""
    at, left = start.astimezone(UTC).replace(second=0, microsecond=0), minutes
    while left:
        clock = at.astimezone(BELGRADE)
        if is_working_day(clock.date()) and 7 <= clock.hour < 15:
            left -= 1
        at += timedelta(minutes=1)
    return at


def test_it_is_what_a_stop_watch_says() -> None:
    chance = random.Random(7)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(150):
        start = begin + timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
        minutes = chance.choice([1, 59, 60, 480, 481, 960, 2400])
        deadline = rules.after_working(start, minutes)
        assert deadline == slow(start, minutes)
        assert working_minutes(start, deadline) == minutes


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("", "2026-11-30T14:30"),
        (MessageKind.QUESTION, "2026-11-30T14:30"),
        (MessageKind.COMPLAINT, "2026-12-01T14:30"),
        (MessageKind.PROPOSAL, "2026-12-04T14:30"),
        (MessageKind.EMERGENCY, "2026-11-27T15:30"),
        (MessageKind.UNLAWFUL, "2026-11-27T16:30"),
        (MessageKind.PRAISE, None),
        (MessageKind.SPAM, None),
    ],
)
def test_each_kind_has_its_time(kind: str, due: str | None) -> None:
    deadline = rules.due_at(kind, local("2026-11-27T14:30"))
    assert deadline == (local(due) if due else None)
