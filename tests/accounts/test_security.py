"""Signing in and out, second factors at rest and required, sessions, and what the trail keeps of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession

from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from accounts.domain import people, second_factor
from accounts.models import User
from accounts.templatetags.devices import device
from common import crypto
from common.errors import ActionNotAllowed
from common.models import AuditEvent, MailMessage
from municipalities.models import Pairing
from tests.people import PASSWORD, Cast, sign_in

OLD = "old:" + "b2xkLWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHMtISE="
NEW = "new:" + "bmV3LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHMtISE="


def enter(email: str, password: str, client: Client | None = None) -> Any:
    client = client or Client(headers={"accept-language": "en"})
    return client.post("/accounts/login/", {"login": email, "password": password})


@pytest.fixture(autouse=True)
def real_outbox(settings: Any) -> Iterator[None]:
    """Django's test set-up puts its own mail backend in place of ours."""
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert enter(user.email, PASSWORD, client).status_code == 302
    return client


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def code(secret: str) -> str:
    """What an authenticator app would show now; not a second before it shows the next."""
    if (left := 30 - time.time() % 30) < 3:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up_app(client: Client) -> str:
    """Go through the page as a person does; returns the secret that the app would keep."""
    client.get("/accounts/2fa/totp/activate/")
    secret = str(client.session["mfa.totp.secret"])
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.text
    return secret


# ---- the trail


def test_signing_in_is_written_down(cast: Cast) -> None:
    assert enter(cast.officer.email, PASSWORD).status_code == 302
    event = AuditEvent.objects.get(verb="account.sign_in")
    assert (event.actor_id, event.target_label) == (cast.officer.pk, "Officer")


def test_a_failed_sign_in_names_the_account_and_not_what_was_typed(cast: Cast) -> None:
    enter(cast.officer.email, "a wrong password")
    enter("my secret password", "a wrong password")
    enter("nobody@test.example", "a wrong password")
    known, unknown = AuditEvent.objects.filter(verb="account.sign_in_failed").order_by("id")
    assert (known.target_id, known.actor_id) == (str(cast.officer.pk), None)
    assert unknown.target_label == ""
    assert "password" not in json.dumps(list(AuditEvent.objects.values("detail", "target_label", "actor_label")))


def test_the_answer_to_a_wrong_address_and_to_a_wrong_password_is_the_same(cast: Cast) -> None:
    pages = [enter(email, "a wrong password") for email in (cast.officer.email, "nobody@test.example")]

    def told(page: Any) -> list[str]:
        return re.findall(r"not correct[^<]*|incorrect[^<]*", page.text)

    assert pages[0].status_code == pages[1].status_code
    assert told(pages[0]) == told(pages[1]) != []


def test_a_reset_says_the_same_for_every_address_and_mails_only_a_known_one(cast: Cast) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (cast.officer.email, "nobody@test.example")
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, "/accounts/password/reset/done/")
    }
    assert "/password/reset/key/" in MailMessage.objects.get().body


def test_mail_of_the_sign_in_is_in_the_language_of_its_reader(cast: Cast) -> None:
    User.objects.filter(pk=cast.officer.pk).update(language="sr-latn")
    Client(headers={"accept-language": "en"}).post("/accounts/password/reset/", {"email": cast.officer.email})
    mail = MailMessage.objects.get()
    assert mail.subject == "Dobošar: Nova lozinka"
    assert mail.body.startswith("Dobar dan,")


def test_a_reset_link_sets_a_new_password_once(cast: Cast) -> None:
    Client().post("/accounts/password/reset/", {"email": cast.officer.email})
    match = re.search(r"/accounts/password/reset/key/\S+", MailMessage.objects.get().body)
    assert match is not None
    client = Client()
    form = client.get(match[0], follow=True)
    answers = {"password1": "kisa lampa sedam brod", "password2": "kisa lampa sedam brod"}
    assert client.post(form.redirect_chain[-1][0], answers).status_code == 302
    assert enter(cast.officer.email, "kisa lampa sedam brod").status_code == 302
    assert "account.reset_password" in trail()
    assert 'name="password1"' not in Client().get(match[0], follow=True).text


def test_a_changed_password_is_written_down(cast: Cast) -> None:
    client = sign_in(cast.officer)
    answers = {"oldpassword": PASSWORD, "password1": "kisa lampa sedam brod", "password2": "kisa lampa sedam brod"}
    assert client.post("/accounts/password/change/", answers).status_code == 302
    assert "account.change_password" in trail()


def test_too_many_wrong_passwords_are_stopped(cast: Cast) -> None:
    pages = [enter(cast.officer.email, "a wrong password") for _ in range(7)]
    assert "Too many attempts to sign in failed" in pages[-1].text
    assert enter(cast.officer.email, PASSWORD).status_code != 302


# ---- second factors


def test_the_secret_of_an_app_is_encrypted_and_still_opens_the_door(transactional_db: None, cast: Cast) -> None:
    client = signed_in(cast.officer)
    secret = set_up_app(client)
    row = Authenticator.objects.get(user=cast.officer, type="totp")
    assert secret not in json.dumps(row.data)
    assert second_factor.open_(row.data["secret"]) == secret
    assert "account.add_second_factor" in trail()
    other = Client(headers={"accept-language": "en"})
    assert enter(cast.officer.email, PASSWORD, other).headers["Location"] == "/accounts/2fa/authenticate/"
    assert other.get("/accounts/name/").status_code == 302, "not in before the code"
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert "account.second_factor_failed" in trail()


