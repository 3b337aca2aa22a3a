"""The settings of the networks in the composer: there while their channel is chosen, with errors at their fields."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from municipalities.tenancy import scope
from posts.draft import parse
from posts.models import Post
from tests.browsing import enter, violations
from tests.people import Cast
from tests.posts.desk import Desk, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.mark.parametrize(
    ("size", "scheme"), [((1366, 657), "light"), pytest.param((390, 844), "dark", marks=pytest.mark.slow)]
)
def test_they_come_and_go_with_their_channel_and_are_saved(
    page: Any, live_server: Any, desk: Desk, size: tuple[int, int], scheme: Any
) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода расте.", channels=(desk.mastodon.pk, desk.bluesky.pk))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    page.locator("#composer.has-script").wait_for()

    fold, box = page.locator("#settings"), page.locator(f'input[name=channels][value="{desk.mastodon.pk}"]')
    expect(fold).to_be_visible()
    box.uncheck()
    expect(fold).to_be_hidden()
    box.check()
    fold.locator("summary").click()
    page.fill(f"#setting-{desk.mastodon.pk}-content_warning", "Поплава")
    page.select_option(f"#setting-{desk.mastodon.pk}-audience", "unlisted")
    expect(page.locator(f"#preview-{desk.mastodon.pk}-all .preview-settings")).to_contain_text("Поплава")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert violations(page) == []
    with scope(desk.municipality):
        chosen = parse(Post.objects.get().draft).settings
    assert chosen == {desk.mastodon.pk: {"content_warning": "Поплава", "audience": "unlisted"}}
