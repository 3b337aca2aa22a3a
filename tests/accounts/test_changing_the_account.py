"""Changing an account: who signed in long ago is asked again, and the owner gets a mail about every change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from django.db import connection
from django.template import Template
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.domain import invitations
from accounts.models import User
from common.models import AuditEvent, MailMessage
from tests.accounts.test_security import code, enter, set_up_app
from tests.architecture.test_urls import addresses
from tests.people import PASSWORD, Cast

NEW = "kisa lampa sedam brod"
SECOND = "second@test.example"
AGAIN = "/accounts/reauthenticate/"

ASKED_AGAIN = {
    "account_email": "addresses are added, removed and made the first one",
    "mfa_activate_totp": "adds an app",
    "mfa_deactivate_totp": "removes it",
    "mfa_add_webauthn": "adds a passkey",
    "mfa_edit_webauthn": "renames one",
    "mfa_remove_webauthn": "removes one",
    "mfa_generate_recovery_codes": "new codes",
    "mfa_view_recovery_codes": "shows codes",
    "mfa_download_recovery_codes": "the same as a file",
}
NOT_ASKED = {
    "account_change_password": "asks for the present password itself",
    "account_set_password": "for accounts without a password, which there are none of",
    "account_logout": "changes nothing",
    "account_reauthenticate": "this is where one is asked",
    "mfa_reauthenticate": "the same with a second factor",
    "mfa_reauthenticate_webauthn": "the same with a passkey",
    "mfa_index": "only shows",
    "mfa_list_webauthn": "only shows; its buttons ask",
    "usersessions_list": "ends sessions, adds none",
    "account_confirm_email": "needs the link of the mail to that address",
    "account_email_verification_sent": "only tells",
    "account_inactive": "only tells",
}
BEFORE_SIGNING_IN = (
    "account_login", "account_signup", "account_reset", "account_request", "account_confirm_login",
    "mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust",
)  # fmt: skip


@pytest.fixture(autouse=True)
def real_outbox(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert enter(cast.officer.email, PASSWORD, client).status_code == 302
    return client


def later(**ago: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**ago))


def is_asked_again(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"].startswith(AGAIN))


def subjects(to: str) -> list[str]:
    return list(MailMessage.objects.filter(to=to).order_by("pk").values_list("subject", flat=True))


def test_every_address_of_django_allauth_is_in_one_of_the_lists() -> None:
    unknown = {
        address.name
        for address in addresses()
        if address.view.__module__.startswith("allauth.")
        and address.name not in {*ASKED_AGAIN, *NOT_ASKED}
        and not address.name.startswith(BEFORE_SIGNING_IN)
    }
    assert unknown == set()


@pytest.mark.parametrize(
    "action",
    [
        {"action_add": "", "email": "third@test.example"},
        {"action_remove": "", "email": SECOND},
        {"action_primary": "", "email": SECOND},
    ],
    ids=lambda action: next(iter(action)),
)
def test_addresses_are_changed_only_by_who_signed_in_just_now(
    cast: Cast, client: Client, action: dict[str, str]
) -> None:
    EmailAddress.objects.create(user=cast.officer, email=SECOND, verified=True)
    before = list(EmailAddress.objects.order_by("pk").values_list("email", "primary"))
    with later(hours=1):
        answer = client.post("/accounts/email/", action)
        assert is_asked_again(answer)
        assert list(EmailAddress.objects.order_by("pk").values_list("email", "primary")) == before
        # and with the password what was asked for is done
        client.post(answer.headers["Location"], {"password": PASSWORD})
        assert list(EmailAddress.objects.order_by("pk").values_list("email", "primary")) != before


@pytest.mark.parametrize("name", sorted(set(ASKED_AGAIN) - {"account_email"}))
def test_second_factors_are_changed_only_by_who_signed_in_just_now(cast: Cast, client: Client, name: str) -> None:
    if name != "mfa_activate_totp":
        set_up_app(client)
    key = Authenticator.objects.create(user=cast.officer, type="webauthn", data={"name": "k", "credential": {}})
    kwargs = {"pk": key.pk} if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else {}
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "data"))
    with later(hours=1):
        path = reverse(name, kwargs=kwargs)
        for answer in (client.get(path), client.post(path, {"code": "123456"})):
            assert answer.status_code in (302, 405), answer.status_code
            assert answer.status_code == 405 or "reauthenticate" in answer.headers["Location"]
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "data")) == before


def test_the_password_is_changed_only_with_the_present_one(cast: Cast, client: Client) -> None:
    client.post("/accounts/password/change/", {"oldpassword": "x", "password1": NEW, "password2": NEW})
    assert User.objects.get(pk=cast.officer.pk).check_password(PASSWORD)


def test_who_has_just_signed_in_is_not_asked_again(client: Client) -> None:
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    with later(minutes=14):
        assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    with later(minutes=16):
        assert is_asked_again(client.get("/accounts/2fa/totp/activate/"))


def test_who_accepts_an_invitation_sets_up_the_second_factor_without_typing_the_password_again(
    cast: Cast, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    grant: Any = {"kind": "membership", "municipality": "cuprija", "role": "officer"}
    link = invitations.invite("new@test.example", [grant], by=cast.approver, language="en")
    client = Client()
    answers = {"name": "Mira", "password": NEW, "again": NEW}
    assert client.post(link[link.index("/accounts/") :], answers).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/accounts/second-factor/"
    set_up_app(client)
    assert client.get("/m/cuprija/").status_code == 200


def test_the_owner_gets_a_mail_about_every_change(transactional_db: None, cast: Cast, client: Client) -> None:
    old = cast.officer.email
    client.post("/accounts/email/", {"action_add": "", "email": SECOND})
    assert subjects(old) == ["Dobošar: An e-mail address was added"]
    assert "second@test.example was added" in MailMessage.objects.get(to=old).body
    EmailAddress.objects.filter(email=SECOND).update(verified=True)
    secret = set_up_app(client)
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    client.post("/accounts/2fa/totp/deactivate/")
    client.post("/accounts/email/", {"action_primary": "", "email": SECOND})
    assert subjects(old)[1:] == [
        "Dobošar: Authenticator App Activated",
        "Dobošar: New Recovery Codes Generated",
        "Dobošar: Password Changed",
        "Dobošar: Authenticator App Deactivated",
        "Dobošar: Email Changed",
    ]
    client.post("/accounts/email/", {"action_remove": "", "email": old})
    assert subjects(SECOND)[-1] == "Dobošar: Email Removed"
    assert secret not in "".join(row.body for row in MailMessage.objects.all())
    assert code(secret) not in "".join(row.body for row in MailMessage.objects.all())
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"account.add_email", "account.change_email", "account.remove_email"} <= verbs


# ---- a reset for an address without an account


def test_a_reset_for_a_stranger_sends_nothing(cast: Cast) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (cast.officer.email, "stranger@elsewhere.example")
    ]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    page = Client(headers={"accept-language": "en"}).get("/accounts/password/reset/done/")
    assert "If there is an account with this address" in page.text
    assert list(MailMessage.objects.values_list("to", flat=True)) == [cast.officer.email]


def test_a_reset_does_the_same_work_for_a_stranger(cast: Cast) -> None:
    """The same templates and nearly as many statements, so it takes as long. Not by a clock: on a busy machine two
    equal requests of five milliseconds differ by half."""

    def work(email: str) -> tuple[list[str | None], int]:
        templates: list[str | None] = []

        def rendered(template: Template, **_: Any) -> None:
            templates.append(template.name)

        with CaptureQueriesContext(connection) as queries:
            template_rendered.connect(rendered)
            try:
                Client().post("/accounts/password/reset/", {"email": email})
            finally:
                template_rendered.disconnect(rendered)
        return templates, len(queries)

    known, unknown = work(cast.officer.email), work("stranger@elsewhere.example")
    assert known[0] == unknown[0]
    assert "account/email/password_reset_key_message.txt" in known[0]
    assert abs(known[1] - unknown[1]) <= 3, (known[1], unknown[1])
