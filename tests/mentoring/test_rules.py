"""Working hours and levels, without a table."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from mentoring.rules import FEW, MentorQuestion, questions, response_time, working_hours
from municipalities.holidays import BELGRADE


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-25 09:00", "2026-11-25 11:30", 2.5),  # within a Wednesday
        ("2026-11-25 14:00", "2026-11-26 08:00", 2),  # over the night
        ("2026-11-25 16:00", "2026-11-25 20:00", 0),  # after the offices closed
        ("2026-11-27 14:00", "2026-11-30 08:00", 2),  # over a weekend
        ("2026-02-13 14:00", "2026-02-18 08:00", 2),  # Statehood Day, Sunday to Tuesday
        ("2026-10-23 14:00", "2026-10-26 08:00", 2),  # the clocks go back in between
        ("2026-11-25 11:00", "2026-11-25 09:00", 0),
    ],
)
def test_only_the_hours_of_offices_count(since: str, until: str, hours: float) -> None:
    assert working_hours(at(since), at(until)) == hours


def test_days_of_absence_do_not_count() -> None:
    since, until = at("2026-11-23 14:00"), at("2026-11-27 08:00")
    assert working_hours(since, until) == 1 + 3 * 8 + 1
    assert working_hours(since, until, [(date(2026, 11, 24), date(2026, 11, 26))]) == 2
    assert working_hours(since, until, [(date(2026, 11, 1), date(2026, 11, 23))]) == 25
    assert working_hours(since, until, [(date(2026, 12, 1), date(2026, 12, 3))]) == 26


def test_a_question_is_answered_by_the_first_word_after_it() -> None:
    one, two, three, four = (at(f"2026-11-25 {hour}:00") for hour in ("08", "09", "10", "11"))
    assert questions([one, two], [three]) == [MentorQuestion(one, three)]
    assert questions([one, three], [two, four]) == [MentorQuestion(one, two), MentorQuestion(three, four)]
    assert questions([two], [one]) == [MentorQuestion(two, None)]
    assert questions([], [one]) == []


def test_a_median_is_told_from_five_answers_on() -> None:
    now = at("2026-11-25 15:00")

    def asked(hours: int) -> MentorQuestion:
        return MentorQuestion(at("2026-11-25 07:00"), at("2026-11-25 07:00") + timedelta(hours=hours))

    few = response_time([asked(1)] * (FEW - 1) + [MentorQuestion(now, None)], 30, now)
    assert (few.hours, few.answered, few.asked) == (None, FEW - 1, FEW)
    enough = response_time([asked(hours) for hours in (1, 1, 2, 5, 8)], 30, now)
    assert (enough.hours, enough.answered) == (2, 5)


def test_older_questions_do_not_count() -> None:
    now = at("2026-11-25 15:00")
    old = MentorQuestion(now - timedelta(days=31), now - timedelta(days=30))
    assert response_time([old], 30, now).asked == 0
    assert response_time([old], 90, now).asked == 1
