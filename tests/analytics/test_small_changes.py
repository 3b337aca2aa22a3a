"""A change on a base too small for a per cent is told in numbers, on pages and in the programme's report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django.utils import translation

from analytics.comparison.measures import MEASURES, Figures
from analytics.comparison.small_changes import in_numbers
from analytics.logframe import FEW_POSTS
from analytics.thresholds import ENOUGH_OF_A_KIND


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def said(now: Figures, then: Figures | None, key: str = "interactions") -> str:
    return in_numbers(now, then, MEASURES[key], 10_000)


def test_a_month_of_one_post_makes_no_thousands_of_per_cent() -> None:
    assert said(Figures(30, posts=25, interactions=470), Figures(30, posts=1, interactions=12)) == "from 12 to 470"
    assert said(Figures(30, posts=25, interactions=1000), Figures(30, posts=1, interactions=24)) == "from 24 to 1,000"


def test_periods_of_different_length_are_told_by_the_day() -> None:
    assert said(Figures(90, posts=9, interactions=180), Figures(28, posts=1, interactions=14)) == "from 0.50 to 2 a day"


def test_a_base_that_bears_it_is_said_in_per_cent() -> None:
    assert said(Figures(30, posts=25, interactions=150), Figures(30, posts=20, interactions=100)) == ""


def test_a_share_changes_in_points_and_what_is_not_known_not_at_all() -> None:
    few = Figures(30, posts=1, interactions=2, calls=1)
    assert said(few, few, "calls") == ""
    assert said(few, None) == ""
    assert said(few, Figures(30)) == ""


def test_there_is_one_floor() -> None:
    assert FEW_POSTS == ENOUGH_OF_A_KIND
