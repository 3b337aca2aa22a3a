"""An officer counts a comment, decides by keyboard, answers authors and enters paper. Axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.domain import desk
from municipalities.tenancy import scope
from participation.models import Contribution
from tests.browsing import PHONE, enter, is_sound
from tests.inbox.conftest import MunicipalityInbox, allowed, english, municipality, network
from tests.participation.contributed import by_form, consultation_of
from tests.participation.test_departments import link

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


@pytest.mark.slow
def test_a_department_answers_about_a_proposal_on_a_telephone(
    page: Any, browser: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(20_000)
    cast = municipality.cast
    one = by_form(cast, consultation_of(cast), "Зовем се Ана Анић. Предлажем клупе у парку, 063/123-456")
    with scope(cast.cuprija):
        for name, address in (("Путеви", "putevi@test.example"), ("Зеленило", "zelenilo@test.example")):
            desk.add_department(cast.cuprija, name, address, by=cast.officer)
    enter(page, live_server, cast.officer)
    proposal = f"{live_server.url}/m/cuprija/consultations/{one.consultation_id}/contributions/{one.pk}/"
    page.goto(proposal)
    for department in ("Зеленило", "Путеви"):
        page.get_by_role("link", name="Ask a department").click()
        is_sound(page)
        page.get_by_label("Department").select_option(label=department)
        page.get_by_label("Your question").fill("Колико кошта клупа?")
        page.get_by_role("button", name="Send the question").click()
        expect(page.get_by_text(f"{department} gets a mail with the question")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Take the question back").last.click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The link in the mail no longer works")).to_be_visible()

    context = browser.new_context(locale="en-GB", viewport=PHONE, color_scheme="dark")
    telephone = context.new_page()
    telephone.goto(live_server.url + link())
    expect(telephone.get_by_text("Колико кошта клупа?")).to_be_visible()
    expect(telephone.get_by_text("063")).to_have_count(0)
    is_sound(telephone)
    telephone.get_by_label("Your answer").fill("Око 30.000 динара.")
    telephone.get_by_role("button", name="Send the answer").click()
    expect(telephone.get_by_text("your answer has arrived")).to_be_visible()
    is_sound(telephone)
    context.close()

    page.goto(proposal)
    expect(page.get_by_text("Око 30.000 динара.")).to_be_visible()
    is_sound(page)
