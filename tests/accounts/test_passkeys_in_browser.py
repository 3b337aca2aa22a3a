"""The whole life of a passkey in Chromium, on django-allauth's pages and under our content policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from allauth.mfa.models import Authenticator

from django.test import Client

from common.models import AuditEvent
from tests.accounts.test_security import enter, set_up_app, signed_in
from tests.people import PASSWORD, Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FINGERPRINT = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
KEYS = "/accounts/2fa/webauthn/"


@pytest.fixture
def origin(live_server: Any, settings: Any) -> str:
    """A passkey belongs to a domain, which an IP address is not."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.SECOND_FACTOR_REQUIRED = True
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def device(page: Any) -> Iterator[Any]:
    """Chromium's own authenticator; gives how many passkeys it holds."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    place = session.send("WebAuthn.addVirtualAuthenticator", {"options": FINGERPRINT})
    yield lambda: len(session.send("WebAuthn.getCredentials", place)["credentials"])
    session.detach()


def sign_in_by_password(page: Any, origin: str, person: Any) -> None:
    page.goto(f"{origin}/accounts/login/")
    page.fill("input[name=login]", person.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.button-primary")


def add_key(page: Any, origin: str, name: str, *, passwordless: bool) -> None:
    page.goto(f"{origin}{KEYS}add/")
    page.fill("input[name=name]", name)
    page.set_checked("input[name=passwordless]", passwordless)
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "webauthn/add" not in url)


def sign_out(page: Any, origin: str) -> None:
    page.goto(f"{origin}/accounts/logout/")
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url(lambda url: "logout" not in url)
    page.goto(f"{origin}{KEYS}")
    page.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_added_used_renamed_and_removed(
    cast: Cast, origin: str, page: Any, device: Any, settings: Any
) -> None:
    sign_in_by_password(page, origin, cast.officer)
    page.wait_for_url("**/accounts/second-factor/")
    add_key(page, origin, "Laptop", passwordless=True)
    assert device() == 1
    sign_out(page, origin)

    page.goto(f"{origin}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/m/cuprija/")

    page.goto(f"{origin}{KEYS}")
    page.get_by_role("link", name="Edit").click()
    page.fill("input[name=name]", "Office <laptop>")
    page.click("#mfa_webauthn_edit")
    page.wait_for_url(f"**{KEYS}")
    page.get_by_text("Office <laptop>").wait_for()

    # A quarter of an hour later the portal asks who is there; the passkey answers.
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    page.get_by_role("link", name="Remove").click()
    page.wait_for_url("**/reauthenticate/**")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    page.get_by_role("link", name="Use a security key").click()
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url("**/remove/")
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url(f"**{KEYS}")
    assert not Authenticator.objects.filter(user=cast.officer, type=Authenticator.Type.WEBAUTHN).exists()
    assert AuditEvent.objects.filter(verb="account.remove_second_factor", detail__factor="webauthn").exists()

    sign_out(page, origin)
    page.goto(f"{origin}/accounts/login/")
    page.click("#passkey_login")
    # The device still has it and offers it; the portal knows it no more.
    page.get_by_text("Incorrect code.").wait_for()
    assert device() == 1
    page.goto(f"{origin}{KEYS}")
    assert "/accounts/login/" in page.url


def test_a_key_is_the_second_factor_after_the_password(cast: Cast, origin: str, page: Any, device: Any) -> None:
    sign_in_by_password(page, origin, cast.officer)
    page.wait_for_url("**/accounts/second-factor/")
    add_key(page, origin, "Key", passwordless=False)
    sign_out(page, origin)
    sign_in_by_password(page, origin, cast.officer)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/m/cuprija/")


@pytest.mark.slow
def test_an_answer_of_a_passkey_is_good_for_one_sign_in_of_one_person(
    cast: Cast, origin: str, page: Any, device: Any
) -> None:
    """Whoever copied what the browser sent gets in with it neither again, nor as the second step of somebody else."""
    sign_in_by_password(page, origin, cast.viewer)
    add_key(page, origin, "Laptop", passwordless=True)
    sign_out(page, origin)
    page.goto(f"{origin}/accounts/login/")
    with page.expect_request(lambda request: request.method == "POST" and "webauthn/login" in request.url) as sent:
        page.click("#passkey_login")
    page.wait_for_url("**/m/cuprija/**")
    answers = {name: values[0] for name, values in parse_qs(sent.value.post_data).items()}
    assert "credential" in answers

    again = Client(headers={"accept-language": "en"})
    again.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    again.post("/accounts/2fa/webauthn/login/", answers)
    assert again.get("/accounts/name/").status_code == 302

    set_up_app(signed_in(cast.officer))
    half_in = Client(headers={"accept-language": "en"})
    enter(cast.officer.email, PASSWORD, half_in)
    assert half_in.get("/accounts/2fa/authenticate/").status_code == 200
    half_in.post("/accounts/2fa/authenticate/", answers)
    assert half_in.get("/accounts/name/").status_code == 302


@pytest.mark.slow
def test_a_key_that_does_not_see_who_uses_it_replaces_no_password(cast: Cast, origin: str, page: Any) -> None:
    """A key without PIN or fingerprint is one factor: it signs nobody in alone."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {**FINGERPRINT, "transport": "usb", "hasUserVerification": False, "isUserVerified": False}
    place = session.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    sign_in_by_password(page, origin, cast.officer)
    page.wait_for_url("**/accounts/second-factor/")
    page.goto(f"{origin}{KEYS}add/")
    page.fill("input[name=name]", "Stick")
    page.set_checked("input[name=passwordless]", True)
    page.click("#mfa_webauthn_add")
    page.wait_for_timeout(1500)  # what must not happen cannot be waited for
    assert session.send("WebAuthn.getCredentials", place)["credentials"] == []
    assert not Authenticator.objects.filter(user=cast.officer, type=Authenticator.Type.WEBAUTHN).exists()
