from datetime import UTC, datetime, timedelta

import pytest

from analytics.ingestion import rules

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(minutes=1), timedelta(minutes=10)),
        (timedelta(hours=3), timedelta(minutes=30)),
        (timedelta(hours=20), timedelta(hours=2)),
        (timedelta(days=2), timedelta(hours=6)),
        (timedelta(days=20), timedelta(days=1)),
        (timedelta(days=80), timedelta(days=7)),
    ],
)
def test_fresh_posts_are_looked_at_often_and_old_ones_seldom(age: timedelta, pause: timedelta) -> None:
    assert rules.next_fetch(NOW - age, NOW) == NOW + pause


def test_nobody_looks_at_a_post_of_ninety_days() -> None:
    assert rules.next_fetch(NOW - timedelta(days=90), NOW) is None


def test_misses_are_tried_again_later_and_later_but_every_day() -> None:
    assert rules.after_miss(1, NOW) == NOW + timedelta(minutes=30)
    assert rules.after_miss(50, NOW) == NOW + timedelta(days=1)


def test_the_first_look_waits_until_there_can_be_numbers() -> None:
    assert rules.first_fetch(NOW - timedelta(seconds=5), NOW) == NOW + timedelta(seconds=25)
    assert rules.first_fetch(NOW - timedelta(hours=2), NOW) == NOW
    assert rules.first_fetch(NOW - timedelta(days=91), NOW) is None
