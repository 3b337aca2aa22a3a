"""A new key is put in front, everything is encrypted anew, the old key goes: searched for in the whole database."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.domain import second_factor
from channels.domain import credentials, keys
from channels.domain.connect import attempts, work
from channels.enums import ConnectStep
from channels.models import AppRegistration, Channel, ConnectAttempt
from channels.models import Credential as CredentialRow
from common import crypto
from common.models import MailContent, MailMessage
from municipalities.tenancy import everywhere, scope
from notifications import web_push
from notifications.domain import push_devices, push_keys
from notifications.models import PushSubscription
from platforms.types import Credential
from portal import adoption
from tests import security_figures
from tests.people import Cast, sign_in

pytestmark = pytest.mark.django_db
OLD, NEW = ("old:" + base64.b64encode(b"o" * 32).decode(), "new:" + base64.b64encode(b"n" * 32).decode())
SEALED = re.compile(r"^(old|new)\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$")
# Columns that hold something encrypted: whether `rotate_keys` goes through them, or why it need not.
COLUMNS = {
    "channels_credential.ciphertext": "",
    "channels_appregistration.ciphertext": "",
    "common_identity.sealed": "",
    "common_mailmessage.sealed": "",
    "mfa_authenticator.data": "",
    "notifications_pushkey.sealed": "",
    "notifications_pushsubscription.sealed": "",
    "channels_connectattempt.ciphertext": "Over after ten minutes",
}


def sealed_in_database() -> dict[str, set[str]]:
    """Column → names of the keys that sealed what is in it, found by the form of the values."""
    found: dict[str, set[str]] = {}
    with everywhere("a test reads every column"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            for (row,) in cursor.fetchall():
                for column, value in (json.loads(row) if isinstance(row, str) else row).items():
                    for text in value.values() if isinstance(value, dict) else [value]:
                        if isinstance(text, str) and (match := SEALED.match(text)):
                            found.setdefault(f"{table}.{column}", set()).add(match[1])
    return found


@pytest.fixture
def filled(cast: Cast, settings: Any) -> Channel:
    """One of everything that is encrypted, with the old key alone."""
    settings.TOKEN_KEYS = [OLD]
    assert adoption.check() is None
    keys.enter("facebook", "app", "secret of the application", by=cast.administrator)
    with scope(cast.cuprija):
        channel = Channel.objects.create(
            municipality=cast.cuprija, platform="mastodon", server="https://mastodon.example", remote_id="1",
            handle="@a", name="Канал", connected_by=cast.approver, connected_at=timezone.now(),
        )  # fmt: skip
        credentials.store(channel, Credential("the token"))
        attempt = ConnectAttempt.objects.create(
            municipality=cast.cuprija, platform="mastodon", server="https://mastodon.example", by=cast.approver,
            step=ConnectStep.READING, state_hash="x", expires_at=timezone.now() + timedelta(minutes=10),
        )  # fmt: skip
        attempts.put_away(attempt, {"state": "the state"})
        attempt.save()
    mail = MailMessage.objects.create(to="a@test.example", subject="x", from_email="b@test.example")
    mail.unsealed = MailContent(body="the words")
    mail.seal()
    mail.save()
    Authenticator.objects.create(
        user=cast.officer, type=Authenticator.Type.TOTP, data={"secret": second_factor.seal("the secret")}
    )
    Authenticator.objects.create(
        user=cast.officer, type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": second_factor.seal("the seed"), "used_mask": 0},
    )  # fmt: skip
    keys_of_browser = web_push.new_key()
    device = web_push.Subscription("https://web.push.apple.com/x", keys_of_browser.public, web_push.encoded(bytes(16)))
    push_devices.subscribe(cast.officer, device, key=push_keys.public(), device="Safari, iOS")
    return channel


def secrets() -> list[str]:
    """All of them, as the product reads them."""
    data = dict(Authenticator.objects.values_list("type", "data"))
    with everywhere("a test"):
        channel = Channel.objects.get()
        return [
            credentials.read(channel).access_token,
            credentials.keys("facebook", "").client_secret,
            MailMessage.objects.get().content().body,
            second_factor.open_(data["totp"]["secret"]),
            second_factor.open_(data["recovery_codes"]["seed"]),
            push_devices.opened(PushSubscription.objects.get()).endpoint,
            f"identity: {adoption.check()}",
            f"push key of {len(web_push.decoded(push_keys.current().private))} bytes",
        ]


ALL = [
    "the token", "secret of the application", "the words", "the secret", "the seed", "https://web.push.apple.com/x",
    "identity: None", "push key of 32 bytes",
]  # fmt: skip


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, skip_checks=True)
    return out.getvalue()


def test_every_column_that_holds_something_encrypted_is_known(filled: Channel) -> None:
    assert set(sealed_in_database()) == set(COLUMNS)
    # By their names, too: a new column is filled above before it is listed.
    named = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.name in ("ciphertext", "sealed", "encrypted", "secret")
    }
    assert named - {"practice_app.secret"} <= set(COLUMNS)


@pytest.mark.security_figures
def test_with_a_new_key_in_front_all_is_read_encrypted_anew_and_read_without_the_old_one(
    filled: Channel, settings: Any
) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]
    assert secrets() == ALL
    assert {key for names in sealed_in_database().values() for key in names} == {"old"}
    rotate()
    assert {column: names for column, names in sealed_in_database().items() if names == {"old"}} == {
        column: {"old"} for column, why in COLUMNS.items() if why
    }
    settings.TOKEN_KEYS = [NEW]
    assert secrets() == ALL
    assert "0 encrypted anew" in rotate()
    security_figures.record("Files and words: keys", {"encrypted columns": len(COLUMNS), "secrets": len(ALL)})


@pytest.mark.parametrize(
    "left_out", ["tokens of channels", "second factors", "mails that are not sent yet", "push subscriptions"]
)
def test_a_list_without_one_of_them_would_leave_something_unreadable(
    filled: Channel, settings: Any, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    """That the test above can fail."""
    monkeypatch.delitem(crypto.SEALED, left_out)
    settings.TOKEN_KEYS = [NEW, OLD]
    rotate()
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(crypto.WrongKey):
        secrets()


def test_a_key_that_went_too_early_is_named_and_nothing_is_lost(filled: Channel, settings: Any) -> None:
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(CommandError, match="8 secrets could not be read and stay as they are"):
        rotate()
    settings.TOKEN_KEYS = [NEW, OLD]
    assert secrets() == ALL


def without_the_key(settings: Any) -> None:
    settings.TOKEN_KEYS = [NEW]


@pytest.mark.parametrize("path", ["/", "/m/cuprija/channels/", "/accounts/2fa/totp/activate/"])
def test_pages_that_need_no_secret_are_there_without_the_key(
    filled: Channel, cast: Cast, settings: Any, path: str
) -> None:
    without_the_key(settings)
    assert sign_in(cast.officer).get(path).status_code < 400


def test_a_page_that_needs_the_key_says_that_it_is_missing(
    filled: Channel, cast: Cast, settings: Any, caplog: Any
) -> None:
    without_the_key(settings)
    answer = sign_in(cast.officer).get("/accounts/2fa/")
    assert answer.status_code == 503
    assert "A key of this installation is missing" in answer.text
    assert "'old', which is not in TOKEN_KEYS" in caplog.text
    assert "Traceback" not in answer.text + caplog.text


def test_who_signs_in_with_a_second_factor_hears_it_too(filled: Channel, cast: Cast, settings: Any) -> None:
    client = Client()
    cast.officer.set_password("a password of many words")
    cast.officer.save()
    signed_in = client.post("/accounts/login/", {"login": cast.officer.email, "password": "a password of many words"})
    assert signed_in.headers["Location"].startswith("/accounts/2fa/authenticate/")
    without_the_key(settings)
    assert client.post("/accounts/2fa/authenticate/", {"code": "123456"}).status_code == 503
    assert "_auth_user_id" not in client.session


def test_an_attempt_whose_key_is_gone_fails_with_a_sentence(filled: Channel, settings: Any) -> None:
    without_the_key(settings)
    with everywhere("a test"):
        attempt = ConnectAttempt.objects.get()
    with scope(attempt.municipality_id):
        work.proceed(attempt.pk)
        attempt.refresh_from_db()
    assert attempt.step == ConnectStep.FAILED
    assert attempt.problem
    assert attempt.ciphertext == ""


def test_what_is_kept_of_the_installation_names_no_secret(filled: Channel, settings: Any, caplog: Any) -> None:
    without_the_key(settings)
    with pytest.raises(CommandError) as problem:
        rotate()
    text = str(problem.value) + caplog.text
    assert [secret for secret in (*ALL, NEW, OLD, NEW[4:], OLD[4:]) if secret in text] == []
    with everywhere("a test"):
        assert CredentialRow.objects.count() == AppRegistration.objects.count() == 1
