"""Days and times as people type them into a plan."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.date_parsing import parse_day, parse_day_and_time, parse_time

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 24)


def test_a_day_is_read_as_people_write_it(subtests: pytest.Subtests) -> None:
    for typed in [
        "24.11.2026.", "24.11.2026", "24. 11. 2026.", "24/11/2026", "24-11-2026", "2026-11-24", "2026/11/24",
        "24.11.26.", "24.11.", "24. 11", "24. новембар 2026.", "24. новембра", "24 novembar 2026", "24. nov. 2026.",
        "24 Nov 2026",
        "24. November", "уторак, 24. 11. 2026.", "Utorak 24.11.", "уто. 24. новембар", "24. XI 2026.", "24.xi.",
        "24.11.2026. године", "24. 11. 2026. god.", "Tuesday, 24 November 2026",
    ]:  # fmt: skip
        with subtests.test(typed=typed):
            assert parse_day(typed, TODAY) == DAY


def test_what_is_no_day_is_none(subtests: pytest.Subtests) -> None:
    for typed in [
        "", "31.2.2026.", "29.2.2027", "сутра", "11/2026", "2026-13-01", "11/24/2026", "24.11.2026abc", "2026-11-24xyz",
        "2026-W48-2", "20261124", "24.1126", "24. забавембар 2026.", "24. novembarski", "0.0.0000", "-1.1.2026",
        "1" * 500, "24. " * 200,
    ]:  # fmt: skip
        with subtests.test(typed=typed):
            assert parse_day(typed, TODAY) is None


def test_months_are_known_by_name(subtests: pytest.Subtests) -> None:
    for word, month in [
        ("јануар", 1), ("фебруара", 2), ("mart", 3), ("aprila", 4), ("мај", 5), ("maja", 5), ("May", 5), ("јуна", 6),
        ("juni", 6), ("јул", 7), ("avgust", 8), ("august", 8), ("септембра", 9), ("Sept", 9), ("oktobra", 10),
        ("October", 10), ("децембар", 12),
    ]:  # fmt: skip
        with subtests.test(word=word, month=month):
            assert parse_day(f"5. {word} 2026.", TODAY) == date(2026, month, 5)


def test_a_day_without_a_year_is_the_coming_one_unless_it_was_lately() -> None:
    assert parse_day("5.1.", TODAY) == date(2027, 1, 5)
    assert parse_day("20.11.", TODAY) == date(2026, 11, 20)
    assert parse_day("29.2.", TODAY) is None
    assert parse_day("29.2.", date(2027, 12, 1)) == date(2028, 2, 29)


def test_a_time_is_read_as_people_write_it(subtests: pytest.Subtests) -> None:
    for typed, at in [
        ("9:00", time(9)), ("09.30", time(9, 30)), ("9h", time(9)), ("9 h", time(9)), ("9", time(9)),
        ("9,15", time(9, 15)),
        ("19:05", time(19, 5)), ("19:05:00", time(19, 5)), ("9h30", time(9, 30)), ("9.00 ч", time(9)),
        ("9 часова", time(9)), ("u 9 sati", time(9)), ("у 18.30 часова", time(18, 30)), ("9.30.", time(9, 30)),
        ("7 PM", time(19)),
        ("12:30 AM", time(0, 30)), ("12 pm", time(12)), ("00:00", time(0)),
    ]:  # fmt: skip
        with subtests.test(typed=typed, at=at):
            assert parse_time(typed) == at


def test_what_is_no_time_is_none(subtests: pytest.Subtests) -> None:
    for typed in ["", "25:00", "подне", "9:75", "-9", "13 pm", "0 am", "9:3", "9:00-10:00", "9" * 99]:
        with subtests.test(typed=typed):
            assert parse_time(typed) is None


def test_the_day_and_the_time_may_share_a_cell(subtests: pytest.Subtests) -> None:
    for typed, expected in [
        (("24.11.2026.", "9:00"), (DAY, time(9))),
        (("24.11.2026. 9:00", ""), (DAY, time(9))),
        (("2026-11-24 09:00", ""), (DAY, time(9))),
        (("2026-11-24T09:00", ""), (DAY, time(9))),
        (("уторак, 24. 11. 2026. у 9 часова", ""), (DAY, time(9))),
        (("24.11.2026. 9:00", "10:00"), (DAY, time(10))),
        (("24.11.2026.", "2026-11-24 09:00"), (DAY, time(9))),
        (("24.11.2026.", "2026-11-25 09:00"), (DAY, None)),
        (("24.11.2026. 9:00", "ујутру"), (DAY, None)),
        (("24. 11. 2026", ""), (DAY, None)),
        (("", "9:00"), (None, time(9))),
        (("ујутру", ""), (None, None)),
    ]:
        with subtests.test(typed=typed, found=expected):
            assert parse_day_and_time(*typed, TODAY) == expected


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_whatever_breaks_it(first: str, second: str) -> None:
    parse_day_and_time(first, second, TODAY)
