"""Days and times as people type them: the day comes before the month, and nothing else is guessed."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from django import forms
from django.utils.translation import override

from common.typed_date_fields import MomentField
from common.typed_dates import parse_clock, parse_day, typed_day
from tests.architecture.test_source import MODULES, name_of


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


class MomentForm(forms.Form):
    at = MomentField(required=False)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ({"at_0": "6.12.2026.", "at_1": "9.30"}, "2026-12-06T09:30:00+01:00"),
        ({"at_0": "06.07.2026", "at_1": "21"}, "2026-07-06T21:00:00+02:00"),
        ({"at": "2026-12-06T09:30"}, "2026-12-06T09:30:00+01:00"),
        ({"at_0": "", "at_1": ""}, None),
        ({}, None),
    ],
)
def test_a_day_and_a_time_are_typed_beside_each_other(typed: dict[str, str], moment: str | None) -> None:
    form = MomentForm(typed)
    assert form.is_valid(), form.errors
    at = form.cleaned_data["at"]
    assert (at and at.isoformat()) == moment


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"at_0": "12/06/2026", "at_1": "9:30"}, "This is not a day"),
        ({"at_0": "6.12.2026", "at_1": "25:00"}, "This is not a time"),
        ({"at_0": "6.12.2026", "at_1": ""}, "Enter the time too"),
        ({"at_0": "", "at_1": "10:00"}, "Enter the day too"),
        ({"at_0": "25.10.2026", "at_1": "02:30"}, "this time exists twice or not at all"),
        ({"at_0": "29.3.2026", "at_1": "02:30"}, "this time exists twice or not at all"),
    ],
)
def test_half_a_moment_and_one_that_is_none_are_refused(typed: dict[str, str], error: str) -> None:
    with override("en"):
        form = MomentForm(typed)
        assert error in str(form.errors)
        assert 'value="' in str(form["at"])


def test_no_form_has_a_browsers_own_field_for_a_day_or_a_time() -> None:
    """It shows 08/12 in the order of the computer's language, and 14:30 as 2:30 PM; months have no order."""
    root = Path(__file__).parents[2]
    sources = [path for name in ("templates", "static/js") for path in (root / name).rglob("*") if path.is_file()]
    own = re.compile(r"""type(="|": ")(date|datetime-local|time)\"""")
    assert [name_of(path) for path in [*sources, *MODULES] if own.search(path.read_text(errors="ignore"))] == []
