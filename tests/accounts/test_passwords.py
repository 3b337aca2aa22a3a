"""Which passwords are refused, and that long and odd ones are not."""

from __future__ import annotations

from typing import Any

import pytest

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from tests.people import PASSWORD, Cast, sign_in

PERSON = {"email": "jelena.petrovic@test.example", "name": "Јелена Петровић"}


@pytest.mark.parametrize(
    "password",
    [
        "kisa lampa1",  # eleven
        "qwerty123456",
        "Password2026!",
        "passwordpassword",
        "lozinka123456",
        "Лозинка2026!!",
        "abcdefghijkl",
        "987654321098"[::-1],
        "123412341234",
        "aaaaaaaaaaaaaaaa",
        "dobosar-demo",
        "Dobošar2026!",
        "Ćuprija-2026",
        "opstina cuprija",
        "НовиПазар123",
        "novipazar2026",
        "jelena-petrovic",
        "Петровић1234",
        "jelena.petrovic@test.example",
    ],
)
def test_a_password_that_others_try_first_is_refused(cast: Cast, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(**PERSON))


@pytest.mark.parametrize(
    "password",
    [
        "kisa lampa sedam brod",
        "киша лампа седам брод",
        "Ćuprija reka most lampa",
        "password kisa lampa brod",
        "correcthorsebatterystaple",
        "        twelve and more       ",
        "gmrqzvhwyxlt",
        "🐟🐟 plava riba jutro",
        "x7" * 3 + "kisa lampa " * 18,
    ],
)
def test_a_long_and_unusual_one_is_taken_whatever_it_is_made_of(cast: Cast, password: str) -> None:
    validate_password(password, User(**PERSON))


@pytest.mark.parametrize("length", [128, 1000])
def test_a_long_password_is_kept_whole(cast: Cast, length: int) -> None:
    password = ("kisa lampa sedam brod " * 50)[: length - 1] + "!"
    client = sign_in(cast.officer)
    answers = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/accounts/password/change/", answers).status_code == 302
    for typed, fits in ((password, True), (password[:-1] + "?", False), (password[:72], False)):
        answer = Client().post("/accounts/login/", {"login": cast.officer.email, "password": typed})
        assert (answer.status_code == 302) == fits


def test_spaces_around_a_password_belong_to_it(cast: Cast) -> None:
    password = "  kisa lampa sedam  "
    answers = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sign_in(cast.officer).post("/accounts/password/change/", answers).status_code == 302
    assert User.objects.get(pk=cast.officer.pk).check_password(password)


PAGES = {
    "/accounts/login/": ["current-password"],
    "/accounts/password/change/": ["current-password", "new-password", "new-password"],
    "/accounts/reauthenticate/": ["current-password"],
}


@pytest.mark.parametrize("path", PAGES)
def test_password_managers_know_the_fields(cast: Cast, path: str) -> None:
    import re

    client: Any = Client() if path.endswith("login/") else sign_in(cast.officer)
    fields = re.findall(r'<input type="password"[^>]*>', client.get(path).text)
    assert [re.findall(r'autocomplete="([^"]+)"', field) for field in fields] == [[purpose] for purpose in PAGES[path]]
    assert "onpaste" not in client.get(path).text
