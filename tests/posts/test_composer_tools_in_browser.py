"""What the composer loads when it is first needed: pictures with descriptions and order, and tools at the text."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from municipalities.tenancy import scope
from posts.draft import parse
from posts.editing.domain import check_links
from posts.models import Post
from tests.analytics.factories import channel
from tests.browsing import enter, violations
from tests.library.test_snippets import kept
from tests.people import Cast
from tests.posts.desk import Desk, opened, picture_bytes
from tests.posts.test_page_cards import HTML, PAGE, Site, site

__all__ = ["site"]

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LAPTOP, PHONE = {"width": 1366, "height": 657}, {"width": 390, "height": 844}
PASTE = """([area, name, body, text]) => {
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name, { type: "image/jpeg" }));
  if (text) clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(area).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def composer(page: Any, live_server: Any, desk: Desk) -> Any:
    """Opens the composer of a new post, or of `post`, in a window of this size."""

    def open_(size: dict[str, int] = LAPTOP, post: Post | None = None) -> Any:
        page.set_viewport_size(size)
        enter(page, live_server, desk.cast.officer)
        where = reverse("post_edit", args=["cuprija", post.pk]) if post else reverse("post_new", args=["cuprija"])
        page.goto(live_server.url + where)
        page.locator("#composer.has-script").wait_for()
        return page

    return open_


def saved(page: Any) -> None:
    page.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()


def paste(page: Any, name: str, text: str = "") -> bool:
    """Whether the composer took the picture in the clipboard, which may hold a text as well."""
    body = base64.b64encode(picture_bytes()).decode()
    taken: bool = page.evaluate(PASTE, ["#text-sr-Cyrl", name, body, text])
    return taken


def test_a_pasted_picture_asks_for_its_description_and_changes_places_by_keyboard_and_pointer(
    composer: Any, desk: Desk
) -> None:
    page = composer()
    assert not paste(page, "words.jpg", "Речи из Ворда"), "the words are meant, not their picture"
    assert paste(page, "fontana.jpg")
    field = page.locator(".picture textarea")
    expect(field).to_be_focused()
    expect(page.locator(".picture-bare")).to_be_visible()
    field.fill("Фонтана на тргу")
    expect(page.locator(".picture-bare")).to_be_hidden()
    expect(page.locator(".picture .letters")).to_have_text("15 / 1500")
    paste(page, "skver.jpg")
    rows = page.locator(".picture")
    expect(rows).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("button", name="Move skver.jpg forward").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Picture 1 of 2")).to_have_count(1)
    # The button that was pressed is gone at the top of the list: the other one has the focus.
    expect(page.get_by_role("button", name="Move skver.jpg back")).to_be_focused()
    expect(rows.nth(1).locator("textarea")).to_have_value("Фонтана на тргу")
    start, end = (rows.nth(place).locator("[data-drag]").bounding_box() for place in (1, 0))
    page.mouse.move(start["x"] + 40, start["y"] + 40)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 10, steps=6)
    page.mouse.up()
    # The order is as it was saved again, so there is nothing to save, and the page says so.
    expect(rows.nth(0).locator("textarea")).to_have_value("Фонтана на тргу")
    saved(page)
    with scope(desk.municipality):
        assert [shown.alt for shown in parse(Post.objects.get().draft).media] == ["Фонтана на тргу", ""]


