"""Reports in a real browser: asked for, waited for, fetched and opened; and the public page as a citizen sees it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from municipalities.tenancy import scope
from reports import rules, tasks
from reports.domain import public_page
from tests.browsing import enter, is_sound
from tests.people import Cast
from tests.reports import numbers, reading

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def last_month() -> date:
    return rules.before(timezone.localdate())


@pytest.mark.slow
def test_an_officer_makes_a_report_and_opens_the_pdf(page: Any, live_server: Any, cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, last_month(), posts=6)
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/analytics/")
    page.get_by_role("link", name="Reports", exact=True).click()
    is_sound(page)
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_text("A worker puts the report together")).to_be_visible()
    is_sound(page)
    tasks.generate_reports()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    is_sound(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="PDF").click()
    assert fetched.value.suggested_filename == f"cuprija-{last_month():%Y-%m}-en.pdf"
    printed = reading.pdf(Path(fetched.value.path()).read_bytes())
    assert "Ćuprija published 6 posts on 1 channel. They received 135 interactions" in printed.text
    assert (printed.language, printed.is_tagged) == ("en", True)
    page.get_by_role("button", name="Generate again with current metrics").click()
    expect(page.get_by_text("A worker puts the report together")).to_be_visible()


@pytest.mark.slow
def test_the_schedule_and_the_switch_are_sound(page: Any, live_server: Any, cast: Cast) -> None:
    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/reports/schedule/")
    page.get_by_label("Day of the month").select_option("31")
    page.get_by_label("Officer").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    is_sound(page)
    page.goto(f"{live_server.url}/m/cuprija/settings/public/")
    page.get_by_label("Totals of this municipality are public").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Visible to everyone", exact=True)).to_be_visible()
    is_sound(page)


@pytest.mark.slow
def test_staff_make_the_report_of_the_programme(page: Any, live_server: Any, cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, last_month(), posts=6)
    enter(page, live_server, cast.staff)
    page.goto(f"{live_server.url}/programme/reports/")
    is_sound(page)
    page.get_by_role("button", name="Make the report").click()
    tasks.generate_reports()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    expect(page.get_by_text("There is no IATI file")).to_be_visible()
    is_sound(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="PDF").click()
    assert "Ćuprija" in reading.pdf(Path(fetched.value.path()).read_bytes()).text


def test_a_citizen_reads_the_public_page_and_the_open_data(page: Any, live_server: Any, cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, last_month(), posts=6)
    with scope(cast.cuprija):
        public_page.choose(cast.cuprija, is_on=True, contact="info@cuprija.rs", by=cast.approver)
    for path in ("/p/cuprija/", "/p/cuprija/sr-Latn/", "/open-data/", "/p/nowhere/", "/p/cuprija/en/"):
        page.goto(f"{live_server.url}{path}")
        is_sound(page)
    expect(page.get_by_role("heading", name="Our social networks in numbers")).to_be_visible()
    page.get_by_role("link", name="Srpski").click()
    expect(page.locator("html")).to_have_attribute("lang", "sr-Latn")
    assert page.context.cookies() == []
