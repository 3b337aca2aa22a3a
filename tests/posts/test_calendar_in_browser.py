"""The calendar by hand: a post is dragged and brought back, begun from a day, and found on a phone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from posts.models import Post
from tests.browsing import PHONE, WIDE, enter, violations
from tests.people import Cast
from tests.posts.desk import Desk, opened
from tests.posts.test_calendar_pages import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MONTH = (timezone.localdate().replace(day=1) + timedelta(days=62)).replace(day=10)
"""The 10th of a month to come: the days around it are on the same page and have not passed."""


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def calendar(page: Any, live_server: Any, desk: Desk) -> Any:
    enter(page, live_server, desk.cast.officer)

    def go(**values: str) -> Any:
        query = "&".join(f"{name}={value}" for name, value in values.items())
        page.goto(f"{live_server.url}{reverse('calendar', args=['cuprija'])}?{query}")
        return page

    return go


def written(desk: Desk, at: str = "10:00", on: date = MONTH, text: str = "Пијачни дан") -> Post:
    with scope(desk.municipality):
        return desk.write(text, time=clock(at, on) if at else None)


def lies_on(page: Any, day: date, hour: str = "") -> None:
    within = f"[data-day='{day}'] " + (f"[data-hour='{hour}'] " if hour else "")
    expect(page.locator(f"{within}.entry:not([aria-busy])")).to_have_count(1)


def due(desk: Desk, post: Post) -> str:
    with scope(desk.municipality):
        return f"{desk.reload(post).local_time:%Y-%m-%d %H:%M}"


def test_a_dragged_post_comes_back_with_undo(calendar: Any, desk: Desk) -> None:
    post = written(desk)
    page = calendar(date=str(MONTH))
    page.locator(".entry").drag_to(page.locator(f"[data-day='{MONTH + timedelta(days=1)}']"))
    lies_on(page, MONTH + timedelta(days=1))
    page.get_by_role("button", name="Undo").click()
    lies_on(page, MONTH)
    expect(page.locator(".toast", has_text="Moved back.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert due(desk, post) == f"{MONTH} 10:00"


def test_a_post_stands_at_its_new_day_at_once_and_goes_back_where_the_server_refuses(calendar: Any, desk: Desk) -> None:
    post = written(desk)
    page = calendar(date=str(MONTH))
    page.route("**/move/", lambda route: route.abort())
    page.evaluate(
        """() => {
          new MutationObserver(() => {
            const moved = document.querySelector(".entry[aria-busy]");
            if (moved) window.movedTo = moved.closest("[data-day]").dataset.day;
          }).observe(document.getElementById("calendar"), { childList: true, subtree: true });
        }"""
    )
    page.locator(".entry-link").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".toast")).to_be_visible()
    assert page.evaluate("window.movedTo") == str(MONTH + timedelta(days=7))
    lies_on(page, MONTH)
    expect(page.locator(".entry-link")).to_be_focused()
    assert due(desk, post) == f"{MONTH} 10:00"


def test_a_move_by_keyboard_is_undone_by_keyboard(calendar: Any, desk: Desk) -> None:
    post = written(desk)
    page = calendar(date=str(MONTH))
    page.locator(".entry-link").focus()
    page.keyboard.press("Alt+ArrowDown")
    lies_on(page, MONTH + timedelta(days=7))
    page.locator(".toast").wait_for()
    page.keyboard.press("Control+z")
    lies_on(page, MONTH)
    assert due(desk, post) == f"{MONTH} 10:00"


def test_a_plus_begins_a_post_on_its_day_and_an_hour_at_its_time(calendar: Any, desk: Desk) -> None:
    page = calendar(date=str(MONTH))
    page.locator(f"[data-day='{MONTH}'] .day-new").press("Enter")
    expect(page.locator("#date")).to_have_value(f"{MONTH:%d.%m.%Y}")
    expect(page.locator("#time")).to_have_value("10:00")
    page = calendar(view="week", date=str(MONTH))
    page.locator(f"[data-day='{MONTH}'] .day-new").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#date")).to_have_value(f"{MONTH:%d.%m.%Y}")
    expect(page.locator("#time")).to_have_value("08:00")


def test_a_drag_to_an_hour_of_the_week_sets_the_hour(calendar: Any, desk: Desk) -> None:
    post = written(desk)
    page = calendar(view="week", date=str(MONTH))
    lies_on(page, MONTH, "10:00")
    to = MONTH + timedelta(days=1 if MONTH.weekday() < 6 else -1)
    page.locator(".entry").drag_to(page.locator(f"[data-day='{to}'] [data-hour='14:00']"))
    lies_on(page, to, "14:00")
    assert due(desk, post) == f"{to} 14:00"


def test_in_the_week_the_arrow_keys_move_by_an_hour_or_a_day(calendar: Any, desk: Desk) -> None:
    monday = MONTH - timedelta(days=MONTH.weekday())
    post = written(desk, "10:30", monday)
    page = calendar(view="week", date=str(MONTH))
    page.locator(".entry-link").focus()
    page.keyboard.press("Alt+ArrowDown")
    lies_on(page, monday, "11:00")
    expect(page.locator(".entry-link")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    lies_on(page, monday + timedelta(days=1), "11:00")
    assert due(desk, post) == f"{monday + timedelta(days=1)} 11:30"


def test_the_line_of_the_present_hour_follows_the_clock_of_the_page(calendar: Any, desk: Desk, page: Any) -> None:
    page.clock.install()  # before the page sets its timers, which would wait for a real minute otherwise
    page = calendar(view="week", hours="all")
    hour = page.locator(".hour-now").get_attribute("data-hour")
    assert hour is not None
    assert page.locator(".hour-now").count() == 1
    page.clock.fast_forward("01:00:00")
    expect(page.locator(f".hour-now[data-hour='{hour}']")).to_have_count(0)


def test_a_draft_without_a_time_gets_its_day_by_dragging_and_its_hour_from_the_dialog(
    calendar: Any, desk: Desk
) -> None:
    post = written(desk, at="")
    page = calendar(date=str(MONTH))
    page.get_by_text("Drafts without a time").click()
    page.locator(".drawer .entry").drag_to(page.locator(f"[data-day='{MONTH}']"))
    dialog = page.locator("#move[open]")
    expect(dialog.locator("input[name=on]")).to_have_value(f"{MONTH:%d.%m.%Y}")
    dialog.locator("input[name=at]").fill("17:15")
    dialog.get_by_role("button", name="Move").click()
    lies_on(page, MONTH)
    expect(page.locator(".drawer .entry")).to_have_count(0)
    assert due(desk, post) == f"{MONTH} 17:15"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".drawer .entry")).to_have_count(1)
    expect(page.locator("[data-day] .entry")).to_have_count(0)


def below_the_top_bar(page: Any, place: Any) -> float:
    bar = page.locator(".topbar").bounding_box()
    return float(place.bounding_box()["y"] - bar["y"] - bar["height"])


def test_on_a_phone_the_month_begins_today_behind_one_line_of_filters(calendar: Any, desk: Desk, page: Any) -> None:
    page.set_viewport_size(PHONE)
    today = timezone.localdate()
    page = calendar()
    first = page.locator(".day:visible").first
    expect(first).to_have_attribute("data-day", str(today))
    assert below_the_top_bar(page, first) <= 160
    expect(page.get_by_label("Words")).to_be_hidden()
    page.locator("summary", has_text="Filters").click()
    expect(page.get_by_label("Words")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_phone_the_filters_count_those_that_are_set(calendar: Any, desk: Desk, page: Any) -> None:
    page.set_viewport_size(PHONE)
    page = calendar(state="draft", category="service")
    expect(page.locator("summary", has_text="Filters")).to_have_text(re.compile(r"Filters\s*2"))


def test_on_a_phone_what_is_rare_on_the_calendar_is_in_one_menu(calendar: Any, desk: Desk, page: Any) -> None:
    page.set_viewport_size(PHONE)
    page = calendar()
    page.locator("main summary:visible", has_text="More").click()
    for name in ("Week", "List", "Campaigns", "Repeating posts", "The month as PDF"):
        expect(page.locator("main").get_by_role("link", name=name, exact=True)).to_be_visible()
    assert violations(page) == []


def test_on_a_phone_the_first_post_of_the_list_is_in_sight(
    live_server: Any, calendar: Any, desk: Desk, page: Any
) -> None:
    page.set_viewport_size(PHONE)
    written(desk)
    calendar()
    page.goto(f"{live_server.url}/m/cuprija/posts/")
    assert below_the_top_bar(page, page.locator(".post-card").first) <= 160
    assert violations(page) == []


def test_on_a_wide_screen_the_filters_are_open(calendar: Any, desk: Desk, page: Any) -> None:
    page.set_viewport_size(WIDE)
    expect(calendar().get_by_label("Words")).to_be_visible()


@pytest.mark.parametrize("view", ["month", "week", "list", "profile"])
def test_every_view_is_usable_for_everybody(calendar: Any, desk: Desk, page: Any, view: str) -> None:
    written(desk)
    written(desk, text="Млеко за школе и вртиће у свим насељима")
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert violations(calendar(view=view, date=str(MONTH), colour="channel")) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
