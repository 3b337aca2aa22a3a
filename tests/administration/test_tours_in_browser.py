"""The tour of an officer in a browser: offered on Home; its panel never lies over what it speaks about."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from administration.models import TourProgress
from tests.analytics.factories import channel
from tests.browsing import PHONE, WIDE, enter, is_sound
from tests.needs.factories import message
from tests.people import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
COVERED = """() => {
  const panel = document.querySelector("#tour").getBoundingClientRect();
  const overlaps = (one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.bottom > panel.top + 1 && box.top < panel.bottom - 1 && box.right > panel.left;
  };
  const fixed = document.querySelectorAll(".bottombar, .composer-foot, .topbar");
  return [...fixed].filter(overlaps).map((one) => one.className);
}"""


def test_an_officer_begins_writes_skips_leaves_and_resumes(page: Any, live_server: Any, cast: Cast) -> None:
    row = message(channel(cast.cuprija, cast.approver, name="Ћуприја"))
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    is_sound(page)
    panel = page.get_by_role("region", name="Tour for officers")
    panel.get_by_role("button", name="Begin the tour").click()

    panel = page.get_by_role("region", name="Tour, step 1 of 5: Write a draft")
    expect(panel).to_be_visible()
    assert page.evaluate(COVERED) == []
    page.locator("textarea").first.fill("У суботу садимо липе.")
    expect(page.get_by_role("region", name="Tour, step 2 of 5")).to_be_visible()  # without leaving the page
    is_sound(page)

    page.set_viewport_size(PHONE)
    assert page.evaluate(COVERED) == []
    panel = page.get_by_role("region", name="Tour, step 2 of 5")
    expect(panel.get_by_role("button", name="Skip this step")).to_be_hidden()
    panel.get_by_text("All steps").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Skip this step")).to_be_visible()
    is_sound(page)
    page.set_viewport_size(WIDE)
    panel.get_by_role("link", name="Open the draft").click()

    expect(page.get_by_role("region", name="Tour, step 3 of 5")).to_be_visible()
    page.get_by_role("button", name="Skip this step").click()
    panel = page.get_by_role("region", name="Tour, step 4 of 5: Answer a citizen")
    expect(panel.get_by_role("link", name="Open a message")).to_have_attribute("href", f"/m/cuprija/inbox/{row.pk}/")
    panel.get_by_role("button", name="Leave the tour").click()
    expect(page.get_by_text("You left the tour.")).to_be_visible()
    expect(panel).to_have_count(0)

    page.goto(f"{live_server.url}/tour/")
    is_sound(page)
    page.get_by_role("button", name="Resume the tour").click()
    expect(page).to_have_url(f"{live_server.url}/m/cuprija/inbox/{row.pk}/")
    expect(page.get_by_role("region", name="Tour, step 4 of 5")).to_be_visible()
    assert TourProgress.objects.get().marks == {"write": "done", "preview": "done", "submit": "skipped"}
