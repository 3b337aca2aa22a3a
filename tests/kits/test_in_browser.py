"""Kits in a real browser: staff publish one, an officer fills it in once, sees it in every post, and gets drafts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from kits.domain import edit
from kits.models import Kit
from municipalities.tenancy import scope
from planning.models import Campaign
from posts.draft import parse
from posts.models import Post
from tests import browsing
from tests.browsing import violations
from tests.kits.conftest import values
from tests.people import Cast
from tests.posts.desk import Desk
from tests.posts.test_in_browser import enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_from_publishing_to_drafts_with_every_answer_seen_in_the_posts(
    browser: Any, page: Any, live_server: Any, cast: Cast, desk: Desk, draft_kit: Kit
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, cast.staff)
    page.goto(live_server.url + reverse("programme_kit", args=[draft_kit.pk]))
    page.get_by_role("button", name="Publish the kit").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish the kit").click()
    expect(page.get_by_text("2 municipalities see it now")).to_be_visible()

    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    officer_page = context.new_page()
    officer_page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(officer_page, live_server, cast.officer)
    officer_page.goto(live_server.url + reverse("notifications"))
    officer_page.get_by_role("link", name="еУпис у вртић").first.click()
    officer_page.wait_for_url(re.compile("/kits/"))  # with its scripts, which listen
    posts = officer_page.locator("#kit-posts")
    phone = officer_page.get_by_label("Који број се зове?")
    expect(posts.locator(".gap-mark", has_text="телефон")).to_have_count(2)
    phone.fill("035 123 456")
    phone.press("Tab")
    expect(posts.locator(".gap-mark", has_text="телефон")).to_have_count(0)
    expect(posts).to_contain_text("Позовите 035 123 456.")
    expect(officer_page.get_by_label("Link to the service")).to_be_focused()
    officer_page.get_by_label("Последњи дан").uncheck()
    officer_page.get_by_label("Last day").fill("2027-05-31")
    officer_page.get_by_label("Last day").press("Tab")
    expect(posts).to_contain_text("31. маја 2027.")
    expect(officer_page.get_by_label("Последњи дан")).not_to_be_checked()
    officer_page.get_by_role("button", name="Make the drafts").click()
    expect(officer_page.get_by_text("1 draft is created.")).to_be_visible()
    expect(officer_page.get_by_role("heading", name="Posts that are left")).to_be_visible()
    expect(phone).to_have_value("035 123 456")
    officer_page.get_by_role("button", name="Make the drafts").click()
    officer_page.get_by_role("link", name="The campaign").click()
    expect(officer_page.get_by_role("heading", name="еУпис у вртић")).to_be_visible()
    expect(officer_page.locator(".list-row")).to_have_count(2)
    context.close()
    with scope(desk.municipality):
        assert Campaign.objects.count() == 1
        assert all("{{" not in parse(post.draft).texts["sr-Cyrl"].text for post in Post.objects.all())

    page.reload()
    expect(page.get_by_role("row", name="Ćuprija")).to_contain_text("2")
    assert complaints == []


def test_without_scripts_the_posts_are_shown_with_the_answers_on_request(
    browser: Any, live_server: Any, cast: Cast, desk: Desk, kit: Kit
) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("kit", args=["cuprija", kit.pk]))
    page.get_by_label("Који број се зове?").fill("035 9")
    page.get_by_role("button", name="Show it in the posts").click()
    expect(page.locator("#kit-posts")).to_contain_text("Позовите 035 9.")
    page.get_by_role("button", name="Make the drafts").click()
    expect(page.get_by_role("heading", name="Your posts of this kit")).to_be_visible()
    context.close()


@pytest.mark.slow
def test_the_pages_are_clean_wide_and_narrow_in_light_and_dark(
    browser: Any, live_server: Any, cast: Cast, desk: Desk, kit: Kit
) -> None:
    draft = edit.create(cast.programme, values(name="Други"), by=cast.staff)
    part = kit.posts.order_by("pk")[0]
    officer_pages = [reverse("kits", args=["cuprija"]), reverse("kit", args=["cuprija", kit.pk])]
    staff_pages = [
        reverse("programme_kits"), reverse("programme_kit", args=[kit.pk]), reverse("programme_kit", args=[draft.pk]),
        reverse("programme_kit_new"), reverse("programme_kit_edit", args=[kit.pk]),
        reverse("programme_kit_post", args=[kit.pk, part.pk]),
    ]  # fmt: skip
    for who, urls in ((cast.officer, officer_pages), (cast.staff, staff_pages)):
        context = browser.new_context(locale="en-GB", reduced_motion="reduce")
        page = context.new_page()
        enter(page, live_server, who)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for url in urls:
                page.goto(live_server.url + url)
                if width == 1280 or browsing.every_look:
                    assert violations(page) == [], url
                if browsing.every_look:
                    page.emulate_media(color_scheme="dark")
                    assert violations(page, **browsing.COLOURS) == [], url
                    page.emulate_media(color_scheme="light")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        context.close()
