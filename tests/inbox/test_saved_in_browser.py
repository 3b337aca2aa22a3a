"""A saved answer is put into the field, an approver agrees, and it is public; with axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.models import AnswerDraft
from municipalities.domain.reference import load_services
from municipalities.models import EService, Municipality, ServiceAvailability
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def _keeps(text: str) -> Any:
    """The answer to a request that keeps these words as a draft."""
    return lambda response: (
        response.url.endswith("/draft/") and text.encode() in (response.request.post_data_buffer or b"")
    )


@pytest.mark.slow
def test_a_saved_answer_is_approved_and_sent(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    page.set_default_timeout(15_000)
    Municipality.objects.filter(pk=municipality.cast.cuprija.pk).update(answers_need_approval=True)
    load_services()
    with scope(municipality.cast.cuprija):
        ServiceAvailability.objects.create(
            municipality=municipality.cast.cuprija,
            service=EService.objects.get(key="komunalni"),
            url="https://cuprija.rs/rupe",
        )
    inbox = f"{live_server.url}/m/cuprija/inbox/"
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{inbox}answers/")
    is_sound(page)
    page.get_by_role("button", name="Take them over").click()
    expect(page.get_by_text("5 answers were added")).to_be_visible()
    page.get_by_role("link", name="Хвала на пријави").click()
    page.get_by_label("Public text").fill("Хвала што сте нам јавили.")
    is_sound(page)
    page.get_by_role("button", name="Save").click()
    is_sound(page)

    message = municipality.receive("@opstina Rupa u ulici Kneza Milosa!")
    page.goto(f"{inbox}{message.pk}/")
    is_sound(page)
    field = page.get_by_label("Public text")
    field.fill("Dobar dan.")
    field.press("End")
    page.locator("#answer-saved").select_option(label="Хвала на пријави")
    page.get_by_role("button", name="Insert").click()
    expect(field).to_have_value("Dobar dan. Hvala što ste nam javili.")
    # The same by "/": narrowed by what is typed after it, chosen by keys, in the place of what was typed.
    field.press_sequentially(" /hval")
    suggested = page.get_by_role("listbox", name="Saved answer")
    expect(suggested.get_by_role("option")).to_have_text(["Хвала на пријави"])
    is_sound(page)
    field.press("Escape")
    expect(suggested).to_be_hidden()
    field.fill("Dobar dan. /")
    expect(suggested.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    field.press_sequentially("hvala")
    field.press("Enter")
    expect(field).to_have_value("Dobar dan. Hvala što ste nam javili.")
    page.get_by_role("button", name="Prijava komunalnog problema").or_(
        page.get_by_role("button", name="Report a communal problem")
    ).click()
    text = (
        "Dobar dan. Hvala što ste nam javili. "
        "To možete da završite i preko interneta, Prijava komunalnog problema: https://cuprija.rs/rupe"
    )
    expect(field).to_have_value(text)
    # "@gradjanka ", the words, and the address as 23
    expect(page.locator("#answer-length")).to_have_text(f"{11 + len(text) - len('https://cuprija.rs/rupe') + 23} / 500")
    page.get_by_label("Script").select_option("Cyrl")
    with page.expect_response(_keeps("Добар дан")):
        page.get_by_role("button", name="Write it in this script").click()
    expect(field).to_have_value(
        "Добар дан. Хвала што сте нам јавили. "
        "То можете да завршите и преко интернета, Пријава комуналног проблема: https://cuprija.rs/rupe"
    )
    with scope(municipality.cast.cuprija):
        assert AnswerDraft.objects.get().text.startswith("Добар дан.")
    page.reload()
    expect(field).to_have_value(
        "Добар дан. Хвала што сте нам јавили. "
        "То можете да завршите и преко интернета, Пријава комуналног проблема: https://cuprija.rs/rupe"
    )
    field.fill("Hvala, stižemo.")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("The answer is waiting for approval.")).to_be_visible()
    is_sound(page)

    page.context.clear_cookies()
    enter(page, live_server, municipality.cast.approver)
    page.goto(f"{inbox}proposed/")
    is_sound(page)
    page.get_by_role("link", name="Hvala, stižemo.").click()
    is_sound(page)
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text("Approved. The answer is on its way.")).to_be_visible()
    municipality.publish()
    assert [post["text"] for post in municipality.public() if post["reply_to"]] == ["@gradjanka Hvala, stižemo."]


def test_one_sees_that_a_colleague_writes(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    page.set_default_timeout(15_000)
    page.clock.install()
    message = municipality.receive("@opstina До када?")
    enter(page, live_server, municipality.cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/")
    expect(page.get_by_text("is writing an answer here")).to_have_count(0)
    from inbox.domain import drafts

    with scope(municipality.cast.cuprija):
        drafts.save(message, "До", by=municipality.cast.officer)
    page.clock.run_for(16_000)
    expect(page.get_by_text("Officer is writing an answer here since")).to_be_visible()
    is_sound(page)
