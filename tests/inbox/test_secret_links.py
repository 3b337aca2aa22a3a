"""Links that work like passwords stand in clear in no table, neither while their mail waits nor after it was sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.domain import invitations
from common import crypto, mail
from common.enums import MailState
from common.models import MailMessage
from inbox.domain import department_questions, desk, handover
from inbox.domain.handover import QuestionInput
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.domain.send import send_due
from notifications.enums import NotificationKind
from tests.inbox.conftest import MunicipalityInbox
from tests.people import PASSWORD, Cast, sign_in

OLD = "old:" + "b2xkLWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHMtISE="
NEW = "new:" + "bmV3LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHMtISE="
SECRET_LINKS = {
    "invitation": r"/accounts/invitation/([\w-]{40,})/",
    "password reset": r"/accounts/password/reset/key/(\S+?)/",
    "confirmation of an address": r"/accounts/confirm-email/(\S+?)/",
    "question to a department": r"/inbox-answer/([\w-]{40,})/",
    "stop link": r"/notifications/stop/(\S+?)/",
}


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    """The product's outbox; what the worker sends lands in Django's own list of sent mail."""
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def cells(text: str) -> list[str]:
    """The columns, of all tables, in which `text` stands; also inside JSON and within the payload of sessions."""
    columns = []
    with everywhere("a test reads every column"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
            "AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE strpos("{column}"::text, %s) > 0', [text])
            if cursor.fetchone()[0]:
                columns.append(f"{table}.{column}")
    return columns


def remembered(text: str) -> list[str]:
    """Sessions and keys of Valkey in which `text` stands."""
    from django.contrib.sessions.models import Session
    from django.core.cache import cache

    places = [f"session {row.pk}" for row in Session.objects.all() if text in str(row.get_decoded())]
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    for key in client.scan_iter("*"):
        if client.type(key) == b"string" and text.encode() in (client.get(key) or b""):
            places.append(f"Valkey {key!r}")
    return places


def everything_that_mails_a_secret(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    invitations.invite("new@test.example", [{"kind": "administrator"}], by=cast.administrator)
    Client().post("/accounts/password/reset/", {"email": cast.officer.email})
    person = Client()
    person.post("/accounts/login/", {"login": cast.approver.email, "password": PASSWORD})
    person.post("/accounts/email/", {"action_add": "", "email": "second@test.example"})
    message = municipality.receive("@opstina Нема воде")
    with scope(cast.cuprija):
        department = desk.add_department(cast.cuprija, "Водовод", "vodovod@test.example", by=cast.officer)
        asked = QuestionInput(question="Када?", shown=handover.suggest_excerpt(message))
        handover.ask(message, department, asked, until=department_questions.after_working_minutes(480), by=cast.officer)
    place = {"municipality": cast.cuprija, "about": "posts.post:7"}
    notify(
        NotificationKind.DECIDED,
        [cast.officer],
        url="/m/cuprija/posts/7/",
        build_text=lambda: ("Decided", "Yes."),
        **place,
    )
    send_due()


def secrets_in(bodies: str) -> dict[str, str]:
    by_name = {}
    for name, pattern in SECRET_LINKS.items():
        match = re.search(pattern, bodies)
        assert match, f"no mail with a link: {name}"
        by_name[name] = match[1]
    return by_name


@time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC))  # no quiet hours: notifications are mailed at once
def test_no_table_holds_a_link_that_works_like_a_password(municipality: MunicipalityInbox) -> None:
    everything_that_mails_a_secret(municipality)
    secrets = secrets_in("\n".join(f"{row.body} {row.headers}" for row in MailMessage.objects.all()))
    assert {name: cells(secret) for name, secret in secrets.items()} == {name: [] for name in secrets}
    waiting = MailMessage.objects.count()
    assert mail.send_waiting() == waiting
    sent = "\n".join(f"{outgoing.body} {outgoing.extra_headers}" for outgoing in django_mail.outbox)
    assert secrets_in(sent) == secrets, "the mail itself has the links"
    left = {name: cells(secret) + remembered(secret) for name, secret in secrets.items()}
    assert left == {name: [] for name in secrets}


def test_the_search_finds_what_stands_in_a_table(cast: Cast) -> None:
    assert sorted(cells("officer@test.example")) == ["account_emailaddress.email", "accounts_user.email"]


def test_following_a_reset_link_leaves_it_in_no_session(cast: Cast) -> None:
    Client().post("/accounts/password/reset/", {"email": cast.officer.email})
    match = re.search(r"/accounts/password/reset/key/\S+", MailMessage.objects.get().body)
    assert match
    client = Client()
    page = client.get(match[0], follow=True)
    assert 'name="password1"' in page.text
    key = match[0].rstrip("/").split("-", 1)[1]
    assert cells(key) + remembered(key) == []
    answers = {"password1": "kisa lampa sedam brod", "password2": "kisa lampa sedam brod"}
    assert client.post(page.redirect_chain[-1][0], answers).status_code == 302
    assert Client().login(email=cast.officer.email, password=answers["password1"])


# ---- one mail


def queued(body: str = "https://portal.example/accounts/invitation/s3cret/") -> MailMessage:
    mail.queue(to="new@test.example", subject="Hello", body=body)
    return MailMessage.objects.get()


def test_a_mail_that_cannot_be_sent_for_good_is_emptied_and_its_problem_quotes_no_link(settings: Any, db: None) -> None:
    settings.MAIL_TRANSPORT = "tests.inbox.test_secret_links.Refusing"
    queued()
    for tried in range(1, mail.MAX_ATTEMPTS + 1):
        MailMessage.objects.update(next_attempt_at=timezone.now())
        assert mail.send_waiting() == 0
        row = MailMessage.objects.get()
        assert row.attempts == tried
        assert (row.state == MailState.FAILED) == (tried == mail.MAX_ATTEMPTS) == (row.sealed == "")
        assert row.problem == "550 rejected: … is on a list"
    assert (row.body, row.headers) == ("", {})


class Refusing(BaseEmailBackend):
    """A mail server that quotes the mail in its refusal."""

    def send_messages(self, email_messages: Any) -> int:
        link = re.search(r"https://\S+", email_messages[0].body)
        raise OSError(f"550 rejected: {link and link[0]} is on a list")


def test_a_mail_opens_only_in_its_own_row_and_for_its_own_recipient(db: None) -> None:
    row = queued()
    assert "s3cret" in row.body
    for other in ({"to": "attacker@test.example"}, {"pk": row.pk + 1}):
        moved = MailMessage(**{"pk": row.pk, "to": row.to, "sealed": row.sealed, **other})
        with pytest.raises(crypto.Tampered):
            moved.content()


def test_a_mail_whose_recipient_was_changed_is_not_sent(db: None) -> None:
    queued()
    MailMessage.objects.update(to="attacker@test.example")
    assert mail.send_waiting() == 0
    assert django_mail.outbox == []


def test_rotating_the_keys_keeps_waiting_mail_readable(db: None, settings: Any) -> None:
    settings.TOKEN_KEYS = [OLD]
    queued()
    settings.TOKEN_KEYS = [NEW, OLD]
    call_command("rotate_keys", skip_checks=True)
    settings.TOKEN_KEYS = [NEW]
    assert "s3cret" in MailMessage.objects.get().body
    assert mail.send_waiting() == 1
    assert "s3cret" in django_mail.outbox[0].body


def test_the_demo_keeps_its_mail_as_its_mailbox_page_is_the_only_place_to_read_it(cast: Cast, settings: Any) -> None:
    settings.DEMO, settings.MAIL_TRANSPORT = True, mail.DEMO_TRANSPORT
    queued()
    assert mail.send_waiting() == 1
    assert "s3cret" in sign_in(cast.viewer).get("/mailbox/").text
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    MailMessage.objects.update(state=MailState.WAITING, next_attempt_at=timezone.now() - timedelta(minutes=1))
    assert mail.send_waiting() == 1
    assert MailMessage.objects.get().sealed == "", "a demo with a real mail server has it in people's mailboxes"


def test_the_mailbox_shows_a_mail_that_cannot_be_opened_as_such(cast: Cast, settings: Any) -> None:
    settings.DEMO, settings.MAIL_TRANSPORT = True, mail.DEMO_TRANSPORT
    queued()
    MailMessage.objects.update(to="somebody.else@example.org")
    answer = sign_in(cast.viewer).get("/mailbox/")
    assert answer.status_code == 200
    assert "This mail cannot be read" in answer.text
