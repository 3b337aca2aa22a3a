"""Pages and dialogs that take longer than a moment say so; the dialog of `?` lists keys."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import enter, is_sound
from tests.people import Cast

SLOW = 1.2
"""Seconds: longer than the moment after which the interface says that something is on its way."""


@pytest.fixture
def home(page: Any, live_server: Any, cast: Cast) -> Any:
    page.set_default_timeout(15_000)
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    return page


def slowed(page: Any, pattern: str) -> None:
    """The line to these addresses is slow."""

    def later(route: Any) -> None:
        time.sleep(SLOW)
        route.continue_()

    page.route(pattern, later)


@pytest.mark.slow
def test_a_page_that_takes_long_is_announced_until_it_is_there(home: Any) -> None:
    home.emulate_media(reduced_motion="no-preference")  # with the fade from page to page
    waiting = home.locator("html[data-waiting]")
    home.evaluate(
        """() => {
          const note = () => document.documentElement.dataset.waiting === "" && sessionStorage.setItem("waited", "yes");
          new MutationObserver(note).observe(document.documentElement, { attributes: true });
        }"""
    )
    slowed(home, "**/calendar/")
    home.get_by_role("link", name="Calendar").first.click()
    home.wait_for_url("**/calendar/")
    assert home.evaluate("sessionStorage.getItem('waited')") == "yes"
    expect(waiting).to_have_count(0)


@pytest.mark.slow
def test_a_dialog_that_takes_long_opens_as_an_outline_first(home: Any) -> None:
    slowed(home, "**/palette/")
    home.keyboard.press("Control+k")
    expect(home.locator("dialog#dialog .skeleton")).to_be_visible()
    expect(home.locator("#palette-input")).to_be_focused()
    expect(home.locator("dialog#dialog .skeleton")).to_have_count(0)


@pytest.mark.slow
def test_an_outline_that_was_closed_stays_closed(home: Any) -> None:
    slowed(home, "**/palette/")
    home.keyboard.press("Control+k")
    expect(home.locator("dialog#dialog .skeleton")).to_be_visible()
    with home.expect_response("**/palette/"):
        home.keyboard.press("Escape")
    home.wait_for_timeout(200)
    expect(home.locator("dialog#dialog")).to_be_hidden()


def test_a_question_mark_lists_the_keys_unless_it_is_typed_or_they_are_switched_off(home: Any) -> None:
    keys = home.locator("dialog#dialog .keys")
    home.keyboard.press("?")
    expect(keys).to_be_visible()
    is_sound(home)
    home.get_by_label("Use these keys in this browser").uncheck()
    home.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    home.keyboard.press("?")
    home.keyboard.press("Control+k")
    field = home.locator("#palette-input")
    field.press_sequentially("?")
    expect(field).to_have_value("?")
    expect(keys).to_have_count(0)
