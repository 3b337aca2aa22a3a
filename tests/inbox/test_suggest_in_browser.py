"""Sixty comments, many of them the same: an officer agrees with suggestions and sorts what is the same together."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_suggest import SAME, received

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_what_is_the_same_is_sorted_together(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    page.set_default_timeout(15_000)
    hole, number, *_ = received(
        municipality,
        "Rupa u Karađorđevoj stoji mesecima, sramota!!!",
        "Moj broj je 064/123-4567, kad će struja?",
        *SAME,
    )
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    expect(page.get_by_role("link", name="5 messages alike")).to_be_visible()
    expect(page.get_by_text("0••/•••-•••7")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Suggested: Complaint").click()
    expect(page.get_by_text("Sorted as: Complaint")).to_be_visible()
    assert municipality.reload(hole).kind == "complaint"
    page.get_by_role("link", name="5 messages alike").click()
    expect(page.get_by_label("With the selected ones")).to_have_value("kind:question")
    expect(page.get_by_role("checkbox", name="Select the message of", checked=True)).to_have_count(5)
    is_sound(page)
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done with 5 messages.")).to_be_visible()
    page.get_by_label("Select 5 messages alike").check()
    page.get_by_label("With the selected ones").select_option("close:")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done with 5 messages.")).to_be_visible()
    expect(page.get_by_text("messages alike")).to_have_count(0)
    page.goto(f"{live_server.url}/m/cuprija/inbox/{number.pk}/")
    expect(page.get_by_text("Contains personal data in public")).to_be_visible()
    is_sound(page)
