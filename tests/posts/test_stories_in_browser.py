"""Stories and reels in a real browser: chosen in the composer, seen in the preview, published on a fake, then over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.tenancy import everywhere, scope
from posts.draft import Shown
from posts.models import Post
from tests.browsing import PHONE, enter, violations
from tests.delivery.conftest import connected
from tests.people import Cast
from tests.platforms.fakes import FakeServer, running
from tests.posts.desk import Desk, opened, picture_bytes
from tests.posts.films import film
from tests.publishing import pass_minutes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WIDE = {"width": 1366, "height": 657}


@pytest.fixture(scope="module")
def network() -> Iterator[FakeServer]:
    with running() as server:
        yield server


@pytest.fixture
def desk(cast: Cast, settings: Any, network: FakeServer, live_server: Any) -> Desk:
    network.reset()
    settings.PRIVATE_HOSTS_ALLOWED = [*network.allow, urlsplit(live_server.url).netloc]
    settings.PUBLIC_BASE_URL = live_server.url
    with scope(cast.cuprija):
        desk = opened(cast)
        desk.house_rule(approval=Approval.NONE)
    return desk


def choose_format(page: Any, channel: Channel, value: str) -> None:
    fold = page.locator("#settings")
    if not fold.evaluate("fold => fold.open"):
        fold.locator("summary").click()
    page.select_option(f"#setting-{channel.pk}-format", value)
    page.locator("#save-state[data-state=saved]").wait_for()


def publish(page: Any) -> None:
    page.select_option("#when", "approval")
    page.locator(".composer-foot").get_by_role("button", name="Publish now").click()
    dialog = page.locator("dialog[open]")
    if dialog.count():
        dialog.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/posts/*/")


def open_draft(
    page: Any, live_server: Any, desk: Desk, channel: Channel, *, size: Any = None, body: bytes = b""
) -> Post:
    """A draft with a picture of this size or this film, in the composer."""
    with scope(desk.municipality):
        media = desk.film(body) if body else desk.picture(picture_bytes(size=size))
        post = desk.write("Вашар у суботу, у 9.", media=(Shown(media.pk, "Плакат вашара"),), channels=(channel.pk,))
    page.set_viewport_size(WIDE)
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    page.locator("#composer.has-script").wait_for()
    return post


def is_public(page: Any, live_server: Any, post: Post) -> Delivery:
    pass_minutes(3)
    page.goto(live_server.url + reverse("post", args=["cuprija", post.pk]))
    with everywhere("a test looks"):
        delivery = Delivery.objects.get()
    assert delivery.state == State.PUBLISHED, delivery.problem
    return delivery


@pytest.mark.parametrize("platform", ["instagram", pytest.param("facebook", marks=pytest.mark.slow)])
def test_a_story_from_the_composer_to_its_end(
    page: Any, live_server: Any, desk: Desk, network: FakeServer, platform: str
) -> None:
    channel = connected(desk.cast, network, platform)
    post = open_draft(page, live_server, desk, channel, size=(1080, 1920))
    preview = page.locator(f"#preview-{channel.pk}-all")
    expect(preview.locator(".look-screen")).to_have_count(0)
    page.locator(".picture textarea").fill("")
    expect(page.locator("#coach")).to_contain_text("Picture 1 has no description")
    choose_format(page, channel, "story")
    expect(page.locator("#coach")).not_to_contain_text("Picture 1 has no description")
    expect(preview.locator(".look-screen img")).to_be_visible()
    expect(preview.locator(".look-remark")).to_contain_text("The text is not shown")
    expect(page.locator("#text-findings")).to_contain_text("Put the words into it.")
    expect(page.locator(f'#counters [data-channel="{channel.pk}"]')).to_have_count(0)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size(WIDE)
    publish(page)
    delivery = is_public(page, live_server, post)
    assert [(one["kind"].lower(), one["text"]) for one in network.public("opstina")] == [("story", "")]
    expect(page.locator(".network-line")).to_contain_text("Public until")
    expect(page.locator(".look-screen")).to_be_visible()
    assert violations(page) == []
    with everywhere("a day later"):
        Delivery.objects.filter(pk=delivery.pk).update(published_at=timezone.now() - timedelta(hours=25))
    page.reload()
    expect(page.locator(".network-line")).to_contain_text("It was public for 24 hours and is over")
    expect(page.locator(".network-line").get_by_role("link", name="Open")).to_have_count(0)
    assert violations(page) == []


@pytest.mark.slow
def test_a_reel_that_is_not_in_the_feed_of_instagram(
    page: Any, live_server: Any, desk: Desk, network: FakeServer
) -> None:
    channel = connected(desk.cast, network, "instagram")
    post = open_draft(page, live_server, desk, channel, body=film(seconds=4))
    choose_format(page, channel, "reel")
    preview = page.locator(f"#preview-{channel.pk}-all")
    expect(preview.locator(".look-screen .look-text")).to_contain_text("Вашар у суботу")
    expect(page.locator("#picture-findings")).to_contain_text("It is shown upright")
    assert violations(page) == []
    publish(page)
    is_public(page, live_server, post)
    (reel,) = network.public("opstina")
    assert (reel["kind"], reel["in_feed"], reel["text"]) == ("REELS", False, "Вашар у суботу, у 9.")
    expect(page.locator(".look-screen")).to_be_visible()
    expect(page.locator(".network-line")).not_to_contain_text("Public until")


def test_a_reel_of_a_page_says_what_its_video_lacks_and_goes_out(
    page: Any, live_server: Any, desk: Desk, network: FakeServer
) -> None:
    channel = connected(desk.cast, network, "facebook")
    post = open_draft(page, live_server, desk, channel, size=(1080, 1920))
    choose_format(page, channel, "reel")
    expect(page.locator("#picture-findings")).to_contain_text("Here a post is one video")
    with scope(desk.municipality):
        media = desk.film(film(seconds=4, size=(540, 960)), name="uspravno.mp4")
        shown = desk.draft(
            "Вашар у суботу, у 9.",
            media=(Shown(media.pk),),
            channels=(channel.pk,),
            settings={channel.pk: {"format": "reel"}},
        )
        desk.change(Post.objects.get(), shown)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    page.locator("#composer.has-script").wait_for()
    expect(page.locator("#picture-findings")).not_to_contain_text("Here a post is one video")
    expect(page.locator(f"#preview-{channel.pk}-all .look-screen")).to_be_visible()
    assert violations(page) == []
    publish(page)
    is_public(page, live_server, post)
    (reel,) = network.public("opstina")
    assert (reel["kind"], reel["text"]) == ("reel", "Вашар у суботу, у 9.")
