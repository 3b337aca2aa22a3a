"""A report from its first edition to everybody's page, in Chromium: sound on every page, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from municipalities.tenancy import scope
from participation import tasks
from participation.models import Edition
from tests.browsing import enter, is_sound
from tests.needs import factories as needs
from tests.participation import reported as make
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_from_the_first_edition_to_the_page_of_everybody(page: Any, live_server: Any, cast: Cast) -> None:
    page.set_default_timeout(15_000)
    row = make.consultation(cast.cuprija, cast.officer, approver=cast.approver)
    make.contribution(row)
    make.contribution(row, decision="declined", reason="Нема средстава.")
    needs.page(cast.cuprija)
    address = f"{live_server.url}/m/cuprija/consultations/{row.pk}/report/"

    enter(page, live_server, cast.officer)
    page.goto(address)
    is_sound(page)
    page.get_by_label("What changes because of it").fill("Постављамо расвету у осам улица.")
    page.get_by_role("button", name="Make the files").click()
    expect(page.get_by_text("A worker makes the files")).to_be_visible()
    is_sound(page)
    tasks.make_editions()
    # the page asks by itself
    expect(page.get_by_text("An approver publishes it.", exact=True)).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Word").first.click()
    assert begun.value.suggested_filename.endswith(".docx")

    enter(page, live_server, cast.approver)
    page.goto(address)
    is_sound(page)
    page.get_by_role("button", name="Publish the report").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Publish the report").click()
    expect(page.get_by_text("The report is public.")).to_be_visible()
    with scope(cast.cuprija):
        assert Edition.objects.get().published_at

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/asked/cuprija/sr-Cyrl/")
    is_sound(page)
    with page.expect_download() as begun:
        page.get_by_role("link", name="(PDF)").click()
    assert begun.value.suggested_filename.endswith(".pdf")
