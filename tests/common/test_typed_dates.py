"""Days and times as people type them: the day comes before the month, and nothing else is guessed."""

from __future__ import annotations

from datetime import date, time

import pytest

from common.typed_dates import parse_clock, parse_day, typed_day


@pytest.mark.parametrize("text", ["06.12.2026", "6.12.2026.", "06. 12. 2026.", " 6 . 12 . 2026 ", "2026-12-06"])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert parse_day(text) == date(2026, 12, 6)


@pytest.mark.parametrize("text", ["12/06/2026", "06/12/2026", "31.11.2026", "6.12.", "6.12.26", "сутра", ""])
def test_what_could_be_another_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text)


@pytest.mark.parametrize("text", ["9:30", "09:30", "9.30", "09.30", "0930", "9 : 30", "09:30h", "9.30 ч"])
def test_a_time_is_read_as_people_write_it(text: str) -> None:
    assert parse_clock(text) == time(9, 30)


def test_an_hour_alone_is_the_full_hour() -> None:
    assert parse_clock("16") == parse_clock("16h") == time(16)


@pytest.mark.parametrize("text", ["24:00", "9:60", "930", "9,30", "подне", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_clock(text)


def test_what_a_field_shows_is_read_as_the_same_day() -> None:
    assert typed_day(date(2026, 8, 12)) == "12.08.2026"
    assert parse_day("12.08.2026") == date(2026, 8, 12)
