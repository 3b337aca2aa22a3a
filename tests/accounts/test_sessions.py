"""How sessions begin and end, and that no way in is easier than the others."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from common.models import MailMessage
from tests.accounts.test_security import code, enter, set_up_app
from tests.people import PASSWORD, Cast

NEW = "kisa lampa sedam brod"


@pytest.fixture(autouse=True)
def real_outbox(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield


def key_of(client: Client) -> str:
    return client.cookies[project.SESSION_COOKIE_NAME].value


def is_in(client: Client) -> bool:
    return client.get("/accounts/name/").status_code == 200


def entered(user: User, **more: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    answers = {"login": user.email, "password": PASSWORD, **more}
    assert client.post("/accounts/login/", answers).status_code == 302
    return client


def reset(email: str) -> Any:
    """Choose a new password by the link of the mail; the answer to the form."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": email})
    match = re.search(r"/accounts/password/reset/key/\S+", MailMessage.objects.latest("pk").body)
    assert match is not None
    form = client.get(match[0], follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})


@pytest.mark.parametrize("remember", [{}, {"remember": "on"}])
def test_a_session_ends_twelve_hours_after_the_sign_in_however_much_it_is_used(
    cast: Cast, remember: dict[str, str]
) -> None:
    began = timezone.now()
    with time_machine.travel(began):
        client = entered(cast.officer, **remember)
    for hours in (4, 8, 11.9):
        with time_machine.travel(began + timedelta(hours=hours)):
            assert is_in(client), hours
            session = client.session
            session["used"] = hours  # Django would count its hours anew from here
            session.save()
    with time_machine.travel(began + timedelta(hours=12.1)):
        assert not is_in(client)
    assert not is_in(client), "what has ended stays ended"


def test_the_greeting_is_in_the_language_of_the_person_not_of_the_browser(cast: Cast) -> None:
    cast.officer.language = "sr"
    cast.officer.save()
    page = entered(cast.officer).get("/", follow=True).text
    assert "Пријављени сте као" in page
    assert "Successfully signed in" not in page


def test_signing_in_gives_a_new_key_and_the_former_is_good_for_nothing(cast: Cast) -> None:
    client = Client(headers={"accept-language": "en"})
    session = client.session
    session["of"] = "a stranger"
    session.save()
    former = session.session_key
    client.cookies[project.SESSION_COOKIE_NAME] = former
    enter(cast.officer.email, PASSWORD, client)
    assert key_of(client) != former
    assert not Session.objects.filter(session_key=former).exists()
    fixed = Client()
    fixed.cookies[project.SESSION_COOKIE_NAME] = former
    assert not is_in(fixed)


def test_a_key_that_the_portal_did_not_give_is_not_taken(cast: Cast) -> None:
    client = Client(headers={"accept-language": "en"})
    client.cookies[project.SESSION_COOKIE_NAME] = "chosenbyastrangerchosenbyastrang"
    enter(cast.officer.email, PASSWORD, client)
    assert key_of(client) != "chosenbyastrangerchosenbyastrang"


def test_giving_the_password_again_gives_a_new_key_too(cast: Cast) -> None:
    client = entered(cast.officer)
    former = key_of(client)
    assert is_in(client)
    client.post("/accounts/reauthenticate/", {"password": "a wrong password"})
    assert key_of(client) == former
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert key_of(client) != former
    assert is_in(client)
    stolen = Client()
    stolen.cookies[project.SESSION_COOKIE_NAME] = former
    assert not is_in(stolen)
    assert client.get("/accounts/sessions/").text.count("list-row") == 1


def test_giving_a_code_again_gives_a_new_key_too(cast: Cast) -> None:
    client = entered(cast.officer)
    secret = set_up_app(client)
    former = key_of(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        client.post("/accounts/2fa/reauthenticate/", {"code": code(secret)})
    assert key_of(client) != former
    assert is_in(client)


def test_keys_are_random_and_long(cast: Cast) -> None:
    keys = {key_of(entered(cast.officer)) for _ in range(5)}
    assert len(keys) == 5
    # 32 of 36 signs, from the system's random numbers: 165 bits.
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)


def test_who_signs_out_leaves_no_session_behind(cast: Cast) -> None:
    client = entered(cast.officer)
    key = key_of(client)
    client.post("/accounts/logout/")
    stolen = Client()
    stolen.cookies[project.SESSION_COOKIE_NAME] = key
    assert not is_in(stolen)
    assert not Session.objects.filter(session_key=key).exists()


def test_a_changed_password_ends_all_other_sessions(cast: Cast) -> None:
    here, there = entered(cast.officer), entered(cast.officer)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here)
    assert not is_in(there)


def test_a_password_that_was_reset_ends_all_sessions(cast: Cast) -> None:
    there = entered(cast.officer)
    assert reset(cast.officer.email).status_code == 302
    assert not is_in(there)


def test_all_other_devices_are_signed_out_at_once(cast: Cast) -> None:
    here, there = entered(cast.officer), entered(cast.officer)
    assert is_in(here)
    assert is_in(there)
    here.post("/accounts/sessions/")
    assert is_in(here)
    assert not is_in(there)


def test_a_reset_does_not_pass_over_the_second_factor(cast: Cast) -> None:
    set_up_app(entered(cast.officer))
    assert reset(cast.officer.email).status_code == 302
    client = Client(headers={"accept-language": "en"})
    assert enter(cast.officer.email, NEW, client).headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_a_code_of_an_app_lets_in_once_and_within_half_a_minute(cast: Cast) -> None:
    with time_machine.travel(timezone.now().replace(second=5, microsecond=0), tick=False) as clock:
        secret = set_up_app(entered(cast.officer))
        clock.shift(30)
        shown = code(secret)
        answers = []
        for seconds in (0, 1, 60):
            clock.shift(seconds)
            client = Client(headers={"accept-language": "en"})
            enter(cast.officer.email, PASSWORD, client)
            client.post("/accounts/2fa/authenticate/", {"code": shown})
            answers.append(is_in(client))
        unused = code(secret)
        clock.shift(30)
        late = Client(headers={"accept-language": "en"})
        enter(cast.officer.email, PASSWORD, late)
        late.post("/accounts/2fa/authenticate/", {"code": unused})
        answers.append(is_in(late))
    assert answers == [True, False, False, False]


def test_guessing_codes_of_an_app_is_stopped(cast: Cast) -> None:
    secret = set_up_app(entered(cast.officer))
    client = Client(headers={"accept-language": "en"})
    enter(cast.officer.email, PASSWORD, client)
    for _ in range(12):
        answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Too many" in answer.text
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert not is_in(client)


def test_no_code_by_mail_opens_an_account(cast: Cast) -> None:
    assert Client().post("/accounts/login/code/", {"email": cast.officer.email}).status_code == 404
    assert not MailMessage.objects.exists()


def test_a_wrong_password_takes_as_long_for_a_stranger(cast: Cast, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    cast.officer.set_password(PASSWORD)
    cast.officer.save()

    def seconds(email: str) -> float:
        began = time.perf_counter()
        enter(email, "a wrong password")
        return time.perf_counter() - began

    pairs = [(seconds(cast.officer.email), seconds("nobody@test.example")) for _ in range(4)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2, (known, unknown)
