"""The composer in a real browser: nothing that was typed is lost, and everything can be done by keyboard."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from delivery.enums import State
from municipalities.tenancy import scope
from posts.draft import parse
from posts.enums import Stage
from posts.models import Post
from posts.review.domain.comment import comment
from tests.browsing import violations
from tests.patience import at_once
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened, picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TEXT = "У суботу у 11 часова отварамо фонтану на тргу. #Ћуприја"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def at(live_server: Any) -> Any:
    def address(name: str, *args: Any) -> str:
        return live_server.url + reverse(name, args=["cuprija", *args])

    return address


def enter(page: Any, live_server: Any, person: Any) -> str:
    """Sign in without the sign-in page; the value of the session's cookie."""
    value = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return value


def saved(page: Any) -> None:
    page.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()


def written(desk: Desk) -> dict[str, str]:
    with scope(desk.municipality):
        return {tag: text.text for tag, text in parse(Post.objects.get().draft).texts.items()}


def test_from_an_empty_page_to_an_approved_post(
    page: Any, browser: Any, live_server: Any, desk: Desk, at: Any, tmp_path: Path
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    assert violations(page) == []
    page.fill("#text-sr-Cyrl", TEXT)
    picture = tmp_path / "fontana.jpg"
    picture.write_bytes(picture_bytes())
    page.set_input_files("#files", str(picture))
    page.locator(".picture textarea").fill("Деца око фонтане")
    page.locator(".look-bluesky .preview-link", has_text="#Ћуприја").wait_for()
    page.locator(".look-mastodon img[alt='Деца око фонтане']").wait_for()
    time = in_hours(30)
    page.select_option("#when", "time")
    page.fill("#date", f"{time.local:%d.%m.%Y}")
    page.fill("#time", f"{time.local:%H:%M}")
    saved(page)
    assert violations(page) == []
    page.locator(".acts .button-primary", has_text="Submit for approval").click()
    page.get_by_text("Submitted. Who decides next: Approver.").wait_for()
    with scope(desk.municipality):
        post = Post.objects.get()
        comment(post, "Лепо.", by=desk.cast.mentor)
        assert (post.stage, desk.states(post)) == (Stage.SUBMITTED, [State.WAITING, State.WAITING])

    other = browser.new_context(locale="en-GB").new_page()
    enter(other, live_server, desk.cast.approver)
    other.goto(at("post", post.pk))
    assert violations(other) == []
    other.get_by_label("I have read them and leave them open").check()
    other.get_by_role("button", name="Approve").click()
    other.get_by_text("Approved. It is published automatically").wait_for()
    with scope(desk.municipality):
        assert desk.states(post) == [State.SCHEDULED, State.SCHEDULED]
    other.context.close()
    assert complaints == []


@pytest.mark.slow
def test_the_other_script_is_seen_before_it_is_used_and_can_be_corrected(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    page.fill("#text-sr-Cyrl", "Инјекција у Његошевој")
    page.locator("#tab-sr-Cyrl").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#derived-sr-Latn", has_text="Injekcija u Njegoševoj").wait_for()
    page.get_by_role("button", name="Correct it by hand").click()
    assert page.input_value("#text-sr-Latn") == "Injekcija u Njegoševoj"
    page.fill("#text-sr-Latn", "Vakcina u Njegoševoj")
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Инјекција у Његошевој", "sr-Latn": "Vakcina u Njegoševoj"}


def test_what_is_typed_before_the_script_arrives_is_saved_and_shown(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    enter(page, live_server, desk.cast.officer)
    held: list[Any] = []
    page.route("**/composer/composer*.js", lambda route: held.append(route))
    page.goto(at("post_new"), wait_until="commit")
    at_once(page.fill, "#text-sr-Cyrl", "Вода долази у подне.")
    assert page.locator("#save-state").get_attribute("data-state") == "new"
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    saved(page)
    assert written(desk)["sr-Cyrl"] == "Вода долази у подне."
    page.locator("#tab-sr-Latn").click()
    page.locator("#derived-sr-Latn", has_text="Voda dolazi u podne.").wait_for()


def test_a_page_that_is_only_opened_saves_nothing(page: Any, live_server: Any, desk: Desk, at: Any) -> None:
    enter(page, live_server, desk.cast.officer)
    page.clock.install()
    page.goto(at("post_new"))
    page.clock.run_for(10_000)
    page.wait_for_load_state("networkidle")
    with scope(desk.municipality):
        assert not Post.objects.exists()


def test_the_counter_follows_each_letter_and_the_server_puts_it_right(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    page.fill("#text-sr-Cyrl", "а" * 305)
    page.locator("#counters .letters-over", has_text="5 too many").wait_for()
    page.locator("#text-findings", has_text="Shorten it by 5").wait_for()
    page.fill("#text-sr-Cyrl", "https://cuprija.rs/" + "a" * 60)
    page.locator("#counters", has_text="23 / 500").wait_for()


def test_two_tabs_ask_which_text_stays(page: Any, live_server: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    second = page.context.new_page()
    second.goto(at("post_edit", post.pk))
    second.fill("#text-sr-Cyrl", "Из друге картице")
    saved(second)
    page.fill("#text-sr-Cyrl", "Из прве картице")
    dialog = page.locator("#conflict[open]")
    dialog.wait_for()
    assert dialog.locator("[data-theirs]").inner_text() == "Из друге картице"
    assert dialog.locator("[data-mine]").inner_text() == "Из прве картице"
    assert violations(page) == []
    assert written(desk) == {"sr-Cyrl": "Из друге картице"}
    dialog.get_by_role("button", name="Keep my text").click()
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Из прве картице"}


@pytest.mark.slow
def test_an_expired_session_keeps_the_text_until_one_has_signed_in_again(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    from django.core.cache import cache

    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    Session.objects.all().delete()
    cache.clear()
    page.fill("#text-sr-Cyrl", "Не изгуби ме")
    page.locator("#signed-out[open]").wait_for()
    assert violations(page) == []
    enter(page, live_server, desk.cast.officer)
    page.get_by_role("button", name="I have signed in: save").click()
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Не изгуби ме"}


def test_a_lost_connection_keeps_the_text_in_the_browser_and_saves_it_later(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    page.context.set_offline(True)
    page.fill("#text-sr-Cyrl", "Писано без везе")
    page.locator("#save-state", has_text="kept in this browser").wait_for()
    page.context.set_offline(False)
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Писано без везе"}


def test_what_is_typed_while_a_text_is_saved_and_taken_back_leaves_the_page_saved(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    enter(page, live_server, desk.cast.officer)
    page.clock.install()
    page.goto(at("post_edit", post.pk))
    page.locator("#composer.has-script").wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)  # nothing is saved but when the clock is moved
    held: list[Any] = []
    page.route("**/save/", lambda route: held.append(route))
    page.fill("#text-sr-Cyrl", "Вода долази у подне.")
    page.clock.run_for(2000)
    while not held:
        page.wait_for_timeout(50)
    page.fill("#text-sr-Cyrl", "Вода долази у подне. Можда.")
    with page.expect_response("**/save/"):
        held[0].continue_()
    page.locator("#save-state[data-state=changed]").wait_for()
    page.fill("#text-sr-Cyrl", "Вода долази у подне.")
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Вода долази у подне."}
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('dobosar:post:'))") == []


@pytest.mark.slow
def test_what_never_reached_the_portal_is_offered_when_the_page_opens_again(
    page: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    page.route("**/save/", lambda route: route.abort())
    page.fill("#text-sr-Cyrl", "Затворена картица")
    page.locator("#save-state", has_text="kept in this browser").wait_for()
    page.unroute("**/save/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(at("post_edit", post.pk))
    assert page.input_value("#text-sr-Cyrl") == "Почетак"
    # The page says "saved" of what it was opened with, until the text is back.
    with page.expect_response("**/save/"):
        page.get_by_role("button", name="Put it back").click()
    saved(page)
    assert written(desk) == {"sr-Cyrl": "Затворена картица"}


def opened_by_key(page: Any, button: str, dialog: str) -> None:
    """The dialog is fetched when it is first needed. Where that fails a toast says so, and a person presses again."""
    for seconds in (15, 30, 60):
        page.locator(button).press("Enter")
        with contextlib.suppress(PlaywrightTimeout):
            page.locator(dialog).wait_for(timeout=seconds * 1000)
            return
    raise AssertionError(f"{dialog} did not open: {page.locator('.toast').all_inner_texts()}")


@pytest.mark.slow
def test_a_picture_is_cropped_by_keyboard(page: Any, live_server: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        from posts.draft import Shown

        media = desk.picture()
        post = desk.write(media=(Shown(media.pk, "Опис"),))
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_edit", post.pk))
    page.locator("#composer.has-script").wait_for()
    opened_by_key(page, "[data-crop]", "#crop[open]")
    page.locator("#crop [name=ratio][value='1:1']").focus()
    page.keyboard.press("Space")
    assert violations(page) == []
    page.locator("#crop [name=across]").focus()
    page.keyboard.press("Home")
    page.locator("#crop button[value=use]").focus()
    page.keyboard.press("Enter")
    saved_crop = page.locator("[name^='crop-']")
    expect(saved_crop).to_have_count(1)
    expect(saved_crop).to_have_value(re.compile(r"^1:1@0,0,0\.75,1"))
    saved(page)
    with scope(desk.municipality):
        (shown,) = parse(Post.objects.get().draft).media
        assert shown.crop is not None
        assert shown.crop.box == (0, 0, 0.75, 1)


def test_a_bad_file_is_explained(page: Any, live_server: Any, desk: Desk, at: Any, tmp_path: Path) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    bad = tmp_path / "virus.jpg"
    bad.write_bytes(b"MZ")
    page.set_input_files("#files", str(bad))
    page.get_by_text("virus.jpg: This file is no picture or video that we can read.").wait_for()


def test_on_a_phone_nothing_is_cut_off_and_no_act_covers_a_field(
    browser: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    with scope(desk.municipality):
        post = desk.write(TEXT)
    enter(page, live_server, desk.cast.officer)
    for name in ("post_edit", "post"):
        page.goto(at(name, post.pk))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []
    context.close()
