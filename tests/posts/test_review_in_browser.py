"""Reading a draft in Chromium: what is said about words and pictures stands beside them, by mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.conf import settings
from django.urls import reverse

from municipalities.tenancy import scope
from posts.draft import Shown
from posts.editing.thread_positions import ThreadPosition
from posts.enums import SuggestionState
from posts.models import Post, Suggestion, Thread
from posts.queries import latest_version
from posts.review.domain.comment import comment
from posts.review.domain.suggest import suggest
from tests.browsing import EACH_LOOK, violations
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TEXT = "Дођите у суботу на трг. Програм почиње у 11 часова. Пријава није потребна."
PRESSED = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))"
IN_VIEW = "element => { const box = element.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight; }"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def post(desk: Desk) -> Post:
    """A draft with a picture, about whose first words much was said."""
    with scope(desk.municipality):
        picture = desk.picture()
        post = desk.write(TEXT, media=(Shown(picture.pk, "Трг са фонтаном"),))
        for number in range(8):
            where = ThreadPosition("sr-Cyrl", None, 0, 6, "Дођите")
            comment(post, f"Примедба број {number}, са неколико речи.", by=desk.cast.mentor, where=where)
        comment(
            post, "Исеците овде.", by=desk.cast.mentor, where=ThreadPosition(media=picture.pk, box=(0.1, 0.1, 0.3, 0.3))
        )
        suggest(post, "недељу", where=ThreadPosition("sr-Cyrl", None, 9, 15, "суботу"), by=desk.cast.mentor)
        suggest(post, "10 часова", where=ThreadPosition("sr-Cyrl", None, 41, 50, "11 часова"), by=desk.cast.mentor)
    return post


@pytest.fixture
def read(page: Any, live_server: Any, post: Post) -> Any:
    def open_as(who: Any) -> Any:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(reduced_motion="reduce")
        page.context.clear_cookies()
        value = sign_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(live_server.url + reverse("post", args=["cuprija", post.pk]))
        expect(page.locator(".reading.has-script")).to_be_visible()
        return page

    return open_as


@pytest.mark.slow
def test_a_part_of_a_picture_is_drawn_and_the_form_is_beside_it(read: Any, desk: Desk, post: Post) -> None:
    page = read(desk.cast.officer)
    frame = page.locator("[data-region]")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator("#say-text")).to_be_focused()
    assert page.locator("#say").evaluate(IN_VIEW), "however much was said above, the form is where one looks"
    page.keyboard.type("И овај угао.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".talk.is-current > div > p")).to_have_text("И овај угао.")
    with scope(desk.municipality):
        thread = Thread.objects.order_by("-pk").first()
        assert thread is not None
        assert [round(side, 1) for side in thread.box] == [0.5, 0.5, 0.4, 0.4]
    # the numbers stand on the picture, too, and none of the two covers what it is about
    expect(page.locator(".region-numbers text")).to_have_count(2)


def test_by_keys_alone_words_and_parts_of_pictures_are_chosen(read: Any, desk: Desk) -> None:
    page = read(desk.cast.mentor)
    page.keyboard.press("c")
    expect(page.locator("#say-text")).to_be_focused()  # one writes at once; the words of the post stand before it
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#say-choose")).to_be_focused()
    for _ in range(len("Дођите у суботу на ")):
        page.keyboard.press("ArrowRight")
    for _ in "трг":
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.type("не пише се")  # typing there changes nothing
    page.locator("#say-text").focus()
    page.keyboard.type("Који трг?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".talk.is-current .talk-quote")).to_have_text("„трг”")
    page.locator("[data-mark-region]").focus()
    page.keyboard.press("Enter")
    for side, value in (("left", "20"), ("top", "20"), ("width", "30"), ("height", "30")):
        page.locator(f"#say-{side}").fill(value)
    page.locator("#say-text").fill("Замутите таблицу.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".talk.is-current > div > p")).to_have_text("Замутите таблицу.")
    expect(page.locator(".region-box")).to_have_count(2)


@pytest.mark.slow
def test_a_suggestion_is_accepted_by_one_key_and_the_next_one_is_there(read: Any, desk: Desk, post: Post) -> None:
    page = read(desk.cast.officer)
    while not page.locator(".talk.is-current [data-act=accept]").count():
        page.keyboard.press("n")
    page.evaluate(PRESSED, "а")  # a Serbian keyboard gives the Cyrillic letter
    expect(page.locator(".passage-text").first).to_contain_text("у недељу на трг.")
    expect(page.locator(".talk.is-current [data-act=decline]")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#talks ins")).to_have_count(0)
    with scope(desk.municipality):
        assert sorted(Suggestion.objects.values_list("state", flat=True)) == [
            SuggestionState.ACCEPTED,
            SuggestionState.DECLINED,
        ]
        version = latest_version(post)
        assert version is not None
        assert version.suggested_by == [desk.cast.mentor.pk]


@pytest.mark.parametrize(("width", "scheme"), EACH_LOOK)
def test_the_page_is_accessible_and_nothing_is_cut_off(read: Any, desk: Desk, width: int, scheme: Any) -> None:
    page = read(desk.cast.officer)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.locator(".talks [data-say=comment]").click()
    assert violations(page) == []
    main = page.locator("main")
    expect(main).to_have_js_property("scrollWidth", main.evaluate("element => element.clientWidth"))
