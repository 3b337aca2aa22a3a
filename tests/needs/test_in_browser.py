"""Five messages become a need; it is decided, done, shown and told to all who asked. Axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.models import Message, Settlement
from municipalities.tenancy import scope
from needs.domain import notify
from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox
from tests.needs.conftest import messages_with
from tests.posts.desk import picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SAID = (
    "Нема клупа у парку",
    "Где да седнемо у парку?",
    "Klupe u park, molim",
    "Старима треба клупа",
    "Парк без клупа?",
)


@pytest.mark.slow
def test_five_who_ask_for_the_same_are_heard_and_told(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    page.set_default_timeout(15_000)
    with scope(municipality.cast.cuprija):
        Settlement.objects.create(municipality=municipality.cast.cuprija, name="Супска")
    messages_with(municipality, *(f"@opstina {entry}" for entry in SAID))
    enter(page, live_server, municipality.cast.officer)
    base_url = f"{live_server.url}/m/cuprija"
    page.goto(f"{base_url}/needs/")
    expect(page.get_by_text("No need is recorded yet")).to_be_visible()
    is_sound(page)

    page.goto(f"{base_url}/inbox/")
    boxes = page.get_by_role("checkbox", name="Select the message of")
    expect(boxes).to_have_count(5)
    for box in boxes.all():
        box.check()
    is_sound(page)
    page.get_by_label("With the selected ones").select_option(label="Make a need of them")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("5 messages", exact=True)).to_be_visible()
    is_sound(page)
    new = page.get_by_role("region", name="It is new")
    new.get_by_label("What is needed").fill("Клупе у парку")
    new.get_by_label("In a few sentences").fill("У градском парку нема где да се седне, највише фали старијима.")
    new.get_by_label("Topic").select_option("green")
    new.get_by_label("Settlement").select_option(label="Супска")
    new.get_by_role("button", name="Make a need of them").click()
    expect(page.get_by_text("5 messages joined this need.")).to_be_visible()
    is_sound(page)

    page.get_by_text("Record a call or visit").click()
    page.get_by_label("Note").fill("Звала пензионерка.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("6 voices").first).to_be_visible()
    page.get_by_role("link", name="Choose a quote").nth(1).click()
    expect(page.get_by_label("Words that may be quoted")).not_to_have_value("")
    is_sound(page)
    page.get_by_role("button", name="Keep this quote").click()

    page.get_by_role("link", name="Decide").click()
    page.get_by_label("It will be done").check()
    page.get_by_label("Why").fill("Новац је обезбеђен, клупе стижу до пролећа.")
    is_sound(page)
    page.get_by_role("button", name="Write the decision down").click()
    expect(page.get_by_text("The decision is saved.")).to_be_visible()

    page.get_by_role("link", name="It was done").click()
    page.get_by_label("What we did").fill("Поставили смо десет клупа у градском парку.")
    is_sound(page)
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Now inform the people who requested it.")).to_be_visible()

    page.get_by_role("link", name="Add a picture").click()
    page.get_by_label("Picture from your computer").set_input_files(
        {"name": "klupe.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()}
    )
    page.get_by_label("What does the picture show?").fill("Нова клупа поред чесме")
    is_sound(page)
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("img", name="Нова клупа поред чесме")).to_be_visible()
    is_sound(page)

    page.get_by_role("link", name="Answer everyone who requested it").click()
    expect(page.get_by_text("5 people, each below what they wrote last")).to_be_visible()
    expect(page.get_by_label("Text for each of them")).to_have_value("Поставили смо десет клупа у градском парку.")
    is_sound(page)
    page.get_by_role("button", name="Answer 5 people").click()
    expect(page.get_by_text("5 people are being informed.")).to_be_visible()
    assert notify.send_pending() == 5
    for _ in range(6):
        municipality.publish()
    answers = [entry for entry in municipality.public() if entry["reply_to"]]
    assert len(answers) == len({entry["reply_to"] for entry in answers}) == 5
    assert all("десет клупа" in entry["text"] for entry in answers)
    page.reload()
    expect(page.get_by_text("informed of the outcome").first).to_be_visible()
    is_sound(page)

    page.get_by_role("button", name="Write a post about the outcome").click()
    expect(page.get_by_text("This draft reports the outcome")).to_be_visible()
    page.goto(f"{base_url}/needs/")
    expect(page.get_by_role("link", name="Клупе у парку")).to_be_visible()
    is_sound(page)
    with scope(municipality.cast.cuprija):
        message = Message.objects.order_by("pk").first()
        assert message is not None
    page.goto(f"{base_url}/inbox/{message.pk}/")
    expect(page.get_by_role("region", name="The need").get_by_role("link", name="Клупе у парку")).to_be_visible()
    is_sound(page)
