"""The composer as its users have it before them: on a small laptop and on a phone, with problems and without."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from posts.draft import Shown
from posts.models import Post
from tests.browsing import enter, violations
from tests.people import Cast
from tests.posts.desk import Desk, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LAPTOP, PHONE = {"width": 1366, "height": 657}, {"width": 390, "height": 844}
# What the form measured on a phone when everything stood below each other.
LONG_FORM = 3608


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def composer(page: Any, live_server: Any, desk: Desk) -> Any:
    """Opens the composer of a new post, or of `post`, in a window of this size."""

    def open_(size: dict[str, int], post: Post | None = None) -> Any:
        page.set_viewport_size(size)
        enter(page, live_server, desk.cast.officer)
        where = reverse("post_edit", args=["cuprija", post.pk]) if post else reverse("post_new", args=["cuprija"])
        page.goto(live_server.url + where)
        page.locator("#composer.has-script").wait_for()
        return page

    return open_


def written(desk: Desk, **fields: Any) -> Post:
    with scope(desk.municipality):
        return desk.write("У суботу отварамо фонтану на тргу.", **fields)


def pictured(desk: Desk) -> Post:
    with scope(desk.municipality):
        return desk.write("", media=(Shown(desk.picture().pk, "Фонтана на тргу"),))


def in_sight(page: Any, selector: str) -> bool:
    """Whether the whole element stands within the window, without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return bool(
        box and box["x"] >= 0 and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]
    )  # fmt: skip


def test_a_small_laptop_shows_channels_text_previews_time_and_act_at_once(composer: Any, desk: Desk) -> None:
    page = composer(LAPTOP, written(desk))
    page.select_option("#when", "time")
    for part in (".composer-channels", ".composer-area", ".look-mastodon", "#date", "#time", ".acts .button-primary"):
        assert in_sight(page, part), part
    document = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert document[0] <= document[1], "the page itself has a scrollbar beside those of the panes"


def test_the_coach_takes_no_room_before_it_has_something_to_say(composer: Any) -> None:
    page = composer(LAPTOP)
    expect(page.locator("#coach")).to_be_hidden()
    page.fill("#text-sr-Cyrl", "ВОДЕ НЕЋЕ БИТИ СУТРА")
    expect(page.locator("#coach .point").first).to_be_visible()
    page.fill("#text-sr-Cyrl", "")
    expect(page.locator("#coach")).to_be_hidden()


def test_the_coach_waits_for_the_first_words_beside_a_picture(composer: Any, desk: Desk) -> None:
    page = composer(PHONE, pictured(desk))
    page.locator("#previews .preview").first.wait_for(state="attached")
    expect(page.locator("#coach")).to_be_hidden()
    expect(page.locator(".composer .finding-warning:visible")).to_have_count(0)
    page.fill("#text-sr-Cyrl", "ВОДЕ НЕЋЕ БИТИ СУТРА")
    expect(page.locator("#coach")).to_be_visible()


def test_a_phone_shows_the_chosen_pictures_above_the_text(composer: Any, desk: Desk) -> None:
    page = composer(PHONE, pictured(desk))
    thumbnail = page.get_by_role("link", name="Change the pictures").locator("img")
    assert in_sight(page, "#chosen-pictures > img")
    assert in_sight(page, "#text-sr-Cyrl")
    above, text = thumbnail.bounding_box(), page.locator("#text-sr-Cyrl").bounding_box()
    assert above["y"] + above["height"] <= text["y"]
    assert violations(page) == []
    thumbnail.click()
    expect(page.locator("#pictures")).to_be_focused()
    expect(page.locator("#picture-list .picture-thumb")).to_be_in_viewport()
    page.locator("#picture-list [data-remove]").click()
    expect(page.locator("#chosen-pictures")).to_be_hidden()


@pytest.mark.slow
def test_a_phone_has_the_text_first_and_time_and_act_on_the_first_screen(composer: Any, desk: Desk) -> None:
    page = composer(PHONE, written(desk))
    page.select_option("#when", "time")
    for part in (".composer-area", "#date", "#time", ".acts .button-primary", "[data-open-previews]"):
        assert in_sight(page, part), part
    text, channels = (page.locator(part).bounding_box()["y"] for part in (".composer-text", ".composer-channels"))
    assert text < channels
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#composer").bounding_box()["height"] <= LONG_FORM / 2
    assert violations(page) == []


