"""An officer counts a comment, decides by keyboard, answers authors and enters paper. Axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from municipalities.tenancy import scope
from participation.models import Contribution
from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox, allowed, english, municipality, network
from tests.participation.contributed import by_form, consultation_of

__all__ = ["allowed", "english", "municipality", "network"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_a_comment_is_counted_decided_and_answered(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(20_000)
    cast = municipality.cast
    row = consultation_of(cast)
    by_form(cast, row, "Предлажем клупе и корпе у градском парку, хвала")
    by_form(cast, row, "Предлажем клупе и корпе у градском парку", contact="ana@test.example")
    message = municipality.receive("@opstina Предлажем тротоар у Улици кнеза Милоша")
    enter(page, live_server, cast.officer)
    base_url = f"{live_server.url}/m/cuprija"
    page.goto(f"{base_url}/inbox/{message.pk}/")
    page.locator("summary", has_text="Contribution to a consultation").click()
    page.get_by_role("button", name="Count as a contribution").click()
    is_sound(page)
    page.get_by_role("button", name="Count as contributions").click()
    expect(page.get_by_text("1 message counts as a contribution.")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Not now").click()
    is_sound(page)

    page.get_by_role("link", name="Decide one after the other").click()
    is_sound(page)
    page.get_by_label("Declined").focus()
    page.keyboard.press("Space")
    page.get_by_label("Why").fill("Клупе су предвиђене планом за 2028. годину.")
    page.get_by_role("button", name="Save and go on to the next").press("Enter")
    expect(page.get_by_role("heading", name="Contribution 2")).to_be_visible()
    page.get_by_text("Reasons given before in this consultation").click()
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_label("Why")).to_have_value("Клупе су предвиђене планом за 2028. годину.")
    page.get_by_role("button", name="Save and go on to the next").press("Enter")
    expect(page.get_by_role("heading", name="Contribution 3")).to_be_visible()
    page.get_by_label("Accepted", exact=True).check()
    page.get_by_role("button", name="Save and stay here").click()
    expect(page.get_by_text("Contribution 3 is decided.")).to_be_visible()
    page.goto(f"{base_url}/consultations/{row.pk}/answers/")
    is_sound(page)
    page.get_by_role("button", name="Answer 2 authors").click()
    expect(page.get_by_text("2 authors are being answered.")).to_be_visible()
    with scope(cast.cuprija):
        assert Contribution.objects.filter(answer_state="waiting").count() == 2

    page.goto(f"{base_url}/consultations/{row.pk}/paper/")
    is_sound(page)
    page.get_by_label("Where the sheets come from").fill("Кутија у општини")
    page.get_by_label("Number of sheets").fill("2")
    page.get_by_label("Received on").fill(f"{row.starts_on:%d.%m.%Y.}")
    page.get_by_role("button", name="Enter its sheets").click()
    for number in (1, 2):
        expect(page.get_by_role("heading", name=f"Sheet {number} of 2")).to_be_visible()
        page.get_by_label("Text of the sheet").fill(f"Предлог са листа {number}")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Enter, and on to the next").press("Enter")
    expect(page.get_by_text("A colleague now checks them")).to_be_visible()
