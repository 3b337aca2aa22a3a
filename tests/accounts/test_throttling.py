"""Guessing passwords: whoever guesses is stopped, the owner of the account gets in."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from accounts import throttling
from common.models import AuditEvent, MailMessage
from tests.people import PASSWORD, Cast, sign_in

ATTACKER, OWNER = "203.0.113.7", "198.51.100.20"
REFUSED = "Too many attempts to sign in failed"


@pytest.fixture(autouse=True)
def real_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """From everywhere ten guesses are allowed, and not the fifty of the product, which one test takes."""
    monkeypatch.setitem(throttling.RATES, "account", "10/h/key,100/d/key")


def browser(address: str) -> Client:
    return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)


def enter(client: Client, email: str, password: str = "a wrong password") -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def sign_out(client: Client) -> None:
    """As people do; the client's own `logout` would drop all cookies."""
    assert client.post("/accounts/logout/").status_code == 302


def is_in(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == "/")


def guess(email: str, times: int, addresses: list[str]) -> list[Any]:
    return [enter(browser(addresses[number % len(addresses)]), email) for number in range(times)]


def many(count: int) -> list[str]:
    return [f"192.0.2.{number}" for number in range(1, count + 1)]


def test_an_attacker_locks_out_themselves_and_not_the_owner(cast: Cast) -> None:
    answers = guess(cast.approver.email, 12, [ATTACKER])
    assert REFUSED in answers[-1].text
    assert is_in(enter(browser(OWNER), cast.approver.email, PASSWORD))
    right = enter(browser(ATTACKER), cast.approver.email, PASSWORD)
    assert not is_in(right)
    assert REFUSED in right.text


