"""A video in the composer, in a real browser: it waits visibly, loses nothing, and is captioned by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from channels.models import Channel
from municipalities.tenancy import scope
from posts.draft import parse
from posts.media.domain import videos
from posts.models import Media, Post
from tests.analytics.factories import channel
from tests.browsing import violations
from tests.patience import at_once
from tests.posts.desk import Desk
from tests.posts.films import SRT, film
from tests.posts.test_in_browser import TEXT, at, desk, enter, saved

__all__ = ["at", "desk"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def facebook(desk: Desk) -> Channel:
    with scope(desk.municipality):
        return channel(
            desk.municipality,
            desk.cast.approver,
            name="Страница Ћуприје",
            platform="facebook",
            server="https://x.example",
        )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vasar.mp4"
    path.write_bytes(film())
    return path


def test_a_video_waits_for_the_worker_and_what_is_typed_meanwhile_stays(
    page: Any, live_server: Any, desk: Desk, at: Any, file: Path
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    page.fill("#text-sr-Cyrl", TEXT)
    page.set_input_files("#files", str(file))
    page.get_by_text("Being checked…").wait_for()
    page.get_by_label("What does the video show?").fill("Људи на тргу")
    box = page.locator("#picture-list").bounding_box()
    with scope(desk.municipality):
        videos.probe_due()
    page.locator("[data-film=ready]", has_text="0:02").wait_for()
    assert page.locator("#picture-list").bounding_box() == box
    expect(page.get_by_label("What does the video show?")).to_have_value("Људи на тргу")
    expect(page.get_by_label("What does the video show?")).to_be_focused()
    saved(page)
    with scope(desk.municipality):
        (shown,) = parse(Post.objects.get().draft).media
        assert (shown.id, shown.alt) == (Media.objects.get().pk, "Људи на тргу")
    assert violations(page) == []


def test_a_button_that_is_pressed_before_its_script_is_there_works_once_it_is(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    with scope(desk.municipality):
        media = desk.film()
        post = desk.write(TEXT, media=(parse({"media": [{"id": media.pk}]}).media[0],))
    held: list[Any] = []
    page.route("**/composer/picture_list*.js", lambda route: held.append(route))
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk), wait_until="commit")
    while not held:
        page.wait_for_timeout(50)
    at_once(page.click, "button:has-text('Captions')")
    expect(page.locator("dialog[open]")).to_have_count(0)
    held[0].continue_()
    page.locator("dialog[open]").get_by_label("File with captions").wait_for()


def test_captions_are_added_by_keyboard_and_the_focus_comes_back(
    page: Any, live_server: Any, desk: Desk, at: Any, tmp_path: Path
) -> None:
    with scope(desk.municipality):
        media = desk.film()
        post = desk.write(TEXT, media=(parse({"media": [{"id": media.pk}]}).media[0],))
    (tmp_path / "vasar.srt").write_text(SRT)
    (tmp_path / "losi.srt").write_bytes(b"\xff\xfe\x00")
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    page.get_by_role("button", name="Captions").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("File with captions").set_input_files(str(tmp_path / "losi.srt"))
    dialog.get_by_role("button", name="Add captions").focus()
    page.keyboard.press("Enter")
    dialog.get_by_text("Save the file with the encoding UTF-8").wait_for()
    assert violations(page) == []
    dialog.get_by_label("File with captions").set_input_files(str(tmp_path / "vasar.srt"))
    dialog.get_by_role("button", name="Add captions").press("Enter")
    page.get_by_text("Captions: Serbian, Cyrillic").wait_for()
    expect(page.get_by_role("button", name="Captions")).to_be_focused()
    with scope(desk.municipality):
        assert Media.objects.get().captions_tag == "sr-Cyrl"


@pytest.mark.slow
def test_the_first_comment_is_asked_for_when_a_network_takes_one(
    page: Any, live_server: Any, desk: Desk, facebook: Channel, at: Any
) -> None:
    with scope(desk.municipality):
        post = desk.write(TEXT)
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    summary = page.locator("summary", has_text="First comment")
    expect(summary).to_be_hidden()
    page.locator(".chip", has_text="Страница Ћуприје").click()
    summary.click()
    page.get_by_label("First comment").fill("Пријаве: https://cuprija.rs/prijava")
    page.locator("#comment-findings", has_text="35 / 8000").wait_for()
    page.locator(".look-comment", has_text="Пријаве").wait_for()
    saved(page)
    page.locator(".chip", has_text="Страница Ћуприје").click()
    expect(summary).to_be_visible()  # what stands in it does not vanish
    with scope(desk.municipality):
        assert parse(Post.objects.get().draft).first_comment.startswith("Пријаве")
    assert violations(page) == []


@pytest.mark.slow
def test_the_library_shows_by_itself_when_a_video_is_ready(
    page: Any, live_server: Any, desk: Desk, at: Any, file: Path
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("library_pictures"))
    page.set_input_files("#upload-files", str(file))
    page.get_by_text("Being checked…").wait_for()
    with scope(desk.municipality):
        videos.probe_due()
    page.locator(".tile-film", has_text="0:02").wait_for()
    page.get_by_role("link", name="vasar.mp4").click()
    page.locator("video").wait_for()
    assert violations(page) == []
