"""The municipality's words in a real browser: offered, remembered and used, by keyboard; diacritics given back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from municipalities.domain import glossary
from municipalities.models import GlossaryWord
from municipalities.tenancy import scope
from tests.browsing import violations
from tests.people import Cast
from tests.posts.desk import Desk, opened
from tests.posts.test_in_browser import enter, saved, written

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLAIN = "Opstina Cuprija 🎉 obavestava gradjane: sto pre dodjite po djacke knjizice."


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def composer(page: Any, live_server: Any, desk: Desk) -> Any:
    """The composer of an officer, with whatever the browser complained of."""
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_new", args=["cuprija"]))
    return page


def turn_to(page: Any, tag: str) -> None:
    page.locator("[role=tab][aria-selected=true]").focus()
    for _tab in range(3):
        if page.locator(f"#tab-{tag}").get_attribute("aria-selected") == "true":
            return
        page.keyboard.press("ArrowRight")


def press_until(page: Any, name: str, key: str = "Tab") -> None:
    """Moves on by the keyboard alone until the focus is on the button of this name."""
    button = page.get_by_role("button", name=name, exact=True).first
    for _step in range(40):
        if button.evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} cannot be reached by {key}")


def test_a_spelling_corrected_by_hand_is_remembered_by_keyboard_and_used_at_once(composer: Any, desk: Desk) -> None:
    page = composer
    page.fill("#text-sr-Cyrl", "Пратите нас на Фејсбуку и у Стартиту сваки дан.")
    turn_to(page, "sr-Latn")
    page.locator("#derived-sr-Latn", has_text="Fejsbuku").wait_for()
    page.get_by_role("button", name="Correct it by hand").click()
    page.fill("#text-sr-Latn", "Pratite nas na Facebooku i u Startitu svaki dan.")
    offer = page.locator("#offers-sr-Latn [data-offer]")
    expect(offer).to_have_count(1)
    assert violations(page) == []

    page.locator("#text-sr-Latn").focus()
    press_until(page, "Remember")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Фејсбук")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Facebook")
    page.wait_for_timeout(700)  # answers of the server meanwhile pull nothing away
    assert page.input_value("#offers-sr-Latn [data-latin]") == "Facebook"
    page.keyboard.press("Enter")
    expect(page.locator("#panel-sr-Latn [data-said]")).to_have_text("Remembered: Facebook – Фејсбук.")
    expect(offer).to_have_count(0)
    expect(page.locator("#text-sr-Latn")).to_be_focused()
    with scope(desk.municipality):
        assert list(GlossaryWord.objects.values_list("latin", "cyrillic")) == [("Facebook", "Фејсбук")]

    # From now on the browser itself writes it so, before the server has answered.
    page.fill("#text-sr-Latn", "")
    turn_to(page, "sr-Cyrl")
    page.fill("#text-sr-Cyrl", "Нови Фејсбук")
    turn_to(page, "sr-Latn")
    expect(page.locator("#derived-sr-Latn .derived-glossary")).to_have_text("Facebook")
    expect(page.locator("#derived-sr-Latn")).to_contain_text("Фејсбук → Facebook")
    page.locator("#derived-sr-Latn .derived-text").evaluate(
        """(node) => { window.seen = []; new MutationObserver(() => window.seen.push(node.textContent))
             .observe(node, { childList: true, characterData: true, subtree: true }); }"""
    )
    page.locator("#text-sr-Cyrl").evaluate(
        """(area) => { area.value = "На Фејсбуку"; area.dispatchEvent(new Event("input", { bubbles: true })); }"""
    )
    assert page.evaluate("window.seen")[:1] == ["Na Facebooku"]
    assert page.complaints == []


@pytest.mark.slow
def test_only_here_keeps_the_offer_away_and_leads_back_to_the_text(composer: Any, desk: Desk) -> None:
    page = composer
    page.fill("#text-sr-Cyrl", "Пратите нас на Фејсбуку сваки дан.")
    turn_to(page, "sr-Latn")
    page.fill("#text-sr-Latn", "Pratite nas na Facebooku svaki dan.")
    page.locator("#offers-sr-Latn [data-offer]").wait_for()
    page.locator("#text-sr-Latn").focus()
    press_until(page, "Only here")
    page.keyboard.press("Enter")
    expect(page.locator("#text-sr-Latn")).to_be_focused()
    page.keyboard.type("!")
    page.wait_for_timeout(1000)
    expect(page.locator("[data-offer]")).to_have_count(0)
    with scope(desk.municipality):
        assert not GlossaryWord.objects.exists()


@pytest.mark.slow
def test_a_word_that_is_refused_says_why_and_stays(composer: Any, desk: Desk) -> None:
    page = composer
    page.fill("#text-sr-Cyrl", "Пратите нас на Фејсбуку сваки дан.")
    turn_to(page, "sr-Latn")
    page.fill("#text-sr-Latn", "Pratite nas na Facebooku svaki dan.")
    page.locator("#offers-sr-Latn [data-offer]").wait_for()
    page.fill("#offers-sr-Latn [data-latin]", "Фејс")
    page.locator("#offers-sr-Latn [data-remember]").click()
    expect(page.locator("#offers-sr-Latn [data-problem]")).to_contain_text("needs Latin letters")
    page.locator("#text-sr-Latn").press("End")
    with page.expect_response("**/save/"):
        page.keyboard.type(" Uvek.")
    saved(page)  # an answer to the text does not pull away what was typed here
    assert page.input_value("#offers-sr-Latn [data-latin]") == "Фејс"


@pytest.mark.slow
def test_diacritics_come_back_word_by_word_and_one_undo_takes_them_away(composer: Any, desk: Desk) -> None:
    page = composer
    turn_to(page, "sr-Latn")
    expect(page.get_by_role("button", name="Give back")).to_be_hidden()
    page.locator("#text-sr-Latn").focus()
    page.keyboard.insert_text(PLAIN)
    press_until(page, "Give back č, ć, š, ž, đ")
    page.keyboard.press("Enter")
    answer = page.locator("#repair-answer")
    expect(answer).to_be_focused()
    assert page.input_value("#text-sr-Latn") == PLAIN
    assert violations(page) == []
    answer.get_by_label("Cuprija").uncheck()
    answer.get_by_label("sto").select_option("što")
    press_until(page, "Change these words")
    page.keyboard.press("Enter")
    fixed = "Opština Cuprija 🎉 obaveštava građane: što pre dođite po đačke knjižice."
    expect(page.locator("#text-sr-Latn")).to_have_value(fixed)
    expect(page.locator("#text-sr-Latn")).to_be_focused()
    saved(page)
    assert written(desk)["sr-Latn"] == fixed
    page.keyboard.press("Control+z")
    expect(page.locator("#text-sr-Latn")).to_have_value(PLAIN)
    assert page.complaints == []


def test_a_text_that_changed_meanwhile_is_left_alone(composer: Any) -> None:
    page = composer
    turn_to(page, "sr-Latn")
    page.fill("#text-sr-Latn", "Skola")
    page.get_by_role("button", name="Give back").click()
    page.locator("#repair-answer strong").wait_for()
    page.fill("#text-sr-Latn", "Druga skola")
    page.get_by_role("button", name="Change these words").click()
    expect(page.locator("#repair-answer")).to_have_text("The text was changed in the meantime. Look it up again.")
    assert page.input_value("#text-sr-Latn") == "Druga skola"
    page.keyboard.press("Escape")
    expect(page.locator("#repair-answer")).to_be_hidden()
    expect(page.get_by_role("button", name="Give back")).to_be_focused()


@pytest.mark.slow
def test_words_taught_before_are_used_from_the_first_letter(page: Any, live_server: Any, desk: Desk) -> None:
    with scope(desk.municipality):
        glossary.add(desk.municipality, "Facebook", "Фејсбук", by=desk.cast.officer)
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_new", args=["cuprija"]))
    page.set_viewport_size({"width": 390, "height": 844})
    page.fill("#text-sr-Cyrl", "На Фејсбуку")
    turn_to(page, "sr-Latn")
    expect(page.locator("#derived-sr-Latn .derived-text")).to_have_text("Na Facebooku")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
