"""Administration in a real browser: a new installation walked through as a person does, and the pages after it."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from administration import tasks
from administration.domain import set_up
from administration.models import Installation
from common import mail
from municipalities.models import Programme
from tests.accounts.test_security import code
from tests.analytics.factories import channel
from tests.browsing import enter, is_sound
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASSWORD = "kisa lampa sedam brod"


@pytest.mark.slow
def test_a_new_installation_is_set_up_by_a_person(page: Any, live_server: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED, settings.DEMO = True, False
    settings.EMAIL_BACKEND, settings.MAIL_TRANSPORT = "common.mail.OutboxBackend", "common.mail.DemoTransport"
    settings.PUBLIC_BASE_URL = live_server.url
    assert page.goto(f"{live_server.url}/setup/").status == 404
    link = set_up.issue_code()
    page.goto(link)
    expect(page.get_by_role("heading", name="Set up Dobošar")).to_be_visible()
    is_sound(page)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@opstine.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and go on").click()

    expect(page.get_by_role("heading", name="Protect your account with a second factor")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Authenticator app on a phone").click()  # the password was chosen a moment ago
    secret = page.locator("#authenticator_secret, [name=secret]").first.input_value()
    page.locator("[name=code]").fill(code(secret))
    page.locator("main button.button-primary").click()
    page.get_by_role("link", name="Go on with the set-up").click()

    expect(page.get_by_role("heading", name="Who runs this portal?")).to_be_visible()
    is_sound(page)
    page.get_by_label("Name of the portal").fill("Glasnik")
    page.get_by_label("Who is responsible").fill("Institut")
    page.get_by_label("Postal address").fill("Ulica 1")
    page.get_by_label("Public e-mail address").fill("info@opstine.example")
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_text("You opened this page at that address.")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Go on as it is").click()

    page.get_by_role("button", name="Send the test mail").click()
    expect(page.get_by_text("The mail is on its way to the mail server")).to_be_visible()
    is_sound(page)
    assert mail.send_waiting() >= 1
    expect(page.get_by_text("The mail has left")).to_be_visible()  # the page looks by itself
    is_sound(page)
    page.get_by_role("button", name="It arrived, go on").click()

    expect(page.get_by_role("heading", name="Which networks should be available?")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Go on").click()
    is_sound(page)
    page.get_by_label("Name of the programme").fill("Swiss PRO")
    page.get_by_role("button", name="Start the programme and finish").click()

    expect(page.get_by_text("The portal is set up.")).to_be_visible()
    assert User.objects.get().is_administrator
    assert Programme.objects.get().name == "Swiss PRO"
    assert Installation.objects.get().operator == "Institut"
    assert page.goto(f"{live_server.url}/setup/").status == 404
    assert page.goto(link).status == 404
    page.goto(f"{live_server.url}/about/")
    expect(page.get_by_text("Institut")).to_be_visible()
    is_sound(page)


def test_first_steps_from_home_to_the_end(page: Any, live_server: Any, cast: Cast) -> None:
    channel(cast.cuprija, cast.approver)
    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="All steps").click()
    is_sound(page)
    row = page.get_by_role("listitem").filter(has_text="Words of the house")
    row.get_by_role("button", name="Nothing to add").click()
    expect(row.get_by_role("button", name="Restore")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Do not show them on Home any more").click()
    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)
    enter(page, live_server, cast.staff)
    page.goto(f"{live_server.url}/programme/first-steps/")
    is_sound(page)


@pytest.mark.slow
def test_everything_of_a_municipality_is_asked_for_and_fetched(
    page: Any, live_server: Any, cast: Cast, settings: Any, tmp_path: Any
) -> None:
    settings.EXPORTS_ROOT = tmp_path
    page.clock.install()
    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/settings/export/")
    is_sound(page)
    page.get_by_role("button", name="Create the file").click()
    expect(page.get_by_text("A worker puts the file together")).to_be_visible()
    is_sound(page)
    tasks.build_exports()
    page.clock.fast_forward(3_000)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Fetch").click()  # the page looks by itself
    assert fetched.value.suggested_filename.startswith("cuprija-")
    assert "index.html" in zipfile.ZipFile(fetched.value.path()).namelist()
    is_sound(page)
