"""Correcting what is public in a real browser: the composer without a time, the choice, and axe on each page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from municipalities.tenancy import scope
from posts.models import Post
from posts.queries import publications
from tests.browsing import enter, violations
from tests.delivery.conftest import allowed, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.amended import FIRST, SECOND, Street, street

__all__ = ["allowed", "network"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Street:
    return street(cast, network)


def nothing_in_the_way(page: Any) -> None:
    """Nobody is kept from the page by how it is built."""
    assert violations(page, impacts=("serious", "critical")) == []


@pytest.mark.slow
def test_a_correction_from_the_button_to_the_network(desk: Street, page: Any, live_server: Any) -> None:
    with scope(desk.municipality):
        post = desk.published()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post", args=["cuprija", post.pk]))
    page.get_by_role("link", name="Correct it").click()
    nothing_in_the_way(page)
    page.get_by_label("Why?").fill("Погрешан сат у објави.")
    page.get_by_role("button", name="Write the correction").click()
    page.locator("#text-sr-Cyrl").fill(SECOND)
    page.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    expect(page.locator(".preview", has_text=SECOND).first).to_be_visible()
    nothing_in_the_way(page)
    page.get_by_role("button", name="What happens on each network").click()
    expect(page.locator("del").first).to_contain_text("removed words")
    nothing_in_the_way(page)
    page.get_by_label("It is taken down and sent again").first.check()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".page-header")).to_contain_text("Correction waits for approval")
    nothing_in_the_way(page)
    enter(page, live_server, desk.cast.approver)
    page.reload()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#amended-heading")).to_be_visible()
    with scope(desk.municipality):
        desk.go()
        assert desk.texts() == [SECOND, SECOND]
        assert Post.objects.get(pk=post.pk).due_at == post.due_at
    assert problems == []


def test_taking_down_says_what_is_lost_and_asks_why(desk: Street, page: Any, live_server: Any) -> None:
    with scope(desk.municipality):
        post = desk.published()
        mastodon = desk.on(post, "mastodon").pk
    enter(page, live_server, desk.cast.approver)
    page.goto(live_server.url + reverse("post_take_down", args=["cuprija", post.pk]))
    nothing_in_the_way(page)
    page.locator(f"input[name=publication]:not([value='{mastodon}'])").uncheck()
    page.get_by_label("Why?").fill("Отказано је због кише.")
    page.get_by_role("button", name="Take it down").click()
    expect(page.locator("#amended-heading")).to_be_visible()
    nothing_in_the_way(page)
    with scope(desk.municipality):
        desk.go()
        assert desk.texts() == [FIRST]
        assert {publication.delivery.state for publication in publications(post)} == {"withdrawn", "published"}
