"""The library in a real browser: what was kept comes into a post by keyboard and from the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from library.domain import snippets
from municipalities.tenancy import scope
from posts.draft import parse
from posts.media.domain import folders, pictures
from posts.models import Media, Post
from tests import browsing
from tests.browsing import violations
from tests.people import Cast
from tests.posts.desk import Desk, opened, picture_bytes
from tests.posts.test_in_browser import enter, saved

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = "Дежурна служба: 035 123 456."


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        desk = opened(cast)
        texts = [("Телефон", PHONE), ("Писарница", "Писарница ради од 7 до 15 часова.")]
        for name, text in texts:
            snippets.create(cast.cuprija, kind="text", name=name, texts={"sr-Cyrl": text}, by=cast.officer)
        return desk


@pytest.fixture
def at(live_server: Any) -> Any:
    return lambda name, *args: live_server.url + reverse(name, args=["cuprija", *args])


def draft_of(desk: Desk) -> Any:
    with scope(desk.municipality):
        return parse(Post.objects.get().draft)


def test_a_snippet_is_put_in_at_the_cursor_by_keyboard_in_the_script_of_the_tab(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with scope(desk.municipality):
        post = desk.write("Нема воде. Јавите се.")
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    area = page.locator("#text-sr-Cyrl")
    area.focus()
    page.keyboard.press("Control+Home")
    for _step in "Нема воде.":
        page.keyboard.press("ArrowRight")
    button = page.locator("[data-insert]")
    button.focus()
    page.keyboard.press("Enter")
    search = page.get_by_role("combobox", name="Find a snippet")
    expect(search).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("dezurna")
    expect(page.locator(".insert-item")).to_have_count(1)
    expect(page.locator(".insert-item[aria-selected=true]")).to_contain_text("Телефон")
    page.keyboard.press("Enter")
    expect(area).to_be_focused()
    expect(area).to_have_value(f"Нема воде. {PHONE} Јавите се.")
    saved(page)

    page.locator("#tab-sr-Latn").click()
    page.locator("#panel-sr-Latn .derived-text", has_text="Dežurna").wait_for()
    button.click()
    page.get_by_role("option", name="Писарница").click()
    expect(page.locator("#text-sr-Latn")).to_have_value(
        "Nema vode. Dežurna služba: 035 123 456. Javite se. Pisarnica radi od 7 do 15 časova."
    )
    button.click()
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    assert complaints == []


@pytest.mark.slow
def test_pictures_come_from_the_shelf_with_their_last_description_also_on_a_phone(
    browser: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    with scope(desk.municipality):
        folder = folders.create(desk.municipality, "Паркови", by=desk.cast.officer)
        for name in ("park.jpg", "most.jpg"):
            media = desk.picture(picture_bytes(), name)
            about = pictures.PictureDetails(
                name, f"Опис за {name}", "", "", False, folder if name == "park.jpg" else None
            )
            pictures.describe(media, about, by=desk.cast.officer)
        post = desk.write()
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    page = context.new_page()
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    page.get_by_role("button", name="From the library").click()
    expect(page.locator(".pick-grid .tile")).to_have_count(2)
    assert violations(page) == []
    page.locator("#pick-folder").select_option(label="Паркови")
    expect(page.locator(".pick-grid .tile")).to_have_count(1)
    page.get_by_label("park.jpg").check()
    page.locator("#pick-folder").select_option(label="All files")
    expect(page.locator(".pick-grid .tile")).to_have_count(2)
    expect(page.get_by_label("park.jpg")).to_be_checked()
    page.get_by_label("most.jpg").check()
    page.get_by_role("button", name="Put them in").click()
    expect(page.locator("#picture-list .picture")).to_have_count(2)
    expect(page.locator("#picture-list textarea").first).to_be_focused()
    expect(page.locator("#picture-list textarea").first).to_have_value("Опис за park.jpg")
    saved(page)
    assert [shown.alt for shown in draft_of(desk).media] == ["Опис за park.jpg", "Опис за most.jpg"]
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_pages_are_clean_wide_and_narrow(
    page: Any, live_server: Any, desk: Desk, at: Any, tmp_path: Path, scheme: str
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.emulate_media(color_scheme=scheme)
    page.goto(at("library_pictures"))
    files = []
    for number in range(2):
        file = tmp_path / f"slika-{number}.jpg"
        file.write_bytes(picture_bytes())
        files.append(str(file))
    page.set_input_files("#upload-files", files)
    page.get_by_text("2 pictures are in the library.").wait_for()
    with scope(desk.municipality):
        media = Media.objects.first()
        assert media is not None
    pages = [
        at("library"), at("library_template", "anketa"), at("library_template_edit", "iskljucenje-vode"),
        at("library_snippets"), at("library_snippet_new", "hashtags"), at("library_pictures"),
        at("library_picture", media.pk), at("library_consent_new", media.pk), at("library_folder_new"),
    ]  # fmt: skip
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for url in pages:
            page.goto(url)
            if width == 1280 or browsing.every_look:
                assert violations(page) == [], url
            assert page.locator("main").bounding_box()["width"] <= width, url