def test_recovery_codes_are_encrypted_and_let_in_once(cast: Cast) -> None:
    client = signed_in(cast.officer)
    set_up_app(client)
    row = Authenticator.objects.get(user=cast.officer, type="recovery_codes")
    assert row.data["seed"].startswith("tests.")
    codes = re.findall(r"\b[0-9a-f]{8}\b", client.get("/accounts/2fa/recovery-codes/").text)
    assert len(codes) == 10
    other = Client()
    enter(cast.officer.email, PASSWORD, other)
    assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]}).headers["Location"] == "/"
    third = Client()
    enter(cast.officer.email, PASSWORD, third)
    assert third.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 200


def test_rotating_the_keys_keeps_second_factors_working(cast: Cast, settings: Any) -> None:
    settings.TOKEN_KEYS = [OLD]
    secret = set_up_app(signed_in(cast.officer))
    settings.TOKEN_KEYS = [NEW, OLD]
    call_command("rotate_keys", skip_checks=True)
    settings.TOKEN_KEYS = [NEW]
    row = Authenticator.objects.get(user=cast.officer, type="totp")
    assert second_factor.open_(row.data["secret"]) == secret
    settings.TOKEN_KEYS = [OLD]
    with pytest.raises(crypto.WrongKey):
        second_factor.open_(row.data["secret"])


@pytest.mark.parametrize("role", ["officer", "approver", "mentor", "staff", "administrator"])
def test_who_publishes_or_sees_several_municipalities_must_set_up_a_second_factor(
    cast: Cast, settings: Any, role: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in(getattr(cast, role))
    assert client.get("/").headers["Location"] == "/accounts/second-factor/"
    assert client.get("/m/cuprija/posts/").headers["Location"] == "/accounts/second-factor/"
    assert client.post("/m/cuprija/pause/", {"reason": "x"}).headers["Location"] == "/accounts/second-factor/"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/second-factor/"
    for open_page in ("/accounts/second-factor/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/healthz"):
        assert client.get(open_page).status_code == 200, open_page


@pytest.mark.parametrize(("role", "path"), [("viewer", "/m/cuprija/"), ("trainer", "/programme/trainings/")])
def test_who_only_looks_or_trains_is_left_alone(cast: Cast, settings: Any, role: str, path: str) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    assert sign_in(getattr(cast, role)).get(path).status_code == 200


def test_who_was_a_mentor_until_yesterday_is_left_alone(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    Pairing.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert sign_in(cast.mentor).get("/").headers.get("Location") != "/accounts/second-factor/"


def test_once_set_up_the_pages_open(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in(cast.officer)
    set_up_app(client)
    assert client.get("/m/cuprija/").status_code == 200


# ---- sessions and oneself


def test_a_person_sees_and_ends_their_own_sessions(cast: Cast) -> None:
    here, there = Client(headers={"user-agent": "Here"}), Client(headers={"user-agent": "There"})
    for client in (here, there):
        enter(cast.officer.email, PASSWORD, client)
        client.get("/accounts/name/")
    page = here.get("/accounts/sessions/")
    assert "Here" in page.text
    assert "There" in page.text
    other = UserSession.objects.get(user=cast.officer, user_agent="There")
    assert here.post(f"/accounts/sessions/{other.pk}/end/").status_code == 302
    assert there.get("/accounts/name/").status_code == 302
    assert here.get("/accounts/name/").status_code == 200


def test_nobody_ends_the_session_of_another(cast: Cast) -> None:
    approver = Client()
    enter(cast.approver.email, PASSWORD, approver)
    approver.get("/accounts/name/")
    session = UserSession.objects.get(user=cast.approver)
    assert sign_in(cast.officer).post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert approver.get("/accounts/name/").status_code == 200


def test_a_person_changes_their_name_and_language(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert client.post("/accounts/name/", {"name": "Mira", "language": "sr-latn"}).status_code == 302
    user = User.objects.get(pk=cast.officer.pk)
    assert (user.name, user.language) == ("Mira", "sr-latn")
    assert 'lang="sr-Latn"' in client.get("/accounts/name/").text
    assert {"account.rename", "account.choose_language"} <= set(trail())


def test_an_empty_name_is_refused_and_the_page_keeps_the_old_one(cast: Cast) -> None:
    page = sign_in(cast.officer).post("/accounts/name/", {"name": "", "language": "en"})
    assert page.status_code == 422
    assert "Officer" in page.text


def test_an_unknown_language_is_refused(cast: Cast) -> None:
    assert sign_in(cast.officer).post("/accounts/language", {"language": "xx"}).status_code == 400


# ---- switching accounts off


def test_a_switched_off_account_is_signed_out_and_stays_out(cast: Cast) -> None:
    client = Client()
    enter(cast.officer.email, PASSWORD, client)
    client.get("/accounts/name/")
    people.deactivate(cast.officer, by=cast.administrator)
    assert client.get("/accounts/name/").status_code == 302
    assert enter(cast.officer.email, PASSWORD).headers.get("Location") != "/"
    people.reactivate(cast.officer, by=cast.administrator)
    assert enter(cast.officer.email, PASSWORD).headers.get("Location") == "/"


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(ActionNotAllowed, match="last administrator"):
        people.end_administrator(cast.administrator, by=cast.administrator)
    with pytest.raises(ActionNotAllowed, match="your own account"):
        people.deactivate(cast.administrator, by=cast.administrator)
    people.make_administrator(cast.officer, by=cast.administrator)
    people.end_administrator(cast.administrator, by=cast.officer)
    assert not User.objects.get(pk=cast.administrator.pk).is_administrator


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_session_is_shown_by_the_names_people_know(user_agent: str, words: str) -> None:
    assert device(user_agent) == words