def test_an_emoji_is_searched_in_either_script_put_at_the_cursor_and_taken_back(composer: Any) -> None:
    page = composer()
    text = page.locator("#text-sr-Cyrl")
    text.fill("Срећан празник!")
    text.press("Home")
    page.get_by_role("button", name="Emoji").click()
    dialog = page.locator("#emoji")
    dialog.locator(".emoji-grid button").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    first = dialog.get_by_role("button", name="grinning face", exact=True)
    right = dialog.get_by_role("button", name="grinning face with big eyes")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(right).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(right).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    for words in ("застава срб", "zastava srb", "flag serb"):
        dialog.get_by_role("searchbox").fill(words)
        expect(dialog.locator(".emoji-grid button:visible")).to_have_text(["🇷🇸"])
    dialog.get_by_role("searchbox").fill("жћђ")
    expect(dialog.get_by_text("No emoji has these words.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(text).to_be_focused()
    page.get_by_role("button", name="Emoji").click()
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("zastava srbija")
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_have_value("🇷🇸Срећан празник!")
    saved(page)
    page.keyboard.press("Control+z")
    expect(text).to_have_value("Срећан празник!")
    page.get_by_role("button", name="Emoji").click()
    expect(dialog.locator("[data-group=recent] button")).to_have_text(["🇷🇸"])


def test_a_slash_on_an_empty_line_puts_in_a_text_and_an_at_sign_an_account(composer: Any, desk: Desk) -> None:
    with scope(desk.municipality):
        kept(desk, desk.cast, "Радно време", sr_Cyrl="Шалтер ради од {{почетак}} до 15 часова.")
    for platform, handle in (("mastodon", "@novipazar@mastodon.rs"), ("bluesky", "@novipazar.bsky.social")):
        shared = {"name": "Нови Пазар", "is_practice": desk.mastodon.is_practice}
        channel(desk.cast.novi_pazar, desk.cast.stranger, platform=platform, handle=handle, **shared)
    page = composer()
    text = page.locator("#text-sr-Cyrl")
    text.fill("12/24")
    text.press("End")
    text.press_sequentially("/7 ")
    text.press("Enter")
    # Within a line it is a slash.
    expect(page.locator(".suggestions")).to_be_hidden()
    text.press_sequentially("/radno vr")
    expect(page.locator(".suggestions > li:visible")).to_have_count(1)
    assert violations(page) == []
    text.press("Enter")
    expect(text).to_have_value("12/24/7 \nШалтер ради од {{почетак}} до 15 часова.")
    text.press_sequentially("7")
    expect(text).to_have_value("12/24/7 \nШалтер ради од 7 до 15 часова.")
    # With both networks chosen, the name, which is right on each; with one of them, its account.
    text.press("Control+End")
    text.press_sequentially(" @паза")
    expect(page.locator(".suggestions > li:visible")).to_have_text(["Нови Пазар"])
    text.press("Escape")
    expect(text).to_be_focused()
    page.get_by_role("checkbox", name=desk.bluesky.name).uncheck()
    text.press("Control+End")
    text.press_sequentially("р")
    expect(page.locator(".suggestions > li:visible")).to_have_text(["@novipazar@mastodon.rs · Нови Пазар"])
    text.press("Enter")
    expect(text).to_have_value("12/24/7 \nШалтер ради од 7 до 15 часова. @novipazar@mastodon.rs")
    saved(page)


def test_the_preview_shows_the_card_of_a_page_when_a_worker_has_read_it(composer: Any, site: str) -> None:
    Site.pages = {
        "/news": (HTML, PAGE.format(picture="/fountain.jpg").encode()),
        "/fountain.jpg": ("image/jpeg", picture_bytes()),
    }
    page = composer()
    page.fill("#text-sr-Cyrl", "Погледајте")
    page.locator("#call > summary").click()
    page.fill("#link", f"{site}/news")
    card = page.locator(".look-mastodon .look-card")
    expect(card).to_contain_text("The network makes this card from the page.")
    saved(page)
    check_links.check_due_links()
    # Nobody types: the page asks by itself.
    expect(card).to_contain_text("Отварање у суботу.")
    assert card.locator("img").evaluate("async (picture) => (await picture.decode(), picture.naturalWidth)") > 0
    assert violations(page) == []


def test_on_a_telephone_the_text_gets_the_whole_screen_with_its_tools_below_it(
    browser: Any, live_server: Any, desk: Desk
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB")
    page = context.new_page()
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_new", args=["cuprija"]))
    page.locator("#composer.has-script").wait_for()
    text = page.locator("#text-sr-Cyrl")
    text.tap()
    section = page.locator(".composer-text.is-writing")
    expect(section).to_be_visible()
    assert section.bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert violations(page, within=".composer-text") == []
    page.keyboard.type("Срећан празник!")
    page.keyboard.press("Home")
    # A tool leaves the focus, and with it the keyboard, where it is; from a dialog both come back to the same place.
    page.get_by_role("button", name="Emoji").tap()
    page.locator("#emoji").get_by_role("button", name="grinning face", exact=True).tap()
    expect(text).to_have_value("😀Срећан празник!")
    expect(text).to_be_focused()
    expect(section).to_be_visible()
    # The keyboard of a telephone leaves this much of the screen.
    page.set_viewport_size({"width": 390, "height": 480})
    # The browser reports its new size with its next picture of the page.
    page.wait_for_function(
        """() => {
          const { bottom } = document.querySelector('#text-tools').getBoundingClientRect();
          return 430 < bottom && bottom <= 480;
        }"""
    )
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Done writing").tap()
    expect(section).to_have_count(0)
    text.tap()
    page.locator("[data-to-link]").tap()
    expect(page.locator("#link")).to_be_focused()
    expect(section).to_have_count(0)
    expect(page.locator("#link")).to_be_in_viewport()
    page.set_input_files("#files", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()})
    page.locator(".picture").wait_for()
    assert page.locator("#call").get_attribute("open") is not None
    page.locator("#picture-findings li").wait_for()
    # With a picture, an open call to action, and the row of settings that Mastodon has.
    assert page.locator("#composer").evaluate("form => form.scrollHeight") <= 1820
    context.close()


def test_at_1280_the_row_of_the_time_is_one_line(composer: Any) -> None:
    page = composer({"width": 1280, "height": 800})
    page.select_option("#when", "time")
    page.fill("#date", "03.12.2099")
    page.fill("#time", "10:00")
    boxes = [page.locator(selector).bounding_box() for selector in ("#when", "#date", "#time")]
    middles = [box["y"] + box["height"] / 2 for box in boxes if box]
    assert max(middles) - min(middles) < 4
