"""A machine whose clock is wrong is noticed by comparing it with the database's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.utils import timezone

from common import clock

pytestmark = pytest.mark.django_db


def test_the_same_clock_is_right() -> None:
    assert abs(clock.seconds_ahead()) < 1
    assert not clock.is_wrong(clock.seconds_ahead())


@pytest.mark.parametrize("minutes", [5, -5])
def test_a_clock_that_moved_is_measured(minutes: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
        ahead = clock.seconds_ahead()
    assert ahead == pytest.approx(minutes * 60, abs=2)
    assert clock.is_wrong(ahead)


def test_a_few_seconds_are_accepted() -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=20), tick=True):
        assert not clock.is_wrong(clock.seconds_ahead())


def test_zero_accepts_any_clock(settings: Any) -> None:
    settings.CLOCK_TOLERANCE_SECONDS = 0
    assert not clock.is_wrong(300)


@pytest.mark.parametrize(("ahead", "words"), [(300.4, "300 s ahead of"), (-300.4, "300 s behind")])
def test_the_sentence_names_the_difference(ahead: float, words: str) -> None:
    assert words in clock.sentence(ahead)
