"""The palette: a page or an action by a part of its name, by keyboard, in either script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import enter, is_sound
from tests.people import Cast, sign_in


@pytest.fixture
def home(page: Any, live_server: Any, cast: Cast) -> Any:
    page.set_default_timeout(15_000)
    type(cast.officer).objects.filter(pk=cast.officer.pk).update(language="sr")
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    return page


@pytest.mark.slow
def test_a_page_is_opened_by_a_part_of_its_name_in_the_other_script(home: Any) -> None:
    home.keyboard.press("Control+k")
    field = home.locator("#palette-input")
    expect(field).to_be_focused()
    field.fill("kalend")
    expect(home.get_by_role("option").first).to_have_text("Календар")
    expect(home.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    is_sound(home)
    field.press("Enter")
    home.wait_for_url("**/m/cuprija/calendar/")


def test_stopping_all_publishing_is_reached_by_any_word_for_it(home: Any) -> None:
    home.keyboard.press("Control+k")
    for typed in ("зауставите", "pauza", "обустав"):
        home.locator("#palette-input").fill(typed)
        expect(home.get_by_role("option").first).to_have_text("Зауставите објављивање")
    home.locator("#palette-input").press("Enter")
    home.wait_for_url("**/m/cuprija/pause/")


def test_what_no_page_is_called_is_searched_among_the_posts(home: Any) -> None:
    home.keyboard.press("Control+k")
    home.locator("#palette-input").fill("<b>vašar")
    expect(home.get_by_role("option")).to_have_text(["Претражите објаве: „<b>vašar”"])
    home.get_by_role("option").click()
    home.wait_for_url("**/m/cuprija/posts/?q=%3Cb%3Eva*")


def test_escape_closes_it_and_returns_the_focus(home: Any) -> None:
    link = home.get_by_role("link", name="Календар").first
    link.focus()
    home.keyboard.press("Control+k")
    expect(home.locator("#palette-input")).to_be_focused()
    home.keyboard.press("ArrowUp")
    expect(home.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    home.keyboard.press("Escape")
    expect(home.locator("dialog#dialog")).to_be_hidden()
    expect(link).to_be_focused()


def test_it_is_for_people_who_are_signed_in(client: Any, cast: Cast) -> None:
    assert client.get("/palette/").status_code == 302
    assert sign_in(cast.stranger).get("/palette/").status_code == 200
