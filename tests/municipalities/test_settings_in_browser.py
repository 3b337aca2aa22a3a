"""The list of the pages of a workspace's settings, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import enter, is_sound
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "is_beside"), [(1366, True), (800, False), (390, False)])
def test_every_page_of_the_settings_is_in_one_list_and_none_is_cut_off(
    page: Any, live_server: Any, cast: Cast, width: int, is_beside: bool
) -> None:
    enter(page, live_server, cast.approver)
    page.set_viewport_size({"width": width, "height": 844})
    for address in ("settings", "settings/rules", "members", "channels", "settings/services", "pause"):
        page.goto(f"{live_server.url}/m/cuprija/{address}/")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    pages = page.get_by_role("navigation", name="Settings", exact=True)
    if is_beside:
        content = page.locator(".settings-content").bounding_box()
        assert pages.bounding_box()["x"] + pages.bounding_box()["width"] <= content["x"]
    else:
        expect(pages).to_be_hidden()
        page.get_by_role("button", name="Pause publishing Other settings").click()
    expect(pages.get_by_role("link")).to_have_count(13)
    expect(pages.get_by_role("link", name="Pause publishing")).to_have_attribute("aria-current", "page")
    for link in pages.get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=1)
        assert link.evaluate("node => node.scrollWidth <= node.clientWidth"), link.inner_text()
    pages.get_by_role("link", name="People").click()
    expect(page).to_have_url(f"{live_server.url}/m/cuprija/members/")
    is_sound(page)
