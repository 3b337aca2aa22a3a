"""Outside the demo a second factor is required: every way around it that an attacker with a password could try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from django.conf import settings as project
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from common.models import AuditEvent, MailMessage
from tests.accounts.test_security import code, enter, set_up_app
from tests.accounts.test_sessions import NEW, entered, key_of, reset
from tests.administration.test_set_up import ADA, link
from tests.architecture import test_urls as urls
from tests.cases import undone
from tests.concurrency import at_once
from tests.people import PASSWORD, Cast

CODE_PAGE = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def outside_the_demo(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield


@pytest.fixture
def app(cast: Cast) -> str:
    """The secret of the officer's authenticator app."""
    return set_up_app(entered(cast.officer))


def is_in(client: Client) -> bool:
    """Signed in, with or without a second factor: the page opens that asks to set one up."""
    return client.get("/accounts/second-factor/").status_code == 200


def half_in(user: User) -> Client:
    """An attacker who has the password, and is asked for the second factor."""
    client = Client(headers={"accept-language": "en"})
    assert enter(user.email, PASSWORD, client).headers["Location"] == CODE_PAGE
    return client


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"\b[0-9a-f]{8}\b", client.get("/accounts/2fa/recovery-codes/").text)


# ---- half signed in


def test_with_the_password_alone_no_page_of_the_portal_opens(cast: Cast, app: str) -> None:
    """GET and POST get the same response as without signing in."""
    things = urls.make(cast)
    attacker, nobody = half_in(cast.officer), Client(headers={"accept-language": "en"})
    opened, different = 0, []
    for address in urls.sampled(8):
        path = address.path(things)
        for method in ("get", "post"):
            pair = [getattr(client, method)(path) for client in (attacker, nobody)]
            opened += 1
            if pair[0].status_code != pair[1].status_code or pair[0].headers.get("Location") != pair[1].headers.get(
                "Location"
            ):
                different.append(f"{method} {path}: {pair[0].status_code}, {pair[1].status_code}")
    assert opened > 50
    assert not different, "\n".join(different)


PAGES_OF_THE_ACCOUNT = (
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/recovery-codes/download/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/name/",
    "/accounts/second-factor/",
)


def test_with_the_password_alone_no_page_of_the_account_opens(cast: Cast, app: str, subtests: pytest.Subtests) -> None:
    for path, method in product(PAGES_OF_THE_ACCOUNT, ("get", "post")):
        with subtests.test(f"{method} {path}"), undone():
            attacker = half_in(cast.officer)
            response = getattr(attacker, method)(path, {"password": PASSWORD, "email": "attacker@test.example"})
            assert response.status_code in (302, 405)
            assert response.headers.get("Location", "/accounts/login/").startswith(("/accounts/login/", CODE_PAGE))
            assert not is_in(attacker)
            assert Authenticator.objects.filter(user=cast.officer, type="totp").count() == 1
            assert EmailAddress.objects.filter(user=cast.officer).count() <= 1


def test_a_half_finished_sign_in_ends_after_a_while(cast: Cast, app: str) -> None:
    attacker = half_in(cast.officer)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        attacker.post(CODE_PAGE, {"code": code(app)})
        assert not is_in(attacker)


def test_the_code_of_one_does_not_finish_the_sign_in_of_another(cast: Cast, app: str) -> None:
    """In the same browser, whoever signs in next: django-allauth goes on with the sign-in that waits, or cancels it."""
    attacker = half_in(cast.officer)
    own = set_up_app(entered(cast.viewer))
    enter(cast.viewer.email, PASSWORD, attacker)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        attacker.post(CODE_PAGE, {"code": code(own)})
    assert not is_in(attacker)


# ---- by a reset, by recovery codes


def test_after_a_reset_the_second_factor_is_asked_for_and_stays(cast: Cast, app: str) -> None:
    assert reset(cast.officer.email).status_code == 302
    client = Client(headers={"accept-language": "en"})
    assert enter(cast.officer.email, NEW, client).headers["Location"] == CODE_PAGE
    assert not is_in(client)
    assert Authenticator.objects.filter(user=cast.officer, type="totp").exists()


