"""The week of several municipalities as it is drawn: each post in its row and column, and on a phone a list by day."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from django.urls import reverse

from tests.browsing import PHONE, WIDE, enter, violations
from tests.mentoring.test_calendars import WEDNESDAY, written
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BOX = "element => { const box = element.getBoundingClientRect(); return [box.left, box.right, box.top, box.bottom]; }"


@pytest.fixture
def week(page: Any, live_server: Any, cast: Cast) -> Any:
    for place, author in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        written(place, author, f"Обавештење: {'водоснабдевање' * 6}", count=6)
    enter(page, live_server, cast.mentor)
    page.goto(f"{live_server.url}{reverse('calendars')}?date={WEDNESDAY}")
    return page


def box(page: Any, selector: str) -> list[float]:
    """Its edges in pixels: left, right, top, bottom."""
    edges: list[float] = page.locator(selector).first.evaluate(BOX)
    return edges


def test_a_post_stands_in_the_row_of_its_municipality_and_the_column_of_its_day(week: Any) -> None:
    week.set_viewport_size(WIDE)
    names, day = box(week, ".places a"), box(week, f".places-day:has(#day-{WEDNESDAY})")
    days = [section.evaluate(BOX) for section in week.locator(".places-day").all()]
    for before, after in pairwise([names, *days]):
        assert before[1] <= after[0] + 1
    assert all(abs((right - left) - (day[1] - day[0])) < 1 for left, right, _top, _bottom in days)
    assert days[-1][1] <= box(week, ".places-week")[1]
    for number in (1, 2):
        row = box(week, f".places .place-{number}")
        for entry in week.locator(f".places-day .place-{number} .entry").all():
            left, right, top, bottom = entry.evaluate(BOX)
            assert day[0] <= left < right <= day[1]
            assert right - left > 0.8 * (day[1] - day[0])
            assert row[2] <= top < bottom <= row[3]


def test_on_a_phone_it_is_a_list_by_day_with_the_names(week: Any) -> None:
    week.set_viewport_size(PHONE)
    assert not week.locator(".places").is_visible()
    assert week.get_by_role("heading", name="Ćuprija").is_visible()
    assert week.locator(".entry").first.evaluate("element => element.clientWidth") > 300


def test_it_is_usable_for_everybody(week: Any) -> None:
    for size in (WIDE, PHONE):
        week.set_viewport_size(size)
        assert violations(week) == []
        assert week.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_everything_on_it_is_reached_by_the_tab_key(week: Any) -> None:
    week.set_viewport_size(WIDE)
    week.locator(".places a").first.focus()
    for _step in range(2):
        week.keyboard.press("Tab")
    assert week.evaluate("document.activeElement.matches('.places-day .entry-link')")
