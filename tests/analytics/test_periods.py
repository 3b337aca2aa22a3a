"""Periods: the short ones, twelve months, everything, and dates as people type them; around New Year and on both days
on which the clock changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from analytics import months, periods
from analytics.dashboards.queries.relative_performance import typical
from analytics.periods import DAY, MONTH, QUARTER, WEEK, Chosen, Period, choose, stretches
from municipalities.tenancy import scope
from tests.analytics.numbers import Numbers
from tests.people import Cast

Ymd = tuple[int, int, int]

TODAY = date(2026, 11, 25)


def typed(since: str, until: str = "", today: date = TODAY) -> Chosen:
    return choose("own", (since, until), today, date(2024, 1, 1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24. 11. 2026.", date(2026, 11, 24)),
        ("24.11.2026.", date(2026, 11, 24)),
        ("24.11.2026", date(2026, 11, 24)),
        ("24. новембар 2026.", date(2026, 11, 24)),
        ("24. novembra 2026", date(2026, 11, 24)),
        ("2026-11-24", date(2026, 11, 24)),
        ("1. 3.", date(2026, 3, 1)),
        ("31. 12.", date(2025, 12, 31)),  # without a year it is a day that is over
    ],
)
def test_a_day_may_be_written_in_any_of_the_ways_people_write_it(text: str, day: date) -> None:
    assert typed(text, "24.11.2026.").period.first == day


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("", "", "Enter the first and the last day of the period."),
        ("", "1.11.2026.", "Enter the first day too."),
        ("абв", "", "“абв” is not a day. Write it like 24. 11. 2026. or 24.11.2026."),
        ("1.11.2026.", "31.11.2026.", "“31.11.2026.” is not a day. Write it like 24. 11. 2026. or 24.11.2026."),
        ("10.11.2026.", "1.11.2026.", "The last day lies before the first one. Exchange them."),
        ("25.11.2026.", "", "The period begins on 25 November 2026, and that day is not over yet."),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence_and_nothing_typed_is_lost(
    since: str, until: str, sentence: str, settings: Any
) -> None:
    from django.utils.translation import override

    with override("en"):
        chosen = typed(since, until)
    assert chosen.problem == sentence
    assert chosen.typed == (since, until)
    assert chosen.period.days == 28


def test_a_period_ends_yesterday_at_the_latest_and_says_so() -> None:
    chosen = typed("20.11.2026.", "30.11.2026.")
    assert (chosen.period.last, bool(chosen.note), chosen.problem) == (date(2026, 11, 24), True, "")
    assert typed("24.11.2026.", "24.11.2026.").period.days == 1


def test_a_slip_of_a_century_does_not_draw_a_hundred_years() -> None:
    chosen = typed("24.11.1926.", "24.11.2026.")
    assert chosen.period.first.year >= TODAY.year - periods.MOST_YEARS - 1
    assert chosen.note


def test_twelve_months_and_everything() -> None:
    year = choose("12m", ("", ""), TODAY, None).period
    assert (year.first, year.last, year.days) == (date(2025, 11, 25), date(2026, 11, 24), 365)
    assert choose("12m", ("", ""), date(2024, 3, 1), None).period.first == date(2023, 3, 1)
    assert choose("all", ("", ""), TODAY, date(2024, 5, 2)).period.first == date(2024, 5, 2)
    assert choose("all", ("", ""), TODAY, None).period.days == 1
    assert choose("anything", ("", ""), TODAY, None).period.key == "28"


def test_around_new_year_the_days_before_lie_in_the_old_year() -> None:
    period = choose("28", ("", ""), date(2027, 1, 15), None).period
    assert (period.first, period.last) == (date(2026, 12, 18), date(2027, 1, 14))
    assert (period.before.first, period.before.last) == (date(2026, 11, 20), date(2026, 12, 17))
    months = stretches(choose("12m", ("", ""), date(2027, 1, 15), None).period)
    assert (months.unit, months.firsts[0], months.firsts[1]) == (MONTH, date(2026, 1, 15), date(2026, 2, 1))
    assert (months.firsts[-1], months.lasts[-1], months.lasts[-2]) == (
        date(2027, 1, 1), date(2027, 1, 14), date(2026, 12, 31),
    )  # fmt: skip


def test_stretches_cover_each_day_once_whatever_the_length(subtests: pytest.Subtests) -> None:
    for days in [1, 7, 28, 31, 32, 90, 182, 183, 365, 1096]:
        with subtests.test(days=days):
            period = Period(TODAY - timedelta(days=days - 1), TODAY)
            result = stretches(period)
            covered = [
                first + timedelta(days=n)
                for first, last in zip(result.firsts, result.lasts, strict=True)
                for n in range((last - first).days + 1)
            ]
            assert covered == period.dates
            assert len(result) <= 31
            assert result.unit == (DAY if days <= 31 else WEEK if days <= 182 else MONTH if days <= 365 else QUARTER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "cell"),
    [
        ("2026-03-29T00:30+00:00", (6, 0)),  # 01:30, half an hour before the clock goes forward
        ("2026-03-29T01:30+00:00", (6, 0)),  # 03:30: the hour from two to three does not exist
        ("2026-03-29T04:15+00:00", (6, 1)),  # 06:15 in summer time
        ("2026-03-28T22:59+00:00", (5, 6)),  # 23:59 on the evening before, still winter time
        ("2026-10-25T00:30+00:00", (6, 0)),  # 02:30 for the first time
        ("2026-10-25T01:30+00:00", (6, 0)),  # and for the second
        ("2026-10-25T05:15+00:00", (6, 1)),  # 06:15 in winter time
        ("2026-10-24T22:15+00:00", (6, 0)),  # already Sunday in Belgrade
    ],
)
def test_a_post_lies_in_the_hours_and_on_the_day_of_belgrade(cast: Cast, moment: str, cell: tuple[int, int]) -> None:
    from datetime import datetime

    numbers = Numbers(cast.cuprija, cast.officer)
    channel = numbers.channel()
    for _ in range(10):
        numbers.post(channel, datetime.fromisoformat(moment), likes=4)
    with scope(cast.cuprija):
        judged = typical(Period(date(2026, 1, 1), date(2026, 11, 1)), TODAY)
    assert {key: (typical_of_cell.times, typical_of_cell.posts) for key, typical_of_cell in judged.cells.items()} == {
        cell: (1.0, 10)
    }


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ((2026, 5, 1), (2026, 5, 31), ((2026, 5, 1), (2026, 5, 31))),
        ((2026, 5, 2), (2026, 7, 1), ((2026, 6, 1), (2026, 6, 30))),
        ((2025, 11, 30), (2026, 3, 30), ((2025, 12, 1), (2026, 2, 28))),
        ((2026, 5, 2), (2026, 6, 29), None),
        ((2026, 5, 3), (2026, 5, 20), None),
    ],
)
def test_the_whole_months_of_a_period(first: Ymd, last: Ymd, whole: tuple[Ymd, Ymd] | None) -> None:
    within = months.within(Period(date(*first), date(*last)))
    assert (within and (within.first, within.last)) == (whole and (date(*whole[0]), date(*whole[1])))
