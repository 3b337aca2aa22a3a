"""An officer prepares the hearing on the budget, an approver publishes it, its posts are planned. Axe on every page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from municipalities.holidays import next_working_day
from tests.browsing import enter, is_sound
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_the_hearing_on_the_budget_is_prepared_and_published(page: Any, live_server: Any, cast: Cast) -> None:
    page.set_default_timeout(15_000)
    first = timezone.localdate()
    last = next_working_day(first + timedelta(days=20))
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/consultations/")
    is_sound(page)
    page.get_by_role("link", name="New consultation").first.click()
    is_sound(page)
    page.get_by_role("link", name="Public hearing on the budget").click()
    page.get_by_label("Title", exact=True).fill("Инвестиције у буџету за наредну годину")
    page.get_by_label("What is asked").fill("Која улагања су вам најважнија?")
    page.get_by_label("First day").fill(f"{first:%d.%m.%Y}")
    is_sound(page)
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_text("Enter the last day.")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Complete it").click()
    page.get_by_label("Last day").fill(f"{last:%d.%m.%Y}")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("link", name="Add a document").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "nacrt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    )
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("link", name="nacrt", exact=True)).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Инвестиције у буџету").click()
    page.get_by_text("Write it in another language").click()
    page.get_by_role("link", name="Hungarian").click()
    is_sound(page)
    page.get_by_label("Title", exact=True).fill("Beruházások a jövő évi költségvetésben")
    page.get_by_label("What is asked").fill("Mire van leginkább szükség?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Beruházások")).to_be_visible()
    page.get_by_role("button", name="Ask an approver to publish it").click()
    expect(page.get_by_text("An approver was asked to publish it")).to_be_visible()
    is_sound(page)

    enter(page, live_server, cast.approver)
    page.reload()
    page.get_by_role("link", name="Publish", exact=True).click()
    expect(page.get_by_text("What citizens will see")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Publish it").click()
    page.get_by_role("button", name="Plan its posts").click()
    expect(page.get_by_role("link", name="Call to take part")).to_be_visible()
    is_sound(page)
    page.goto(f"{live_server.url}/m/cuprija/consultations/")
    expect(page.get_by_role("link", name="Инвестиције у буџету")).to_be_visible()
    is_sound(page)
