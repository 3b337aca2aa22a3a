"""The first set-up: for whoever holds the code, and afterwards for nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from administration.domain import set_up
from administration.models import Installation
from administration.queries import setting_up
from common import mail
from common.enums import MailState
from common.models import AuditEvent, MailMessage
from launcher import prepare
from municipalities.models import Programme
from tests.accounts.test_security import set_up_app
from tests.people import Cast, person, sign_in

pytestmark = pytest.mark.django_db

ADA = {
    "name": "Ada",
    "email": "Ada@Opstine.example",
    "password": "kisa lampa sedam brod",
    "again": "kisa lampa sedam brod",
    "language": "en",
}
FACTS = {
    "name": "Glasnik",
    "operator": "Institut za lokalnu samoupravu",
    "address": "Ulica 1\n11000 Beograd",
    "email": "info@opstine.example",
    "phone": "",
    "privacy_email": "",
}


@pytest.fixture(autouse=True)
def real_installation(settings: Any) -> Iterator[None]:
    settings.DEMO = False
    settings.SECOND_FACTOR_REQUIRED = True
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def link() -> str:
    """The path of a new code, as the command prints it."""
    out = StringIO()
    call_command("setup_code", stdout=out)
    match = re.search(r"https?://[^/]+(/setup/open/\S+)", out.getvalue())
    assert match is not None
    return match[1]


def came_in() -> Client:
    client = browser()
    client.get(link())
    return client


def begun() -> Client:
    """Signed in as the new administrator, without a second factor yet."""
    client = came_in()
    assert client.post("/setup/account/", ADA).status_code == 302
    return client


def protected() -> Client:
    client = begun()
    assert client.post("/accounts/reauthenticate/", {"password": ADA["password"]}).status_code == 302
    set_up_app(client)
    return client


# ---- the door


@pytest.mark.parametrize(
    "path",
    ["/setup/", "/setup/account/", "/setup/facts/", "/setup/programme/", "/setup/nothing/", "/setup/open/guess/"],
)
def test_a_stranger_finds_nothing_on_a_fresh_installation(path: str) -> None:
    link()  # a code exists, but not for them
    assert browser().get(path).status_code == 404
    assert browser().post(path, ADA).status_code in (404, 405)
    assert not User.objects.exists()


def test_the_link_leads_on_without_the_code_in_the_address() -> None:
    answer = browser().get(link())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup/")


def test_only_the_newest_code_works_and_only_its_hash_is_kept() -> None:
    old, new = link(), link()
    assert browser().get(old).status_code == 404
    assert browser().get(new).status_code == 302
    code_hash = Installation.objects.get().code_hash
    assert code_hash not in new
    assert code_hash == set_up.hashed(new.split("/")[3])


def test_a_code_runs_out_also_for_somebody_who_has_come_in(settings: Any) -> None:
    client, path = browser(), link()
    assert client.get(path, follow=True).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=settings.SETUP_CODE_HOURS, minutes=1)):
        assert browser().get(path).status_code == 404
        assert client.post("/setup/account/", ADA).status_code == 404
    assert not User.objects.exists()


def test_a_code_that_was_used_opens_nothing_again() -> None:
    path = link()
    first, second = browser(), browser()
    first.get(path)
    second.get(path)
    assert first.post("/setup/account/", ADA).status_code == 302
    # Who came in by the same code is too late, and so is whoever finds it in a log.
    assert second.post("/setup/account/", {**ADA, "email": "eve@evil.example"}).status_code == 404
    assert browser().get(path).status_code == 404
    assert list(User.objects.values_list("email", flat=True)) == ["ada@opstine.example"]


def test_wrong_codes_are_written_down_and_soon_not_looked_at_any_more() -> None:
    right = link()
    for number in range(set_up.TRIES):
        assert browser().get(f"/setup/open/guess-{number}/").status_code == 404
    assert browser().get("/setup/open/another/").status_code == 429
    assert browser().get(right).status_code == 429
    event = AuditEvent.objects.filter(verb="installation.refuse_code").latest("id")
    assert event.detail == {"address": "127.0.0.1"}
    assert AuditEvent.objects.filter(verb="installation.refuse_code").count() == set_up.TRIES
    cache.clear()  # the hour is over
    assert browser().get(right).status_code == 302


def test_strangers_can_neither_keep_the_administrator_out_nor_fill_the_trail() -> None:
    right = link()
    for number in range(set_up.WRITTEN_DOWN + 2):
        set_up.refuse(f"203.0.113.{number}")
    assert AuditEvent.objects.filter(verb="installation.refuse_code").count() == set_up.WRITTEN_DOWN
    assert browser().get(right).status_code == 302


def test_an_installation_with_accounts_has_no_set_up(cast: Cast) -> None:
    assert set_up.issue_code() == ""
    with pytest.raises(CommandError, match="has accounts already"):
        call_command("setup_code")
    call_command("setup_code", if_needed=True)
    for client in (browser(), sign_in(cast.administrator), sign_in(cast.officer)):
        assert client.get("/setup/").status_code == 404
        assert client.get("/setup/facts/").status_code == 404
        assert client.get("/setup/open/guess/").status_code == 404
    assert not AuditEvent.objects.filter(verb="installation.refuse_code").exists()


def test_a_start_prints_the_link_while_nobody_has_an_account(capsys: Any) -> None:
    prepare.main(["setup_code"])
    assert "/setup/open/" in capsys.readouterr().out
    person("somebody")
    prepare.main(["setup_code"])
    assert capsys.readouterr().out == ""


def test_the_demo_is_never_set_up_by_hand(settings: Any) -> None:
    settings.DEMO = True
    assert set_up.issue_code() == ""


# ---- the account


def test_the_first_account_is_an_administrator_who_is_signed_in() -> None:
    client = came_in()
    assert "Set up Dobošar" in client.get("/setup/", follow=True).text
    answer = client.post("/setup/account/", ADA)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup/")
    user = User.objects.get()
    assert (user.email, user.is_administrator, user.language) == ("ada@opstine.example", True, "en")
    assert user.check_password(ADA["password"])
    assert {"installation.begin", "account.make_administrator", "account.sign_in"} <= set(
        AuditEvent.objects.filter(actor_id=user.pk).values_list("verb", flat=True)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"again": "another one entirely"},
        {"email": "nothing"},
        {"name": ""},
        {"password": "ada@opstine.example", "again": "ada@opstine.example"},
    ],
)
def test_the_rules_of_passwords_hold_here_too(wrong: dict[str, str]) -> None:
    client = came_in()
    assert client.post("/setup/account/", {**ADA, **wrong}).status_code == 422
    assert not User.objects.exists()


def test_nothing_goes_on_before_the_second_factor_that_administrators_must_have() -> None:
    client = begun()
    for step in ("facts", "address", "mail", "networks", "programme"):
        answer = client.post(f"/setup/{step}/", FACTS)
        assert answer.headers["Location"] == "/setup/second-factor/"
    assert Installation.objects.get().name == ""
    assert client.get("/installation/people/").headers["Location"] == "/accounts/second-factor/"


def test_a_house_without_second_factors_goes_straight_on(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    assert begun().get("/setup/").headers["Location"] == "/setup/facts/"


# ---- the steps


def test_from_the_code_to_the_first_programme() -> None:
    client = protected()
    assert "Go on with the set-up" in client.get("/accounts/2fa/").text
    assert client.get("/").headers["Location"] == "/setup/"
    assert client.get("/setup/").headers["Location"] == "/setup/facts/"
    assert client.post("/setup/facts/", FACTS).headers["Location"] == "/setup/address/"
    assert "PUBLIC_BASE_URL" in client.get("/setup/address/").text
    assert client.post("/setup/address/").headers["Location"] == "/setup/mail/"
    assert client.post("/setup/mail/").headers["Location"] == "/setup/networks/"
    page = client.get("/setup/networks/").text
    assert "Mastodon" in page
    assert "/installation/networks/facebook/" in page
    assert client.post("/setup/networks/").headers["Location"] == "/setup/programme/"
    assert client.post("/setup/programme/", {"name": ""}).status_code == 422
    assert (
        client.post("/setup/programme/", {"name": "Swiss PRO"}).headers["Location"] == "/installation/municipalities/"
    )
    assert Programme.objects.get().name == "Swiss PRO"
    assert client.get("/").status_code == 200
    assert "Go on with the set-up" not in client.get("/installation/people/").text
    for path in ("/setup/", "/setup/facts/", "/setup/programme/"):
        assert client.get(path).status_code == 404
    assert AuditEvent.objects.filter(verb="installation.finish").count() == 1


def test_the_set_up_goes_on_in_another_browser_where_it_stopped() -> None:
    protected().post("/setup/facts/", FACTS)
    again = sign_in(User.objects.get())
    assert again.get("/", follow=True).redirect_chain[-1][0] == "/setup/address/"
    assert "Glasnik" in again.get("/setup/facts/").text


def test_a_step_that_was_passed_over_is_asked_for_before_the_end() -> None:
    client = protected()
    client.post("/setup/facts/", FACTS)
    assert client.post("/setup/programme/", {"act": "later"}).headers["Location"] == "/setup/address/"
    assert not Programme.objects.exists()
    assert Installation.objects.get().finished_at is None


def test_another_administrator_does_not_see_the_set_up() -> None:
    begun()
    assert sign_in(person("other", is_administrator=True)).get("/setup/facts/").status_code == 404


def test_the_pages_ask_the_database_a_fixed_number_of_times() -> None:
    client = protected()
    for step in ("facts", "address", "mail", "networks", "programme"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(f"/setup/{step}/").status_code == 200
        assert len(captured) <= 7, [query["sql"] for query in captured]


# ---- the address


def test_the_address_is_looked_at_with_what_the_request_tells(settings: Any) -> None:
    settings.PUBLIC_BASE_URL, settings.HTTPS, settings.ALLAUTH_TRUSTED_PROXY_COUNT = "https://glasnik.rs", True, 1
    settings.ALLOWED_HOSTS, settings.SECURE_PROXY_SSL_HEADER = ["*"], ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = False
    client = protected()
    right = {"Host": "glasnik.rs", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    assert client.get("/setup/address/", headers=right).text.count("In order") == 5
    wrong = client.get("/setup/address/", headers={"Host": "10.0.0.7"}).text
    assert "You opened this page at http://10.0.0.7" in wrong
    assert "configure it to set X-Forwarded-Proto" in wrong
    assert "TRUSTED_PROXY_COUNT is 1" in wrong


# ---- mail


def test_a_real_mail_leaves_through_the_outbox_and_the_page_says_so(settings: Any) -> None:
    settings.MAIL_TRANSPORT = "common.mail.DemoTransport"
    client = protected()
    MailMessage.objects.all().delete()
    assert client.post("/setup/mail/", {"act": "send"}).status_code == 302
    assert "on its way" in client.get("/setup/mail/").text
    message = MailMessage.objects.get()
    assert (message.to, message.subject) == ("ada@opstine.example", "Test mail of Dobošar")
    assert mail.send_waiting() == 1
    fragment = client.get("/setup/mail/", headers={"HX-Request": "true"}).text
    assert "The mail has left" in fragment
    assert "<html" not in fragment


def test_what_the_mail_server_says_stands_on_the_page_and_one_can_try_again(settings: Any) -> None:
    settings.MAIL_TRANSPORT, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    settings.EMAIL_HOST = "127.0.0.1"
    client = protected()
    MailMessage.objects.all().delete()
    client.post("/setup/mail/", {"act": "send"})
    mail.send_waiting()
    page = client.get("/setup/mail/").text
    assert "The mail did not leave" in page
    assert "refused" in page
    client.post("/setup/mail/", {"act": "send"})
    message = MailMessage.objects.get()  # the same one, at once
    assert message.next_attempt_at <= timezone.now()
    message.state, message.attempts = MailState.FAILED, mail.MAX_ATTEMPTS
    message.save()
    client.post("/setup/mail/", {"act": "send"})
    assert MailMessage.objects.count() == 2


def test_a_mail_that_no_worker_takes_is_not_blamed_on_the_mail_server() -> None:
    client = protected()
    client.post("/setup/mail/", {"act": "send"})
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert "The e-mail has not been picked up yet" in client.get("/setup/mail/").text


# ---- who runs it


def test_who_runs_the_portal_is_read_by_everybody_and_changed_by_administrators(cast: Cast) -> None:
    assert "has not entered its details yet" in browser().get("/about/").text
    administrator = sign_in(cast.administrator)
    administrator.post("/accounts/reauthenticate/", {"password": "a long enough password"})
    set_up_app(administrator)
    assert administrator.post("/installation/about/", {**FACTS, "email": "no"}).status_code == 422
    assert administrator.post("/installation/about/", FACTS).status_code == 302
    page = browser().get("/about/").text
    assert "Institut za lokalnu samoupravu" in page
    assert page.count("mailto:info@opstine.example") == 2  # also for personal data, where nothing else is given
    event = AuditEvent.objects.get(verb="installation.write_facts")
    assert set(event.detail["changed"]) == {"name", "operator", "address", "email"}
    assert setting_up.facts().finished_at is None
