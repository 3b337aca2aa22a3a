"""Times as one says them at the counter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from django.utils import timezone, translation

from inbox.templatetags.inbox import _coming, _late, due
from municipalities.holidays import BELGRADE

# A Thursday, when the officer comes in.
NOW = datetime(2026, 11, 26, 7, 30, tzinfo=BELGRADE)


@pytest.mark.parametrize(
    ("after", "until", "at"),
    [
        (timedelta(seconds=5), "within 1 min", "today at 07:30"),
        (timedelta(minutes=20), "within 20 min", "today at 07:50"),
        (timedelta(hours=7), "today by 14:30", "today at 14:30"),
        (timedelta(hours=17), "tomorrow by 00:30", "tomorrow at 00:30"),
        (timedelta(days=4), "Monday by 07:30", "Monday at 07:30"),
        (timedelta(days=7), "by 3 December 2026", "3 December 2026"),
    ],
)
def test_a_time_to_come(after: timedelta, until: str, at: str) -> None:
    with translation.override("en"):
        assert (_coming(NOW + after, NOW, ""), _coming(NOW + after, NOW, "at")) == (until, at)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (timedelta(seconds=1), "for 1 min"),
        (timedelta(minutes=59), "for 59 min"),
        (timedelta(hours=23), "for 23 h"),
        (timedelta(days=1), "for 1 day"),
        (timedelta(days=3), "for 3 days"),
    ],
)
def test_how_long_something_is_late(by: timedelta, words: str) -> None:
    with translation.override("en"):
        assert _late(by) == words


def test_the_exact_time_is_there_for_machines_and_for_who_points_at_it() -> None:
    moment = timezone.now() + timedelta(days=3)
    element = due(moment)
    assert f'datetime="{moment:%Y-%m-%dT%H:%MZ}"' in element
    assert f'title="{timezone.localtime(moment):%d.%m.%Y. %H:%M}"' in element
    assert due(None) == ""