def test_the_attacker_may_not_go_on_from_another_address_of_the_same_network(cast: Cast) -> None:
    guess(cast.approver.email, 6, ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::9"])
    assert REFUSED in enter(browser("2001:db8:1:2:3::4"), cast.approver.email, PASSWORD).text
    assert is_in(enter(browser("2001:db8:1:3::4"), cast.approver.email, PASSWORD))


def test_an_attacker_cannot_try_one_password_with_many_accounts(cast: Cast) -> None:
    for person in cast.everyone().values():
        enter(browser(ATTACKER), person.email)
    guess("nobody@test.example", 3, [ATTACKER])
    assert REFUSED in enter(browser(ATTACKER), cast.officer.email, PASSWORD).text
    assert is_in(enter(browser(OWNER), cast.officer.email, PASSWORD))


def test_a_browser_that_signed_in_before_is_not_refused_because_of_others(cast: Cast, fewer: None) -> None:
    known, there = browser(OWNER), many(12)
    assert is_in(enter(known, cast.approver.email, PASSWORD))
    sign_out(known)
    guess(cast.approver.email, 7, [OWNER])  # somebody in the same office
    guess(cast.approver.email, 12, there)  # and from everywhere
    assert REFUSED in enter(browser("198.51.100.99"), cast.approver.email, PASSWORD).text, "a new browser has to wait"
    assert is_in(enter(known, cast.approver.email, PASSWORD))


def test_the_cookie_of_a_browser_is_good_for_its_account_alone(cast: Cast, fewer: None) -> None:
    mine = browser(ATTACKER)
    assert is_in(enter(mine, cast.viewer.email, PASSWORD))
    (cookie,) = [name for name in mine.cookies if name.startswith("dobosar_device_")]
    assert "viewer" not in mine.cookies[cookie].OutputString()
    assert {mine.cookies[cookie][flag] for flag in ("httponly", "samesite", "path")} == {True, "Lax", "/accounts/"}
    other = browser(OWNER)
    assert is_in(enter(other, cast.approver.email, PASSWORD))
    (target,) = [name for name in other.cookies if name.startswith("dobosar_device_")]
    sign_out(mine)
    guess(cast.approver.email, 12, many(12))
    for forged in (mine.cookies[cookie].value, "invented", mine.cookies[cookie].value + "x"):
        mine.cookies[target] = forged
        assert REFUSED in enter(mine, cast.approver.email, PASSWORD).text


def test_a_known_browser_that_guesses_is_stopped_too(cast: Cast) -> None:
    stolen = browser(OWNER)
    enter(stolen, cast.approver.email, PASSWORD)
    sign_out(stolen)
    for _ in range(11):
        answer = enter(stolen, cast.approver.email)
    assert REFUSED in answer.text
    assert REFUSED in enter(stolen, cast.approver.email, PASSWORD).text


def test_guesses_from_everywhere_are_stopped_and_the_owner_gets_one_mail(cast: Cast) -> None:
    from accounts import tasks

    guess(cast.approver.email, 55, many(55))
    guess("nobody@test.example", 55, many(55))
    assert REFUSED in enter(browser(OWNER), cast.approver.email, PASSWORD).text
    queued = [json.loads(message) for message in _queue() if b"warn_of_guessing" in message]
    assert len(queued) == 2, "one each, also for an account that is none"
    assert "approver" not in str(queued)
    tasks.warn_of_guessing(cast.approver.pk)
    tasks.warn_of_guessing(None)
    mail = MailMessage.objects.get()
    assert (mail.to, mail.subject) == (cast.approver.email, "Someone is trying to guess your password")
    assert "/accounts/password/reset/" in mail.body
    assert AuditEvent.objects.filter(verb="account.warn_of_guessing", target_id=str(cast.approver.pk)).count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert is_in(enter(browser(OWNER), cast.approver.email, PASSWORD)), "and it ends by itself"


def _queue() -> list[bytes]:
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    return list(client.lrange("portal", 0, -1))


def test_a_new_password_by_mail_lets_the_owner_in_at_once(cast: Cast, fewer: None) -> None:
    guess(cast.approver.email, 12, many(12))
    owner = browser("198.51.100.99")
    assert REFUSED in enter(owner, cast.approver.email, PASSWORD).text
    owner.post("/accounts/password/reset/", {"email": cast.approver.email})
    match = re.search(r"/accounts/password/reset/key/\S+", MailMessage.objects.get(to=cast.approver.email).body)
    assert match
    page = owner.get(match[0], follow=True)
    new = "kisa lampa sedam brod"
    assert owner.post(page.redirect_chain[-1][0], {"password1": new, "password2": new}).status_code == 302
    assert is_in(enter(owner, cast.approver.email, new))


def test_who_is_signed_in_is_asked_again_in_spite_of_the_guesses(cast: Cast, fewer: None) -> None:
    signed_in = sign_in(cast.approver)
    guess(cast.approver.email, 12, many(12))
    assert signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_the_right_password_does_not_count(cast: Cast) -> None:
    for _ in range(11):  # as many as any limit of a minute, and one more
        assert is_in(enter(browser(OWNER), cast.officer.email, PASSWORD))


@pytest.mark.parametrize("times", [1, 6])
def test_the_answer_is_the_same_for_an_account_that_is_none(cast: Cast, times: int) -> None:
    def seen(email: str, address: str) -> tuple[int, list[str]]:
        answer = guess(email, times, [address])[-1]
        return answer.status_code, re.findall(r"not correct[^<]*|Too many[^<]*", answer.text)

    assert seen(cast.officer.email, ATTACKER) == seen("nobody@test.example", OWNER)


def test_the_address_is_the_one_that_the_proxy_tells(cast: Cast, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def through(address: str) -> Client:
        return Client(headers={"accept-language": "en", "x-forwarded-for": f"10.9.9.9, {address}"})

    for _ in range(6):
        enter(through(ATTACKER), cast.approver.email)
    assert REFUSED in enter(through(ATTACKER), cast.approver.email, PASSWORD).text
    assert is_in(enter(through(OWNER), cast.approver.email, PASSWORD))


def test_the_mail_is_in_the_language_of_the_account(cast: Cast) -> None:
    from accounts.domain import guessing

    cast.approver.language = "en"
    with translation.override("sr"):
        guessing.warn(cast.approver)
    assert MailMessage.objects.get().body.startswith("Good day,")
