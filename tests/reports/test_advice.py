"""What the monthly report advises: only what its posts show, and only what a municipality can plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from django.utils.translation import override

from analytics.thresholds import ENOUGH_OF_A_KIND, Thin, is_fit_for_per_cent, thin
from reports.contents.advice import Month, next_steps

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
EVERY_DAY = [date(2026, 10, n) for n in range(1, 32)]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def month(**fields: Any) -> Month:
    groups = fields.pop("groups")
    posts = sum(groups.values())
    return Month(FIRST, LAST, posts, groups, calls={"pay": posts}, days=EVERY_DAY, **fields)


def test_the_strongest_kind_is_advised_with_the_posts_it_rests_on() -> None:
    groups = {"service": 8, "culture": ENOUGH_OF_A_KIND}
    (advice,) = next_steps(month(groups=groups, per_post={"service": 10.0, "culture": 40.0}))
    assert "Of the kinds that can be planned and have at least 5 posts, “Culture and sport”" in advice
    assert "40.0 interactions per post (from 5 posts), against 10.0 for the other such kinds" in advice


def test_a_kind_of_too_few_posts_is_never_the_strongest() -> None:
    groups = {"service": 8, "consultation": 9, "culture": ENOUGH_OF_A_KIND - 1}
    steps = next_steps(month(groups=groups, per_post={"service": 10.0, "consultation": 10.0, "culture": 400.0}))
    assert steps == ["Keep going: the metrics call for no changes."]


def test_nobody_is_advised_to_plan_emergencies_or_ceremonies() -> None:
    for kind in ("emergency", "ceremony", "other"):
        groups = {"service": 8, "culture": 8, kind: 8}
        steps = next_steps(month(groups=groups, per_post={"service": 10.0, "culture": 20.0, kind: 900.0}))
        assert any("“Culture and sport”" in step for step in steps)
        assert not any("900" in step for step in steps)


def test_a_kind_that_does_about_as_well_as_the_others_is_no_advice() -> None:
    steps = next_steps(month(groups={"service": 8, "culture": 8}, per_post={"service": 10.0, "culture": 11.0}))
    assert steps == ["Keep going: the metrics call for no changes."]


def test_a_change_is_in_per_cent_only_on_a_base_that_bears_it() -> None:
    assert is_fit_for_per_cent(135, 86)
    assert not is_fit_for_per_cent(600, 24)  # it would be +2,400 %
    assert not is_fit_for_per_cent(12, 6)
    assert not is_fit_for_per_cent(50.0, 40.0, counted=3)
    assert not is_fit_for_per_cent(5, 0)


def test_a_period_of_few_posts_or_few_days_is_too_thin_to_compare_with() -> None:
    assert thin(posts=5, known_days=16, days=31) is None
    assert thin(posts=4, known_days=31, days=31) == Thin.POSTS
    assert thin(posts=30, known_days=15, days=31) == Thin.DAYS
    assert thin(posts=0, known_days=0, days=31) == Thin.DAYS
