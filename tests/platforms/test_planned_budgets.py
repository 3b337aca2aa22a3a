"""How many posts a network takes: periods that roll, days and months of a time zone, and when there is room again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from platforms import budgets, registry
from platforms.budgets import IN_A_DAY, IN_A_MONTH, UNITS, UPLOADS, Budget, Period, Room, Use

NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREE_A_DAY = Budget("posts", IN_A_DAY, 3)
PACIFIC_DAY = Budget("uploads", UPLOADS, 2, Period.DAY, zone="America/Los_Angeles", is_shared=True)


def uses(*hours: float) -> list[Use]:
    """Posts so many hours from noon."""
    return [Use(NOON + number * HOUR) for number in hours]


@pytest.mark.parametrize(
    ("hours", "used"),
    [
        ((), 0),
        ((-1, -2), 2),
        # exactly a day ago is no longer in the day before
        ((-24, -23.9), 1),
        # a post of today makes the day of a later one full as well
        ((20, 21, 23), 3),
        # before and after, but never in one day
        ((-20, 20), 1),
        ((-20, 3), 2),
        ((24, 25), 0),
    ],
)
def test_a_rolling_day_is_the_fullest_to_which_the_post_belongs(hours: tuple[float, ...], used: int) -> None:
    assert budgets.used(THREE_A_DAY, uses(*hours), NOON) == used


def test_there_is_room_until_it_is_full_and_again_when_the_first_is_a_day_old() -> None:
    assert budgets.room(THREE_A_DAY, uses(-3, -2), NOON) == Room(2, NOON)
    assert budgets.room(THREE_A_DAY, uses(-3, -2, -1), NOON) == Room(3, NOON + 21 * HOUR)
    # the next post of tomorrow takes the place that is free then
    assert budgets.room(THREE_A_DAY, uses(-3, -2, -1, 21.5), NOON).free_at == NOON + 22 * HOUR


def test_a_day_of_another_zone_ends_at_its_own_midnight() -> None:
    # 3 December in California is from 8:00 on the 3rd to 8:00 on the 4th, UTC
    assert budgets.used(PACIFIC_DAY, uses(-4.5, -3.5, 19.5, 20.5), NOON) == 2
    assert budgets.room(PACIFIC_DAY, uses(0, 1), NOON) == Room(2, NOON + 20 * HOUR)


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (datetime(2026, 3, 8, 12, tzinfo=UTC), 23),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), 25),
        (datetime(2026, 11, 2, 12, tzinfo=UTC), 24),
    ],
)
def test_the_days_on_which_clocks_change_in_california_are_shorter_and_longer(at: datetime, hours: int) -> None:
    since, until = (moment.astimezone(UTC) for moment in PACIFIC_DAY.bounds(at))
    assert until - since == hours * HOUR
    assert since <= at < until
    assert PACIFIC_DAY.bounds(until)[0] == until
    last = [Use(until - timedelta(minutes=1)), Use(since), Use(until), Use(since - timedelta(seconds=1))]
    assert budgets.used(PACIFIC_DAY, last, at) == 2


def test_a_month_is_a_calendar_month() -> None:
    month = Budget("posts", IN_A_MONTH, 2, Period.MONTH)
    sent = [Use(datetime(2026, 12, 1, tzinfo=UTC)), Use(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))]
    around = [Use(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)), Use(datetime(2027, 1, 1, tzinfo=UTC))]
    assert budgets.room(month, [*sent, *around], NOON) == Room(2, datetime(2027, 1, 1, tzinfo=UTC))


def test_a_post_that_uses_more_needs_more_room() -> None:
    units = Budget("units", UNITS, 1_000, Period.DAY, costs={"post": 50, "captions": 400})
    sent = [Use(NOON, 450), Use(NOON, 450)]
    assert budgets.room(units, sent, NOON, 50).free_at == NOON
    assert budgets.room(units, sent, NOON, 450).free_at == datetime(2026, 12, 4, tzinfo=UTC)


def test_a_budget_of_nothing_has_no_room() -> None:
    assert budgets.room(Budget("posts", IN_A_DAY, 0), uses(-1), NOON).free_at is None


def test_the_posts_beyond_the_budget_are_those_that_exceed_it() -> None:
    assert budgets.exceeded(THREE_A_DAY, uses(-3, -2, -1)) == []
    assert budgets.exceeded(THREE_A_DAY, uses(-3, -2, -1, 5, 23.5)) == [NOON + 5 * HOUR]
    assert budgets.exceeded(PACIFIC_DAY, uses(0, 1, 2, 20)) == [NOON + 2 * HOUR]


def test_the_networks_that_publish_a_number_have_budgets() -> None:
    known = {key: registry.connector(key).limits({}).budgets for key in registry.PLATFORMS}
    assert {key for key, listed in known.items() if listed} == {"instagram", "threads", "tiktok", "youtube"}
    assert [(one.name, one.most, one.zone) for one in known["youtube"]] == [
        ("uploads", 100, "America/Los_Angeles"),
        ("units", 10_000, "America/Los_Angeles"),
    ]
    (month,) = registry.connector("x").limits({"options": {"posts_a_month": 500}}).budgets
    assert (month.most, month.period, month.is_shared) == (500, Period.MONTH, True)
