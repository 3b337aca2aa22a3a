"""In a real browser: from the mail to the first page, and a passkey from setting it up to signing in with it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.domain import invitations
from accounts.models import User
from common.models import AuditEvent
from tests.people import PASSWORD, Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_new_officer_comes_in_through_the_invitation(cast: Cast, live_server: Any, page: Any) -> None:
    grant = {"kind": "membership", "municipality": "cuprija", "role": "officer"}
    link = invitations.invite("new@test.example", [grant], by=cast.approver, language="sr")  # type: ignore[list-item]
    page.goto(live_server.url + link[link.index("/accounts/") :])
    assert page.get_attribute("html", "lang") == "sr-Cyrl"
    page.fill("input[name=name]", "Мира")
    page.fill("input[name=password]", "kisa lampa sedam brod")
    page.fill("input[name=again]", "kisa lampa sedam brod")
    page.click("main form button.button-primary")
    page.wait_for_url("**/m/cuprija/")
    user = User.objects.get(email="new@test.example")
    assert (user.name, user.language) == ("Мира", "sr")


def test_a_passkey_is_set_up_and_opens_the_door_alone(cast: Cast, live_server: Any, page: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})

    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", cast.officer.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.button-primary")
    page.wait_for_url("**/accounts/second-factor/")
    page.click("main a.button-primary")
    page.wait_for_url("**/webauthn/add/")
    page.check("input[name=passwordless]")
    page.click("main form button.button-primary")
    page.wait_for_url(lambda url: "webauthn/add" not in url)

    page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").wait_for()
    page.goto(f"{live_server.url}/m/cuprija/")
    assert page.url.endswith("/m/cuprija/")
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/m/cuprija/")
    assert AuditEvent.objects.filter(verb="account.add_second_factor", detail__factor="webauthn").exists()
