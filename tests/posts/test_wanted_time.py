"""The time at which a new post begins, from an address that anybody may write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from posts.composer.wanted_time import wanted_time

NOW = datetime(2026, 11, 29, 11, 20, tzinfo=UTC)
"""12:20 in Belgrade."""


def local(**values: str) -> str:
    time, problem = wanted_time(values, NOW)
    assert problem == ""
    return f"{time.local:%Y-%m-%d %H:%M}" if time else ""


def refusal(**values: str) -> str:
    time, problem = wanted_time(values, NOW)
    assert time is None
    return problem


def test_a_day_and_a_time_are_taken_as_they_are() -> None:
    assert local(on="2026-12-08", at="10:00") == "2026-12-08 10:00"


def test_a_day_without_a_time_begins_in_the_morning() -> None:
    assert local(on="2026-12-08") == "2026-12-08 10:00"


def test_today_without_a_time_begins_at_the_next_full_hour() -> None:
    assert local(on="2026-11-29") == "2026-11-29 13:00"
    late = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)
    time, _problem = wanted_time({"on": "2026-11-29"}, late)
    assert time is not None
    assert f"{time.local:%d %H:%M}" == "29 23:59"


@pytest.mark.parametrize(
    "values",
    [
        {}, {"at": "10:00"}, {"on": ""}, {"on": "soon"}, {"on": "2026-13-40"}, {"on": "2026-12-08", "at": "25:00"},
        {"on": "2026-12-08", "at": "ten"}, {"on": "9999-12-31"}, {"on": "0001-01-01", "at": "00:00"},
        {"on": "2026-12-08\x00"}, {"on": "<script>"}, {"on": "2026-12-08", "at": ""},
    ],
)  # fmt: skip
def test_what_is_malformed_counts_as_absent(values: dict[str, Any]) -> None:
    assert wanted_time(values, NOW) == (None, "")


def test_what_is_over_is_refused_in_words() -> None:
    assert refusal(on="2026-11-28", at="10:00") == "The chosen time has passed. Choose a later time."
    assert refusal(on="2026-11-29", at="12:20") == "The chosen time has passed. Choose a later time."


def test_what_is_more_than_a_year_away_is_refused_in_words() -> None:
    assert "more than a year away" in refusal(on="2028-01-01", at="10:00")


def test_an_hour_that_does_not_exist_or_exists_twice_is_explained() -> None:
    assert "does not exist" in refusal(on="2027-03-28", at="02:30")
    assert "exists twice" in refusal(on="2027-10-31", at="02:30")


def test_seconds_and_a_zone_of_its_own_are_ignored() -> None:
    assert local(on="2026-12-08", at="10:00:30+05:00") == "2026-12-08 10:00"
