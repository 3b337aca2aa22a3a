"""Which days a repetition falls on, and which slot is free next."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.rules import MOST_TIMES, RecurrenceRule, next_free, recurrence_days
from posts.rules import ResolvedTime, resolve_wall_time

MONDAY = date(2026, 11, 30)


def moment(on: date, at: time) -> datetime:
    resolution = resolve_wall_time(on, at)
    assert isinstance(resolution, ResolvedTime)
    return resolution.due_at


def test_every_week_on_its_days_from_the_first_to_the_last() -> None:
    pattern = RecurrenceRule("week", (0, 3), MONDAY + timedelta(days=1), MONDAY + timedelta(days=10))
    assert recurrence_days(pattern) == [date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 10)]


def test_every_two_weeks_counts_from_the_week_it_starts_in() -> None:
    pattern = RecurrenceRule("two_weeks", (4,), MONDAY, MONDAY + timedelta(days=40))
    assert recurrence_days(pattern) == [date(2026, 12, 4), date(2026, 12, 18), date(2027, 1, 1)]


def test_a_month_without_the_day_takes_its_last() -> None:
    pattern = RecurrenceRule("month", (), date(2027, 1, 31), date(2027, 4, 30))
    assert recurrence_days(pattern) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_holidays_are_left_out() -> None:
    pattern = RecurrenceRule("week", (0,), MONDAY, MONDAY + timedelta(days=14))
    assert recurrence_days(pattern, without={date(2026, 12, 7)}) == [MONDAY, date(2026, 12, 14)]


@given(
    st.sampled_from(["week", "two_weeks", "month"]),
    st.lists(st.integers(0, 6), min_size=1, max_size=7),
    st.integers(0, 900),
)
def test_a_repetition_stays_within_its_days_and_its_number(every: str, weekdays: list[int], length: int) -> None:
    dates = recurrence_days(RecurrenceRule(every, tuple(weekdays), MONDAY, MONDAY + timedelta(days=length)))
    assert len(dates) <= MOST_TIMES
    assert dates == sorted(set(dates))
    assert all(MONDAY <= day <= MONDAY + timedelta(days=length) for day in dates)


SLOTS = [(1, 0, time(7, 30)), (1, 0, time(12)), (2, 0, time(12)), (1, 2, time(19))]


def test_the_next_free_slot_is_the_first_after_now() -> None:
    free = next_free(SLOTS, [], datetime(2026, 11, 30, 7, 30))
    assert free is not None
    assert (free.time.local, free.channels) == (datetime(2026, 11, 30, 12), (1, 2))


def test_a_slot_with_a_post_near_it_on_one_of_its_channels_is_taken() -> None:
    taken = [(2, moment(MONDAY, time(12)) + timedelta(minutes=20))]
    free = next_free(SLOTS, taken, datetime(2026, 11, 30, 8))
    assert free is not None
    assert free.time.local == datetime(2026, 12, 2, 19)


def test_a_post_on_another_channel_or_half_an_hour_away_takes_nothing() -> None:
    taken = [(3, moment(MONDAY, time(12))), (1, moment(MONDAY, time(12)) + timedelta(minutes=30))]
    free = next_free(SLOTS, taken, datetime(2026, 11, 30, 8))
    assert free is not None
    assert free.time.local == datetime(2026, 11, 30, 12)


def test_a_slot_that_the_clock_skips_in_spring_is_not_offered() -> None:
    free = next_free([(1, 6, time(2, 30))], [], datetime(2027, 3, 27, 12))
    assert free is not None
    assert free.time.local == datetime(2027, 4, 4, 2, 30)


def test_the_same_wall_time_is_another_moment_in_summer() -> None:
    winter = next_free([(1, 5, time(9))], [], datetime(2027, 3, 26, 12))
    summer = next_free([(1, 0, time(9))], [], datetime(2027, 3, 28, 12))
    assert winter is not None
    assert summer is not None
    assert (winter.time.due_at.hour, summer.time.due_at.hour) == (8, 7)


@pytest.mark.parametrize("slots", [[], [(1, 0, time(9))]])
def test_without_a_slot_that_is_free_there_is_none(slots: list[tuple[int, int, time]]) -> None:
    every_monday = {MONDAY + timedelta(weeks=week) for week in range(20)}
    assert next_free(slots, [], datetime(2026, 11, 29, 9), without=every_monday) is None
