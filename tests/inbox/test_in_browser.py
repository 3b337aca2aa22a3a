"""An officer hears a citizen, sorts, notes and answers, with axe on both pages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_citizen_is_heard_and_answered(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    expect(page.get_by_text("No messages are waiting for an answer")).to_be_visible()
    is_sound(page)
    municipality.receive("@opstina До када неће бити воде?")
    page.reload()
    expect(page.get_by_text("New", exact=True)).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="До када неће бити воде?").click()
    page.get_by_label("Kind").select_option("question")
    expect(page.get_by_label("Kind")).to_have_value("question")
    page.get_by_label("Assigned to").select_option(label="Officer")
    expect(page.get_by_label("Assigned to")).to_have_value(str(municipality.cast.officer.pk))
    page.get_by_role("heading", name="Among ourselves").click()
    page.get_by_label("Note", exact=True).fill("Питао сам водовод.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Питао сам водовод.")).to_be_visible()
    is_sound(page)
    page.get_by_label("Public text").fill("До 14 часова.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The answer is on its way")).to_be_visible()
    municipality.publish()
    page.reload()
    expect(page.get_by_text("Answered").first).to_be_visible()
    is_sound(page)
    assert [post["text"] for post in municipality.public() if post["reply_to"]] == ["@gradjanka До 14 часова."]
    page.goto(f"{live_server.url}/m/cuprija/inbox/?view=answered")
    expect(page.get_by_role("link", name="До када неће бити воде?")).to_be_visible()
