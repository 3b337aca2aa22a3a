"""An officer asks the waterworks, the engineer answers on a telephone without an account, the officer uses the answer;
somebody asks what is held of them. Axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from common.models import MailMessage
from tests.browsing import PHONE, enter, is_sound
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_handover import link

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_a_department_is_asked_and_its_answer_used(
    page: Any, browser: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    message = municipality.receive("@opstina До када нема воде? Зовите 063/123-456")
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    page.get_by_role("link", name="Departments", exact=True).click()
    is_sound(page)
    new = page.get_by_role("form", name="Add a department")
    new.get_by_label("Name").fill("Водовод")
    new.get_by_label("E-mail").fill("vodovod@test.example")
    new.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Водовод").click()
    expect(page.get_by_role("form", name="Водовод")).to_be_visible()
    is_sound(page)
    place = page.get_by_role("form", name="Add a settlement")
    for name in ("Супска", "Сењски Рудник"):
        place.get_by_label("Name").fill(name)
        place.get_by_role("button", name="Add").click()
        expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("link", name="Супска").click()
    page.get_by_text("Merge", exact=False).first.click()
    expect(page.get_by_label("The one that stays")).to_be_visible()
    is_sound(page)
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/")
    page.get_by_role("heading", name="Departments").click()
    page.get_by_role("link", name="Ask a department").click()
    is_sound(page)
    page.get_by_label("Department").select_option(label="Водовод")
    page.get_by_label("Your question").fill("Када ће доћи вода?")
    expect(page.get_by_label("Words of the citizen that go along")).to_have_value("До када нема воде? Зовите [phone]")
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("gets a mail with the question")).to_be_visible()
    is_sound(page)

    context = browser.new_context(locale="en-GB", viewport=PHONE)
    telephone = context.new_page()
    telephone.goto(live_server.url + link())
    expect(telephone.get_by_text("Када ће доћи вода?")).to_be_visible()
    is_sound(telephone)
    telephone.set_viewport_size(PHONE)
    telephone.get_by_label("Your answer").fill("Од 14 часова.")
    telephone.get_by_role("button", name="Send the answer").click()
    expect(telephone.get_by_text("your answer has arrived")).to_be_visible()
    telephone.get_by_role("link", name="Srpski, latinica").click()
    expect(telephone.locator("html")).to_have_attribute("lang", "sr-Latn")
    telephone.get_by_role("textbox").first.fill("Од 15 часова.")
    telephone.get_by_role("button").last.click()
    telephone.wait_for_load_state()
    is_sound(telephone)
    assert context.cookies() == []

    page.reload()
    expect(page.get_by_role("heading", name="Answer of Водовод")).to_be_visible()
    expect(page.get_by_text("Од 15 часова.")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Use it in the answer").click()
    expect(page.get_by_label("Public text")).to_have_value("Од 15 часова.")
    telephone.goto(f"{live_server.url}{link()}?in=en")
    expect(telephone.get_by_text("your answer was used")).to_be_visible()
    is_sound(telephone)
    context.close()
    assert MailMessage.objects.filter(to="vodovod@test.example").count() == 1


@pytest.mark.slow
def test_somebody_asks_what_is_held_and_is_erased(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.approver)
    message = municipality.receive("@opstina Моје име је Петар")
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/")
    page.get_by_text("Erasure").click()
    page.locator("#hold-reason").fill("П 12/2026")
    page.get_by_role("button", name="Protect it from being erased").click()
    expect(page.get_by_text("П 12/2026")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="End the protection").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Protected from being erased")).to_be_hidden()
    page.goto(f"{live_server.url}/m/cuprija/inbox/people/")
    is_sound(page)
    page.get_by_label("Name or handle").fill(message.author_name or message.author_handle)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("checkbox").check()
    is_sound(page)
    page.get_by_role("button", name="Show what is held").click()
    expect(page.get_by_text("Моје име је Петар")).to_be_visible()
    is_sound(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as a file").click()
    assert "Моје име је Петар" in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Erase everything").click()
    is_sound(page)
    page.get_by_label("I have verified").check()
    page.get_by_role("button", name="Erase it permanently").click()
    expect(page.get_by_text("Erased: 1 messages")).to_be_visible()
    assert municipality.reload(message).text == ""
