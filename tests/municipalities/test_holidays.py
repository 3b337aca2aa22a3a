from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from municipalities.holidays import catholic_easter, holidays, is_working_day, orthodox_easter, working_minutes

BELGRADE = ZoneInfo("Europe/Belgrade")


def closed(year):
    days = holidays(date(year, 1, 1), date(year, 12, 31))
    return sorted({(day.on.day, day.on.month) for day in days if not day.is_working}, key=lambda pair: pair[::-1])


def keys(start, end, slug=None):
    return [day.key for day in holidays(start, end, slug)]


def local(*parts):
    return datetime(*parts, tzinfo=BELGRADE)


def test_the_non_working_days_of_2026_are_the_published_ones():
    assert closed(2026) == [
        (1, 1), (2, 1), (7, 1), (15, 2), (16, 2), (17, 2), (10, 4), (11, 4), (12, 4), (13, 4), (1, 5), (2, 5), (11, 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2026, 4, 12), (2027, 5, 2), (2028, 4, 16), (2029, 4, 8), (2030, 4, 28)],
)
def test_orthodox_easter_is_computed(year, month, day):
    assert orthodox_easter(year) == date(year, month, day)


def test_catholic_easter_is_computed():
    assert [catholic_easter(year) for year in (2024, 2026, 2038)] == [
        date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sunday", "free"),
    [
        (date(2026, 2, 15), date(2026, 2, 17)),
        (date(2027, 5, 2), date(2027, 5, 4)),
        (date(2028, 1, 2), date(2028, 1, 3)),
        (date(2029, 11, 11), date(2029, 11, 12)),
    ],
)
def test_a_state_holiday_on_a_sunday_frees_the_next_working_day(sunday, free):
    moved = [day for day in holidays(free, free) if day.is_moved]
    assert len(moved) == 1
    assert not moved[0].is_working
    assert moved[0].key in keys(sunday, sunday)
    assert not is_working_day(free)


def test_a_religious_holiday_and_a_working_one_on_a_sunday_free_nothing():
    assert date(2029, 1, 7).weekday() == 6
    assert is_working_day(date(2029, 1, 8))
    assert date(2027, 5, 9).weekday() == 6
    assert is_working_day(date(2027, 5, 10))


def test_bajram_is_announced_for_2026_and_estimated_for_later_years():
    announced = [day for day in holidays(date(2026, 1, 1), date(2026, 12, 31)) if day.kind == "islamic"]
    assert [(day.on, day.is_estimate) for day in announced] == [(date(2026, 3, 20), False), (date(2026, 5, 27), False)]
    later = [day for day in holidays(date(2027, 1, 1), date(2027, 12, 31)) if day.kind == "islamic"]
    assert [(day.on, day.is_estimate, day.is_working) for day in later] == [
        (date(2027, 3, 10), True, True),
        (date(2027, 5, 17), True, True),
    ]


def test_a_year_may_hold_an_islamic_day_twice():
    days = [day.on for day in holidays(date(2033, 1, 1), date(2033, 12, 31)) if day.key == "ramadan-bajram"]
    assert len(days) == 2
    assert days[0].month == 1
    assert days[1].month == 12


def test_local_days_belong_to_their_municipality_only():
    assert "kragujevac-day" in keys(date(2026, 5, 6), date(2026, 5, 6), "kragujevac")
    assert keys(date(2026, 5, 6), date(2026, 5, 6), "cuprija") == []
    assert keys(date(2026, 10, 10), date(2026, 10, 10), "vlasotince") == ["vlasotince-day"]


def test_the_twenty_first_of_october_is_sensitive_everywhere_and_the_only_such_day():
    sensitive = [day.on for day in holidays(date(2026, 1, 1), date(2027, 12, 31)) if day.sensitive]
    assert sensitive == [date(2026, 10, 21), date(2027, 10, 21)]


def test_a_name_comes_in_the_language_and_script_of_the_interface():
    (day,) = holidays(date(2026, 1, 7), date(2026, 1, 7))
    assert (day.name("sr"), day.name("sr-latn"), day.name("en")) == ("Божић", "Božić", "Orthodox Christmas")


def test_holidays_come_in_order_and_both_ends_belong_to_the_range():
    days = [day.on for day in holidays(date(2026, 12, 25), date(2027, 1, 7))]
    assert days == sorted(days)
    assert days[0] == date(2026, 12, 25)
    assert days[-1] == date(2027, 1, 7)


@pytest.mark.parametrize(
    ("asked", "answered", "minutes"),
    [
        (local(2026, 11, 20, 14, 30), local(2026, 11, 23, 7, 30), 60),
        (local(2026, 2, 13, 14, 30), local(2026, 2, 18, 7, 30), 60),
        (local(2026, 11, 24, 8, 0), local(2026, 11, 24, 8, 45), 45),
        (local(2026, 11, 23, 16, 0), local(2026, 11, 23, 22, 0), 0),
        (local(2026, 11, 23, 5, 0), local(2026, 11, 24, 23, 0), 960),
        (local(2026, 11, 24, 9, 0), local(2026, 11, 24, 8, 0), 0),
        (local(2026, 3, 27, 14, 0), local(2026, 3, 30, 8, 0), 120),
    ],
)
def test_the_clock_counts_office_hours_only(asked, answered, minutes):
    assert working_minutes(asked, answered) == minutes
    utc = ZoneInfo("UTC")
    assert working_minutes(asked.astimezone(utc), answered.astimezone(utc)) == minutes


def test_offices_with_other_hours_have_their_own_clock():
    asked, answered = local(2026, 11, 23, 17, 0), local(2026, 11, 24, 9, 0)
    assert working_minutes(asked, answered, opens=time(8), closes=time(18)) == 120
