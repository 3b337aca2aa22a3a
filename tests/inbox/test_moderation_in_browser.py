"""A threat at 7:30: an officer hides it, the approver looks at it, a citizen reads the rules. With axe on each page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.domain import hide, triage
from inbox.enums import MessageKind
from inbox.models import Moderation
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_a_threat_is_hidden_looked_at_and_objected_to(
    page: Any, live_server: Any, municipality: MunicipalityInbox, hiding: Any
) -> None:
    page.set_default_timeout(15_000)
    with scope(municipality.cast.cuprija):
        triage.set_kind(hiding(), MessageKind.UNLAWFUL, by=municipality.cast.officer)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/moderation/")
    is_sound(page)
    page.get_by_role("link", name="Псовка и претња").click()
    is_sound(page)
    page.get_by_role("button", name="Keep a copy and go on").click()  # the browser asks for a reason
    page.get_by_label("Threat or violence").check()
    page.get_by_label("What is wrong with it, in one sentence").fill("Прети службеници.")
    page.get_by_role("button", name="Keep a copy and go on").click()
    expect(page.get_by_text("The portal hides it on the network in a moment")).to_be_visible()
    is_sound(page)
    for key in hide.claim():
        hide.execute(key)
    enter(page, live_server, municipality.cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/inbox/moderation/")
    page.get_by_role("link", name="Hide: Threat or violence").click()
    expect(page.get_by_text("the portal hid it")).to_be_visible()
    page.get_by_role("button", name="It was right").click()
    expect(page.get_by_text("agreed, as the second person")).to_be_visible()
    page.get_by_text("Its author objects…").click()
    page.get_by_label("The person's statement").fill("Шалио сам се.")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_label("The decision is upheld").check()
    page.get_by_label("Why", exact=True).first.fill("Претња није шала.")
    is_sound(page)
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Претња није шала.")).to_be_visible()
    with scope(municipality.cast.cuprija):
        row = Moderation.objects.get()
        page.goto(f"{live_server.url}/m/cuprija/inbox/{row.message_id}/")
    expect(page.get_by_role("link", name="Hide: Threat or violence")).to_be_visible()
    is_sound(page)


def test_an_officer_opens_the_form_beside_a_message_by_the_keyboard(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(15_000)
    message = municipality.receive("@opstina Баш сте ружни")
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/")
    page.get_by_text("Hide this message…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Criticism is not in this list")).to_be_visible()
    expect(page.get_by_text("report it to the server")).to_be_visible()
    is_sound(page)


def test_house_rules_are_written_copied_and_read_by_everybody(
    page: Any, browser: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/inbox/house-rules/")
    is_sound(page)
    page.get_by_label("House rules are public").check()
    page.get_by_label("Where one can object").fill("Писарница, 035 123 456")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Visible to everyone", exact=True)).to_be_visible()
    is_sound(page)
    stranger = browser.new_context().new_page()
    for tongue in ("sr-Cyrl", "sr-Latn", "en"):
        stranger.goto(f"{live_server.url}/rules/cuprija/{tongue}/")
        is_sound(stranger)
    expect(stranger.get_by_text("Criticism is welcome")).to_be_visible()
    assert stranger.context.cookies() == []
