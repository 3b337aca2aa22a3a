"""Pausing, resuming and the Channels page in a real browser, checked with axe."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from channels.domain import pause as pauses
from channels.enums import ChannelState
from municipalities.enums import Role
from municipalities.models import Membership
from municipalities.tenancy import scope
from tests.analytics.factories import channel
from tests.browsing import enter, violations
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NAME = "Општина Ћуприја"
CHANNELS = "/m/cuprija/channels/"


@pytest.fixture
def accounts(cast: Cast) -> list[Any]:
    """Four of one name, two of them on one network."""
    networks = (
        ("mastodon", "https://a.example"),
        ("mastodon", "https://b.example"),
        ("bluesky", "https://bsky.social"),
    )
    made = [channel(cast.cuprija, cast.approver, name=NAME, platform=key, server=server) for key, server in networks]
    lost = {"state": ChannelState.NEEDS_CONSENT, "platform": "facebook", "server": "https://graph.facebook.com"}
    return [*made, channel(cast.cuprija, cast.approver, name=NAME, **lost)]


@pytest.mark.slow
def test_a_channel_is_paused_seen_and_resumed(page: Any, live_server: Any, cast: Cast, accounts: list[Any]) -> None:
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{CHANNELS}{accounts[0].pk}/")
    assert violations(page) == []
    page.get_by_role("link", name="Pause…").click()
    page.get_by_label("Reason").fill("Нова страница")
    assert violations(page) == []
    page.get_by_role("button", name="Pause now").click()
    expect(page.get_by_text("One channel is paused")).to_be_visible()
    assert violations(page) == []
    page.goto(live_server.url + CHANNELS)
    row = page.locator(".channel-row", has_text="Officer paused this channel: Нова страница.")
    assert violations(page) == []
    row.get_by_role("button", name=re.compile("Resume.*Mastodon")).click()
    page.locator("#confirm").get_by_role("button", name="Resume").click()
    expect(page.get_by_text("One channel is paused")).to_have_count(0)


def test_the_programme_silences_everybody_in_it_and_ends_that(
    page: Any, live_server: Any, cast: Cast, accounts: list[Any]
) -> None:
    enter(page, live_server, cast.staff)
    page.goto(live_server.url + "/programme/pauses/")
    assert violations(page) == []
    page.get_by_role("link", name="Pause publishing…").click()
    page.get_by_label("Reason").fill("Дан жалости")
    assert violations(page) == []
    page.get_by_role("button", name="Pause now").click()
    expect(page.get_by_text("2 municipalities are silent")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="End the pause").click()
    page.locator("#confirm").get_by_role("button", name="End the pause").click()
    expect(page.get_by_text("Nothing is paused")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1366, 657), (390, 844)])
def test_what_pauses_everything_is_in_sight_beside_every_page(
    page: Any, live_server: Any, cast: Cast, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    enter(page, live_server, cast.officer)
    for address in ("library", "inbox", "analytics"):
        page.goto(f"{live_server.url}/m/cuprija/{address}/")
        if width < 900:
            page.get_by_role("button", name="Menu").click()
        for name in ("Settings", "Pause publishing"):
            expect(page.locator(".rail").get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        above = page.locator(".rail").get_by_role("link", name="Settings").bounding_box()
        assert above["y"] + above["height"] <= page.locator(".rail-foot").bounding_box()["y"]
    page.locator(".rail").get_by_role("link", name="Pause publishing").click()
    expect(page.get_by_role("button", name="Pause now")).to_be_visible()
    enter(page, live_server, cast.viewer)
    page.goto(f"{live_server.url}/m/cuprija/library/")
    expect(page.locator(".rail").get_by_text("Pause publishing")).to_have_count(0)


def test_on_a_low_screen_a_long_name_in_cyrillic_leaves_all_links_in_sight(
    page: Any, live_server: Any, cast: Cast
) -> None:
    Membership.objects.create(user=cast.officer, municipality=cast.novi_pazar, role=Role.OFFICER)
    User.objects.filter(pk=cast.officer.pk).update(name="Службеник за комуникације – Општина Ћуприја", language="sr")
    page.set_viewport_size({"width": 1366, "height": 657})
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/library/")
    lowest = page.locator(".rail").get_by_role("link", name="Подешавања").bounding_box()
    assert lowest["y"] + lowest["height"] <= page.locator(".rail-foot").bounding_box()["y"]


def test_every_pause_at_once_stands_at_the_top_of_a_page(
    page: Any, live_server: Any, cast: Cast, accounts: list[Any]
) -> None:
    pauses.pause_programme(None, "Дан жалости", by=cast.administrator)
    pauses.pause_programme(cast.programme, "Обука", by=cast.staff)
    with scope(cast.cuprija):
        pauses.pause(cast.cuprija, "Избори", by=cast.approver)
        for account in accounts[:2]:
            pauses.pause_channel(account, "Нова страница", by=cast.approver)
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, live_server, cast.officer)
    for path in ("", "calendar/", "posts/", "channels/"):
        page.goto(f"{live_server.url}/m/cuprija/{path}")
        expect(page.locator(".page-notice .callout")).to_have_count(4)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(page) == []


def test_previews_of_accounts_of_one_name_are_told_apart(
    page: Any, live_server: Any, cast: Cast, accounts: list[Any]
) -> None:
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/posts/new/")
    page.locator("#text-sr-Cyrl").fill("Пијаца ради у недељу до 14 часова.")
    expect(page.locator("section.preview")).to_have_count(4)
    assert [violation for violation in violations(page) if violation[0] == "landmark-unique"] == []
    names = page.locator("section.preview h3").all_inner_texts()
    assert len({" ".join(name.split()) for name in names}) == 4