@pytest.mark.slow
def test_on_a_phone_the_previews_come_up_from_the_foot_and_change_by_button(composer: Any, desk: Desk) -> None:
    page = composer(PHONE, written(desk, channels=(desk.mastodon.pk, desk.bluesky.pk)))
    page.get_by_role("button", name="Preview").click()
    sheet = page.locator("dialog#sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator("[data-place]")).to_have_text("1 / 2")
    assert in_sight(page, "#sheet .look-bluesky .look-text")
    sheet.get_by_role("button", name="Next network").click()
    expect(sheet.locator("[data-place]")).to_have_text("2 / 2")
    expect(sheet.locator(".look-mastodon .look-text")).to_be_in_viewport()
    assert violations(page, within="#sheet") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()


@pytest.mark.slow
def test_a_time_that_has_passed_is_marked_while_it_is_typed_and_no_longer_when_it_is_put_right(
    composer: Any, desk: Desk
) -> None:
    page = composer(LAPTOP, written(desk))
    today = timezone.localtime()
    page.select_option("#when", "time")
    page.fill("#date", f"{today - timedelta(days=1):%d.%m.%Y}")
    page.fill("#time", "10:00")
    expect(page.locator("#when-notes")).to_contain_text("The chosen time has passed")
    expect(page.locator("#date")).to_have_attribute("aria-invalid", "true")
    page.fill("#date", f"{today + timedelta(days=2):%d.%m.%Y}")
    expect(page.locator("#when-notes")).not_to_contain_text("The chosen time has passed")
    expect(page.locator("#date")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_poll_begins_beside_the_text(composer: Any, desk: Desk, size: dict[str, int]) -> None:
    page = composer(size)
    page.get_by_role("button", name="Poll").click()
    expect(page.locator("#interactive-kind")).to_be_focused()
    expect(page.locator("#interactive-kind")).to_have_value("poll")
    expect(page.locator("#option-1")).to_be_in_viewport()
    assert violations(page) == []


def test_an_address_begins_a_post_as_a_poll(page: Any, live_server: Any, desk: Desk) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("consultations", args=["cuprija"]))
    page.get_by_role("link", name="Ask it as a poll in a post").click()
    page.locator("#composer.has-script").wait_for()
    expect(page.locator("#interactive-kind")).to_have_value("poll")
    expect(page.locator("#interactive-kind")).to_be_focused()
    expect(page.locator("#option-1")).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_post_is_repeated_from_where_its_time_is_chosen(composer: Any, desk: Desk, size: dict[str, int]) -> None:
    page = composer(size)
    page.fill("#text-sr-Cyrl", "Пијачни дан у суботу.")
    assert in_sight(page, "[data-repeat]")
    page.get_by_role("button", name="Repeat it every week or month").click()
    page.wait_for_url("**/repeat/")
    with scope(desk.municipality):
        assert Post.objects.get().draft["texts"]["sr-Cyrl"]["text"] == "Пијачни дан у суботу."


def test_a_refused_post_leads_to_its_fields_and_the_list_goes_when_all_is_right(composer: Any, desk: Desk) -> None:
    page = composer(LAPTOP, written(desk, channels=()))
    page.locator("#call > summary").click()
    page.fill("#link", "нема везе")
    page.locator("#call > summary").click()
    page.locator(".acts .button-primary").click()
    summary = page.locator("#problem .error-summary")
    expect(summary).to_be_focused()
    assert violations(page) == []
    page.locator("#call > summary").click()
    expect(page.locator("#link")).to_be_hidden()
    summary.get_by_role("link", name="not a web address").click()
    expect(page.locator("#link")).to_be_focused()
    page.fill("#link", "https://cuprija.rs/")
    expect(summary.get_by_role("link")).to_have_count(1)
    page.locator(".chip").first.click()
    expect(summary).to_have_count(0)
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    assert page.input_value("#text-sr-Cyrl") == "У суботу отварамо фонтану на тргу."


def test_a_folded_part_says_what_it_holds(composer: Any, desk: Desk) -> None:
    page = composer(LAPTOP, written(desk))
    page.locator("#call > summary").click()
    page.fill("#call-words", "Пријавите се")
    page.fill("#link", "https://cuprija.rs/")
    expect(page.locator("#call [data-holds]")).to_have_text("Пријавите се · https://cuprija.rs/")


def test_a_day_is_chosen_from_a_calendar_by_keyboard(composer: Any, desk: Desk) -> None:
    page = composer(LAPTOP, written(desk))
    page.select_option("#when", "time")
    page.fill("#date", "31.01.2028")
    page.locator("[data-pick-day=date]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".month-day[data-day='2028-01-31']")).to_be_focused()
    assert violations(page, within=".month-panel") == []
    page.keyboard.press("PageDown")
    expect(page.locator(".month-day[data-day='2028-02-29']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#date")).to_have_value("01.03.2028")
    expect(page.locator("[data-pick-day=date]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".month-day[data-day='2028-03-01']")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".month-panel")).to_have_count(0)
    expect(page.locator("#date")).to_have_value("01.03.2028")
