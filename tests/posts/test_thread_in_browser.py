"""A thread from the composer to the network: begun at the cursor, counted and shown post by post, sent in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from channels.models import Channel
from delivery.dispatch import publish_due
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.models import Post
from posts.review.domain.approve import approve
from tests.browsing import enter, violations
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk, in_hours

__all__ = ["allowed", "network"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FIRST, SECOND = "Вода у суботу од 9 до 12.", " ".join(["Цистерне су на тргу."] * 17)
LAPTOP, PHONE = {"width": 1366, "height": 657}, {"width": 390, "height": 844}


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Desk:
    with scope(cast.cuprija):
        return Desk(cast, connected(cast, network), connected(cast, network, "bluesky"))


@pytest.fixture
def facebook(desk: Desk, network: FakeServer) -> Channel:
    return connected(desk.cast, network, "facebook")


def opened(page: Any, live_server: Any, desk: Desk, text: str, *channels: Channel, size: dict[str, int]) -> Post:
    with scope(desk.municipality):
        post = desk.write(text, channels=tuple(channel.pk for channel in channels), time=in_hours(1))
    page.set_viewport_size(size)
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    page.locator("#composer.has-script").wait_for()
    return post


@pytest.mark.parametrize("size", [LAPTOP, pytest.param(PHONE, marks=pytest.mark.slow)])
def test_a_thread_is_begun_at_the_cursor_and_published_in_order(
    page: Any, live_server: Any, desk: Desk, facebook: Channel, network: FakeServer, size: dict[str, int]
) -> None:
    post = opened(page, live_server, desk, f"{FIRST} {SECOND}", desk.mastodon, facebook, size=size)
    hint = page.locator("#thread-hint")
    expect(hint).to_contain_text("A line of three hyphens (---) begins the next post of a thread: Mastodon.")
    area = page.locator("#text-sr-Cyrl")
    area.fill(FIRST)
    expect(hint).to_be_hidden()
    area.fill(f"{FIRST} {SECOND}")
    expect(hint).to_contain_text("A line of three hyphens")

    area.evaluate("(area, at) => { area.focus(); area.setSelectionRange(at, at + 1); }", len(FIRST))
    page.locator("[data-begin-part]").click()
    expect(area).to_have_value(f"{FIRST}\n---\n{SECOND}")
    area.press_sequentially("И ")
    expect(area).to_have_value(f"{FIRST}\n---\nИ {SECOND}")

    counters = page.locator(f'#counters [data-channel="{desk.mastodon.pk}"] .letters')
    expect(counters).to_have_text([f"{len(FIRST)} / 500", f"{len(SECOND) + 2} / 500"])
    preview = page.locator(f"#preview-{desk.mastodon.pk}-all")
    expect(preview.locator(".look-text")).to_have_text([FIRST, f"И {SECOND}"])
    expect(preview.locator(".look-thread-number")).to_have_text(["1/2", "2/2"])
    area.press_sequentially("сад ")
    expect(preview.locator(".look-text")).to_have_text([FIRST, f"И сад {SECOND}"])
    one = page.locator(f"#preview-{facebook.pk}-all")
    expect(one.locator(".look-thread-post")).to_have_count(0)
    expect(one.locator(".look-text")).to_contain_text(f"И сад {SECOND}")
    expect(hint).to_contain_text("A thread, each post an answer to the one before it: Mastodon.")
    expect(hint).to_contain_text("One post with all of the text: Facebook.")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    with scope(desk.municipality):
        submitted = submit(desk.reload(post), by=desk.cast.officer)
        approve(submitted, desk.version(post), by=desk.cast.approver)
        due_at = desk.deliveries(post)[0].due_at
    for _round in range(3):
        publish_due(max(due_at, timezone.now() + timedelta(seconds=10)))
    by_network = {post["text"]: post["reply_to"] for post in network.public("opstina")}
    assert set(by_network) == {FIRST, f"И сад {SECOND}", f"{FIRST}\n\nИ сад {SECOND}"}
    assert by_network[f"И сад {SECOND}"]
    page.goto(live_server.url + reverse("post", args=["cuprija", post.pk]))
    expect(page.locator(".thread-lines li")).to_have_count(1)
    expect(page.locator(".thread-lines li")).to_contain_text("Post 2 of 2 of a thread")
    expect(page.locator(".thread-lines li")).to_contain_text("Published")
    assert violations(page) == []


@pytest.mark.slow
def test_a_third_post_that_is_too_long_is_said_before_it_is_submitted(page: Any, live_server: Any, desk: Desk) -> None:
    text = f"{FIRST}\n---\n{FIRST}\n---\n{'а' * 300}"
    opened(page, live_server, desk, text, desk.bluesky, size=LAPTOP)
    page.locator("#text-sr-Cyrl").press("Control+End")
    page.locator("#text-sr-Cyrl").press_sequentially("б")
    counters = page.locator(f'#counters [data-channel="{desk.bluesky.pk}"] .letters')
    expect(counters).to_have_text([f"{len(FIRST)} / 300", f"{len(FIRST)} / 300", "1 too many"])
    findings = page.locator("#text-findings")
    expect(findings).to_contain_text("Part 3 of the thread has 301 characters and 300 are allowed. Shorten it by 1.")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.locator("button[name=act][value=submit]").click()
    expect(findings).to_contain_text("Part 3 of the thread has 301 characters and 300 are allowed.")
    expect(page.locator("#text-sr-Cyrl")).to_have_attribute("aria-invalid", "true")
    with scope(desk.municipality):
        assert Post.objects.get().stage == "draft"