def test_a_reset_ends_sign_ins_that_wait_for_the_second_step(cast: Cast, app: str) -> None:
    attacker = half_in(cast.officer)
    reset(cast.officer.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        attacker.post(CODE_PAGE, {"code": code(app)})
    assert not is_in(attacker)


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_that_is_used_twice_at_once_lets_in_once(cast: Cast) -> None:
    owner = entered(cast.officer)
    set_up_app(owner)
    [first, *_others] = recovery_codes(owner)
    clients = [half_in(cast.officer) for _ in range(4)]
    at_once(*(partial(client.post, CODE_PAGE, {"code": first}) for client in clients))
    assert sum(is_in(client) for client in clients) == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_of_an_app_that_is_used_twice_at_once_lets_in_once(cast: Cast) -> None:
    secret = set_up_app(entered(cast.officer))
    clients = [half_in(cast.officer) for _ in range(4)]
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        shown = code(secret)
        at_once(*(partial(client.post, CODE_PAGE, {"code": shown}) for client in clients))
        assert sum(is_in(client) for client in clients) == 1


def test_guessing_recovery_codes_is_stopped_in_whatever_session(cast: Cast) -> None:
    owner = entered(cast.officer)
    set_up_app(owner)
    [first, *_others] = recovery_codes(owner)
    for _ in range(6):
        attacker = half_in(cast.officer)
        for guess in range(5):
            attacker.post(CODE_PAGE, {"code": f"{guess:08x}"})
    attacker = half_in(cast.officer)
    attacker.post(CODE_PAGE, {"code": first})
    assert not is_in(attacker)


def test_renewed_recovery_codes_end_the_former_ones(cast: Cast) -> None:
    owner = entered(cast.officer)
    set_up_app(owner)
    former = recovery_codes(owner)
    assert owner.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    assert not set(former) & set(recovery_codes(owner))
    attacker = half_in(cast.officer)
    attacker.post(CODE_PAGE, {"code": former[0]})
    assert not is_in(attacker)


# ---- by an old session


@pytest.mark.django_db(transaction=True)
def test_a_session_from_before_the_second_factor_ends_when_it_is_set_up(cast: Cast) -> None:
    """An attacker with the password was in first: a factor of the person must not let that session in."""
    attacker = entered(cast.officer)
    assert attacker.get("/m/cuprija/").headers["Location"] == "/accounts/second-factor/"
    owner = entered(cast.officer)
    set_up_app(owner)
    assert is_in(owner)
    assert owner.get("/m/cuprija/").status_code == 200
    assert not is_in(attacker)
    assert attacker.get("/m/cuprija/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_session_ends_too_when_a_further_factor_is_added(cast: Cast, app: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        other = half_in(cast.officer)
        other.post(CODE_PAGE, {"code": code(app)})
        assert is_in(other)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        owner = half_in(cast.officer)
        owner.post(CODE_PAGE, {"code": code(app)})
        owner.post("/accounts/2fa/totp/deactivate/")
        set_up_app(owner)
        assert is_in(owner)
        assert not is_in(other)


def test_who_removes_the_second_factor_is_sent_to_set_one_up_before_anything_else(cast: Cast) -> None:
    owner = entered(cast.officer)
    set_up_app(owner)
    owner.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=cast.officer, type="totp").exists()
    assert owner.get("/m/cuprija/").headers["Location"] == "/accounts/second-factor/"


def test_recovery_codes_alone_are_no_second_factor(cast: Cast) -> None:
    owner = entered(cast.officer)
    owner.post("/accounts/2fa/recovery-codes/generate/")
    assert owner.get("/m/cuprija/").headers["Location"] == "/accounts/second-factor/"


def test_a_stolen_session_changes_no_second_factor(cast: Cast, subtests: pytest.Subtests) -> None:
    """It is older than a quarter of an hour, so that the password or a code is asked for first."""
    owner = entered(cast.officer)
    set_up_app(owner)
    before = list(Authenticator.objects.order_by("pk").values("pk", "data"))
    for name in ("totp/deactivate", "recovery-codes/generate", "webauthn/add"):
        with subtests.test(name), undone(), time_machine.travel(timezone.now() + timedelta(minutes=20)):
            stolen = Client()
            stolen.cookies[project.SESSION_COOKIE_NAME] = key_of(owner)
            response = stolen.post(f"/accounts/2fa/{name}/")
            assert response.status_code == 302
            assert "reauthenticate" in response.headers["Location"]
            assert list(Authenticator.objects.order_by("pk").values("pk", "data")) == before


# ---- by an added address


def test_an_added_address_neither_signs_in_nor_resets_before_it_is_confirmed(cast: Cast) -> None:
    client = entered(cast.officer)
    client.post("/accounts/email/", {"action_add": "", "email": "attacker@test.example"})
    assert EmailAddress.objects.filter(email="attacker@test.example", verified=False).exists()
    stranger = Client(headers={"accept-language": "en"})
    assert enter("attacker@test.example", PASSWORD, stranger).status_code != 302 or not is_in(stranger)
    MailMessage.objects.all().delete()
    stranger.post("/accounts/password/reset/", {"email": "attacker@test.example"})
    assert not any("password/reset/key" in mail.body for mail in MailMessage.objects.all())


def test_a_confirmed_added_address_still_meets_the_second_factor(cast: Cast) -> None:
    client = entered(cast.officer)
    set_up_app(client)
    EmailAddress.objects.create(user=cast.officer, email="second@test.example", verified=True)
    assert reset("second@test.example").status_code == 302
    attacker = Client(headers={"accept-language": "en"})
    assert enter("second@test.example", NEW, attacker).headers["Location"] == CODE_PAGE
    assert not is_in(attacker)


def test_a_stolen_session_adds_no_address(cast: Cast) -> None:
    owner = entered(cast.officer)
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        stolen = Client()
        stolen.cookies[project.SESSION_COOKIE_NAME] = key_of(owner)
        response = stolen.post("/accounts/email/", {"action_add": "", "email": "attacker@test.example"})
    assert "reauthenticate" in response.headers["Location"]
    assert not EmailAddress.objects.filter(email="attacker@test.example").exists()


def test_who_adds_the_address_of_another_gets_nothing_of_their_mail(cast: Cast) -> None:
    """The page does not say that the address has an account, and the reset concerns its owner alone."""
    client = entered(cast.officer)
    client.post("/accounts/email/", {"action_add": "", "email": cast.approver.email.upper()})
    MailMessage.objects.all().delete()
    assert reset(cast.approver.email).status_code == 302
    cast.approver.refresh_from_db()
    cast.officer.refresh_from_db()
    assert cast.approver.check_password(NEW)
    assert cast.officer.check_password(PASSWORD)
    assert sum("password/reset/key" in mail.body for mail in MailMessage.objects.all()) == 1


def test_a_confirmation_made_elsewhere_confirms_nothing(cast: Cast) -> None:
    """A link that is signed by somebody else, or for another purpose, is no confirmation."""
    address = EmailAddress.objects.create(user=cast.officer, email="attacker@test.example", verified=False)
    for key in (dumps(address.pk), dumps(address.pk, salt="account", key="another"), str(address.pk), "x" * 64):
        Client().post(reverse("account_confirm_email", args=[key]))
    address.refresh_from_db()
    assert not address.verified


# ---- other doors


NOT_OFFERED = (
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/3rdparty/",
    "/accounts/social/login/cancelled/",
    "/_allauth/browser/v1/auth/login",
    "/admin/",
    "/accounts/2fa/webauthn/signup/",
)


def test_ways_in_that_the_portal_does_not_offer_are_not_there(cast: Cast, subtests: pytest.Subtests) -> None:
    for path, method in product(NOT_OFFERED, ("get", "post")):
        with subtests.test(f"{method} {path}"), undone():
            client = Client(headers={"accept-language": "en"})
            response = getattr(client, method)(path, {"login": cast.officer.email, "email": cast.officer.email})
            assert response.status_code in (302, 403, 404, 405) or "closed" in response.text.lower()
            assert not is_in(client)
            assert not User.objects.filter(email="new@test.example").exists()


def test_signing_in_leads_to_no_other_site(cast: Cast, app: str, subtests: pytest.Subtests) -> None:
    for following in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        with subtests.test(following), undone():
            client = Client(headers={"accept-language": "en"})
            answers = {"login": cast.officer.email, "password": PASSWORD, "next": following}
            response = client.post("/accounts/login/", answers)
            assert "evil" not in response.headers["Location"] or response.headers["Location"].startswith(
                "/accounts/2fa/"
            )
            with time_machine.travel(timezone.now() + timedelta(minutes=1)):
                response = client.post(CODE_PAGE, {"code": code(app), "next": following})
            assert response.headers["Location"].startswith("/")
            assert "evil" not in response.headers["Location"]


def test_a_switched_off_account_is_not_let_in_by_its_second_step(cast: Cast, app: str) -> None:
    waiting = half_in(cast.officer)
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        waiting.post(CODE_PAGE, {"code": code(app)})
    assert not is_in(waiting)


def test_each_refused_second_step_is_in_the_audit_trail(cast: Cast, app: str) -> None:
    attacker = half_in(cast.officer)
    attacker.post(CODE_PAGE, {"code": "000000"})
    event = AuditEvent.objects.filter(verb="account.second_factor_failed").get()
    assert event.target_id == str(cast.officer.pk)


@pytest.mark.django_db(transaction=True)
def test_a_new_factor_ends_no_session_of_others(cast: Cast) -> None:
    other = entered(cast.approver)
    set_up_app(entered(cast.officer))
    assert is_in(other)


# ---- the first set-up


@pytest.mark.django_db(transaction=True)
def test_two_who_have_the_code_of_the_set_up_make_one_administrator(settings: Any) -> None:
    settings.DEMO = False
    path = link()
    clients = [Client(headers={"accept-language": "en"}) for _ in range(2)]
    for client in clients:
        client.get(path)
    people = [{**ADA, "email": f"p{position}@test.example"} for position in range(2)]
    pairs = zip(clients, people, strict=True)
    at_once(*(partial(client.post, "/setup/account/", answers) for client, answers in pairs))
    assert User.objects.filter(is_administrator=True).count() == User.objects.count() == 1


def test_who_is_asked_for_a_second_factor_cannot_go_back_to_the_set_up(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    attacker = entered(cast.viewer)
    for path in ("/setup/", "/setup/account/", "/setup/facts/"):
        assert attacker.get(path).status_code == 404
        assert attacker.post(path, ADA).status_code in (404, 405)
    assert not User.objects.filter(email=ADA["email"].lower()).exists()
