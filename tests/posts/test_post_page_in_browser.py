"""Deciding about a post on a phone and from Home, and how a post does that is out, in Chromium."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from posts.draft import Shown
from posts.editing.thread_positions import ThreadPosition
from posts.enums import Stage
from posts.models import Post, Thread
from posts.queries import publications
from posts.review.domain.comment import comment
from tests.analytics.factories import published
from tests.browsing import PHONE, WIDE, enter, violations
from tests.delivery.conftest import allowed, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.amended import Street, street
from tests.posts.deciders import submitted
from tests.posts.test_post_page import fetched

__all__ = ["allowed", "network"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TEXT = "Дођите у суботу на трг. Програм почиње у 11 часова. Пријава није потребна."
IN_VIEW = (
    "element => { const box = element.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
)


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Street:
    return street(cast, network)


@pytest.fixture
def waiting(desk: Street) -> Post:
    with scope(desk.municipality):
        return submitted(desk, TEXT, hours=5, media=(Shown(desk.picture().pk, "Трг са фонтаном"),))


def stage(desk: Street, post: Post) -> str:
    with scope(desk.municipality):
        return desk.reload(post).stage


@pytest.fixture
def visit(page: Any, live_server: Any) -> Any:
    def opened(who: Any, name: str, *args: Any, size: dict[str, int] = WIDE) -> Any:
        page.set_viewport_size(size)
        page.emulate_media(reduced_motion="reduce")
        page.context.clear_cookies()
        enter(page, live_server, who)
        page.goto(live_server.url + reverse(name, args=["cuprija", *args]))
        return page

    return opened


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_on_a_phone_the_approver_reads_first_and_decides_in_a_sheet(desk: Street, waiting: Post, visit: Any) -> None:
    page = visit(desk.cast.approver, "post", waiting.pk, size=PHONE)
    preview = page.locator(".reading-previews .preview").first
    assert preview.locator(".look-text").evaluate(IN_VIEW), "its text is in the first screen"
    assert preview.locator("img").first.evaluate("e => e.getBoundingClientRect().top < innerHeight - 120")
    form = page.locator("#decide")
    expect(form).to_be_hidden()
    assert fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="Approve…").click()
    expect(form).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.get_by_role("button", name="Approve…").focus()
    page.keyboard.press("Enter")
    form.get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Approved. It is published automatically at its time.")
    assert stage(desk, waiting) == Stage.APPROVED


@pytest.mark.slow
def test_on_a_wide_screen_the_decision_stays_beside_what_goes_out(desk: Street, waiting: Post, visit: Any) -> None:
    page = visit(desk.cast.approver, "post", waiting.pk, size={"width": 1366, "height": 657})
    look, form = page.locator(".reading-previews"), page.locator("#decide")
    expect(page.get_by_role("button", name="Approve…")).to_be_hidden()
    left, right = look.bounding_box(), form.bounding_box()
    assert left["x"] + left["width"] <= right["x"], "beside it"
    assert left["y"] < 300
    page.mouse.wheel(0, 200)
    expect(form.get_by_role("button", name="Approve")).to_be_in_viewport()
    assert violations(page) == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_one_of_text_and_networks_is_in_sight_and_a_bar_leads_to_each(
    desk: Street, waiting: Post, visit: Any, size: dict[str, int]
) -> None:
    page = visit(desk.cast.approver, "post", waiting.pk, size=size)
    text, preview = page.locator("#paper .passage-text").first, page.locator(".reading-previews .preview").first
    tabs = page.locator(".network-tabs")
    expect(preview).to_be_in_viewport()
    expect(text).not_to_be_in_viewport()
    tabs.get_by_role("link", name="Text and comments").focus()
    page.keyboard.press("Enter")
    expect(text).to_be_in_viewport()
    expect(preview).not_to_be_in_viewport()
    expect(tabs.get_by_role("link", name="Text and comments")).to_have_attribute("aria-current", "true")
    assert fits(page)


def test_a_conversation_brings_its_words_into_sight(desk: Street, waiting: Post, visit: Any) -> None:
    with scope(desk.municipality):
        comment(waiting, "Које суботе?", by=desk.cast.mentor, where=ThreadPosition("sr-Cyrl", None, 9, 15, "суботу"))
    page = visit(desk.cast.approver, "post", waiting.pk)
    page.keyboard.press("n")
    expect(page.locator("#paper mark")).to_be_in_viewport()


def test_from_home_an_approver_decides_in_a_dialog_and_is_back_on_home(desk: Street, waiting: Post, visit: Any) -> None:
    problems: list[str] = []
    page = visit(desk.cast.approver, "workspace")
    page.on("pageerror", lambda error: problems.append(str(error)))
    button = page.get_by_role("link", name="Review and decide")
    button.click()
    dialog = page.locator("dialog#dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".look-text").first).to_contain_text("Дођите у суботу")
    assert violations(page, within="dialog#dialog") == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.set_viewport_size(PHONE)
    assert fits(page)
    dialog.get_by_label("Note to the writer").fill("Додајте сат.")
    dialog.get_by_role("button", name="Return with a note").click()
    expect(page.locator("main")).to_contain_text("Returned. The author has been notified.")
    assert page.url.endswith(reverse("workspace", args=["cuprija"]))
    expect(button).to_have_count(0)
    assert stage(desk, waiting) == Stage.RETURNED
    assert problems == []


@pytest.mark.slow
def test_what_a_decision_lacks_is_said_in_the_dialog(desk: Street, waiting: Post, visit: Any) -> None:
    with scope(desk.municipality):
        comment(waiting, "Где је сат?", by=desk.cast.mentor)
    page = visit(desk.cast.approver, "workspace")
    page.get_by_role("link", name="Review and decide").click()
    dialog = page.locator("dialog#dialog")
    dialog.get_by_role("button", name="Return with a note").click()
    expect(dialog.get_by_role("alert")).to_have_text("Write a note: what should be different before you approve it?")
    expect(dialog.get_by_label("Note to the writer")).to_be_focused()
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose what becomes of the open conversations.")
    assert violations(page, within="dialog#dialog") == []
    assert stage(desk, waiting) == Stage.SUBMITTED
    dialog.get_by_text("I have read them and leave them open").click()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Approved")
    assert stage(desk, waiting) == Stage.APPROVED


def test_the_button_of_home_leads_to_the_page_where_the_dialog_cannot_be_fetched(
    desk: Street, waiting: Post, visit: Any
) -> None:
    page = visit(desk.cast.approver, "workspace")
    page.route("**/decide/", lambda route: route.abort())
    page.get_by_role("link", name="Review and decide").click()
    expect(page.locator("#decide")).to_be_visible()


def test_buttons_of_the_margin_take_the_words_that_were_selected(desk: Street, visit: Any) -> None:
    with scope(desk.municipality):
        post = desk.write(TEXT)
    page = visit(desk.cast.mentor, "post", post.pk)
    expect(page.locator(".reading.has-script")).to_be_visible()
    for act, given in (("comment", "Који трг?"), ("suggest", "")):
        page.locator(".passage-text").first.evaluate(
            """passage => {
              const node = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT).nextNode();
              getSelection().setBaseAndExtent(node, 0, node, 6);
            }"""
        )
        page.locator(f".talks [data-say={act}]").click()
        expect(page.locator("[data-chosen-text]")).to_have_text("Дођите")
        if act == "comment":
            page.locator("#say-text").fill(given)
            page.locator("#say").get_by_role("button", name="Send the comment", exact=True).click()
            expect(page.locator(".talk.is-current .talk-quote")).to_have_text("„Дођите”")
        else:
            expect(page.locator("#say-replacement")).to_have_value("Дођите")
    with scope(desk.municipality):
        assert Thread.objects.get().quote == "Дођите"


def test_a_suggestion_that_was_refused_without_words_offers_them_again(desk: Street, visit: Any) -> None:
    with scope(desk.municipality):
        post = desk.write(TEXT)
    page = visit(desk.cast.mentor, "post", post.pk)
    page.locator(".talks [data-say=suggest]").click()
    page.locator("#say-replacement").fill("недељу")
    page.locator("#say").get_by_role("button", name="Suggest", exact=True).click()
    expect(page.locator("#say-problem")).to_be_visible()
    expect(page.locator("#say-choose")).to_be_visible()
    expect(page.locator("#say-choose")).to_have_value(TEXT)


@pytest.mark.slow
def test_how_a_post_does_is_on_its_page(desk: Street, visit: Any) -> None:
    with scope(desk.municipality):
        post = desk.published(TEXT)
        mastodon = publications(post).get(channel__platform="mastodon")
        fetched(mastodon, likes=6, interactions=6)
        for days in range(5, 14):
            other = published(desk.mastodon, timezone.now() - timedelta(days=days))
            fetched(other, days=days, interactions=2)
    page = visit(desk.cast.officer, "post", post.pk, size=PHONE)
    state = page.locator(".network-line").first
    assert state.evaluate("e => e.getBoundingClientRect().top < innerHeight"), "the state is in the first screen"
    assert fits(page)
    assert violations(page) == []
    why = page.locator(".figure-usual")
    why.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(why).to_contain_text("the median of 10 posts")
    page.set_viewport_size(WIDE)
    assert violations(page) == []
