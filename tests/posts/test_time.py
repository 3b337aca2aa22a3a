"""What a time on the clock in Belgrade means, on the two nights of the year when that is not obvious."""

from datetime import UTC, date, datetime, time

import pytest

from municipalities.holidays import holidays
from posts.rules import AmbiguousTime, NonexistentTime, ResolvedTime, resolve_wall_time, time_warnings

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def test_an_ordinary_time_is_one_moment() -> None:
    resolution = resolve_wall_time(date(2027, 6, 1), time(9, 30))
    assert isinstance(resolution, ResolvedTime)
    assert resolution.due_at == datetime(2027, 6, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_a_time_in_the_spring_gap_does_not_exist(minute: int) -> None:
    resolution = resolve_wall_time(SPRING, time(2, minute))
    assert isinstance(resolution, NonexistentTime)
    assert resolution.next_valid == datetime(2027, 3, 28, 3, 0)


@pytest.mark.parametrize(("at", "utc"), [(time(1, 59), 0), (time(3, 0), 1)])
def test_the_times_around_the_gap_exist(at: time, utc: int) -> None:
    resolution = resolve_wall_time(SPRING, at)
    assert isinstance(resolution, ResolvedTime)
    assert resolution.due_at.hour == utc


def test_a_time_in_the_autumn_hour_exists_twice_an_hour_apart() -> None:
    resolution = resolve_wall_time(AUTUMN, time(2, 15))
    assert isinstance(resolution, AmbiguousTime)
    first, second = resolution.options
    assert (second.due_at - first.due_at).total_seconds() == 3600
    assert (first.fold, second.fold) == (0, 1)


@pytest.mark.parametrize(("fold", "hour"), [(0, 0), (1, 1)])
def test_a_fold_chooses_one_of_the_two(fold: int, hour: int) -> None:
    resolution = resolve_wall_time(AUTUMN, time(2, 15), fold)
    assert isinstance(resolution, ResolvedTime)
    assert resolution.due_at == datetime(2027, 10, 31, hour, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "codes"),
    [
        (datetime(2026, 11, 24, 10, 0), []),
        (datetime(2026, 11, 24, 6, 59), ["early"]),
        (datetime(2026, 11, 24, 21, 0), ["late"]),
        (datetime(2026, 11, 22, 10, 0), ["sunday"]),
        (datetime(2026, 2, 17, 10, 0), ["holiday"]),  # Sretenje fell on a Sunday
        (datetime(2026, 10, 21, 10, 0), ["sensitive"]),
    ],
)
def test_unusual_times_are_told_with_their_reason(local: datetime, codes: list[str]) -> None:
    assert [warning.code for warning in time_warnings(local, holidays(local.date(), local.date()))] == codes
