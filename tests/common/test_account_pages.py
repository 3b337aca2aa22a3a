"""The pages of django-allauth wear our clothes: signing in, the second factor, sessions."""

import pytest

from django.urls import reverse

from tests.browsing import violations
from tests.people import PASSWORD

SIGNED_OUT = ("account_login", "account_reset_password")
SIGNED_IN = (
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "usersessions_list",
    "account_logout",
)


def look(page, url):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    response = page.goto(url)
    assert response.status == 200
    assert page.locator("link[href*='tokens']").count() == 1
    assert violations(page) == []
    assert not complaints


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SIGNED_OUT)
def test_pages_before_signing_in_are_ours_and_accessible(page, live_server, name):
    look(page, live_server.url + reverse(name))


@pytest.mark.django_db(transaction=True)
def test_a_person_signs_in_and_finds_the_account_pages_accessible(page, live_server, cast):
    page.goto(live_server.url + reverse("account_login"))
    page.locator("input[name=login]").fill(cast.officer.email)
    page.locator("input[name=password]").fill("wrong")
    page.locator("main button.button-primary").click()
    assert page.locator(".error-summary").is_visible()
    page.locator("input[name=login]").fill(cast.officer.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button.button-primary").click()
    page.wait_for_url(lambda url: "login" not in url)
    for name in SIGNED_IN:
        look(page, live_server.url + reverse(name))
