"""Sessions are renewed before they expire, channels are checked, and ended ones are revoked at the network."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from channels import messages, queries, tasks
from channels.connector_factory import open_channel
from channels.domain import credentials
from channels.domain.consent import mark_needs_consent
from channels.domain.refresh import refresh
from channels.enums import ChannelState, ConnectStep
from channels.models import AppRegistration, Channel, Credential
from common.models import AuditEvent
from municipalities.tenancy import everywhere, scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from tests.channels.conftest import connect_by_consent, connect_by_password, last_attempt, page, the_channel
from tests.people import Cast
from tests.platforms.fakes import FakeServer

OTHER = "other:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def bluesky(cast: Cast, approver: Client, fakes: FakeServer) -> Channel:
    connect_by_password(approver, fakes)
    return the_channel()


@pytest.fixture
def mastodon(cast: Cast, approver: Client, fakes: FakeServer) -> Channel:
    connect_by_consent(approver, fakes.url)
    return the_channel()


def calls(fakes: FakeServer, path: str) -> int:
    return sum(1 for call in fakes.ledger() if path in call["path"])


def in_hours(hours: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True)


# ---- sessions


def test_a_session_is_renewed_before_it_ends_and_not_earlier(cast: Cast, bluesky: Channel, fakes: FakeServer) -> None:
    tasks.upkeep()
    assert calls(fakes, "refreshSession") == 0
    with scope(cast.cuprija):
        before = credentials.read(bluesky)
    with in_hours(1.8):
        tasks.upkeep()
        tasks.upkeep()
    with scope(cast.cuprija):
        after = credentials.read(bluesky)
        assert after.refresh_token != before.refresh_token
        assert Credential.objects.get().expires_at == after.expires_at
    assert calls(fakes, "refreshSession") == 1


def test_a_token_that_does_not_end_is_never_renewed(mastodon: Channel, fakes: FakeServer) -> None:
    with in_hours(24 * 365):
        assert queries.sessions_due() == []


def test_a_session_renewed_inside_a_call_is_stored_at_once(cast: Cast, bluesky: Channel, fakes: FakeServer) -> None:
    fakes.plan("expire_token", "/xrpc/com.atproto.server.getSession")
    with scope(cast.cuprija):
        before = credentials.read(bluesky)
        open_channel(bluesky).profile()
        assert credentials.read(bluesky).refresh_token != before.refresh_token
        open_channel(bluesky).refresh()


def test_an_older_session_never_overwrites_a_newer_one(cast: Cast, bluesky: Channel) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with scope(cast.cuprija):
        held = credentials.read(bluesky)
        newer = replace(held, refresh_token="newer", expires_at=now + timedelta(hours=3))
        older = replace(held, refresh_token="older", expires_at=now + timedelta(hours=2))
        assert credentials.keep(bluesky, newer)
        assert not credentials.keep(bluesky, older)
        assert credentials.read(bluesky).refresh_token == "newer"


def test_a_session_of_another_account_is_not_stored(cast: Cast, bluesky: Channel) -> None:
    with scope(cast.cuprija):
        held = credentials.read(bluesky)
        assert not credentials.keep(bluesky, replace(held, account_id="did:plc:other"))
        Credential.objects.all().delete()
        assert not credentials.keep(bluesky, held)


@pytest.mark.django_db(transaction=True)
def test_two_workers_renew_one_session_once(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    answer = connect_by_password(approver, fakes)
    assert answer.status_code == 302, answer.content.decode()
    assert last_attempt().step == ConnectStep.DONE, last_attempt().problem
    channel = the_channel()
    with scope(cast.cuprija):
        Credential.objects.update(expires_at=timezone.now())
    fakes.plan("hang", "/xrpc/com.atproto.server.refreshSession", seconds=0.3)
    started, renewed = threading.Barrier(2), []

    def worker() -> None:
        with scope(cast.cuprija):
            started.wait()
            renewed.append(refresh(channel.pk))
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(renewed) == [False, True]
    with scope(cast.cuprija):
        assert open_channel(the_channel()).profile().remote_id == channel.remote_id
    assert the_channel().state == ChannelState.CONNECTED


def test_a_session_that_cannot_be_renewed_asks_for_consent(bluesky: Channel, fakes: FakeServer) -> None:
    fakes.plan("revoke_token", "/xrpc/com.atproto.server.refreshSession")
    with in_hours(1.8):
        tasks.upkeep()
    channel = the_channel()
    assert (channel.state, channel.problem) == (ChannelState.NEEDS_CONSENT, messages.CONSENT_LOST)
    assert AuditEvent.objects.filter(verb="channel.needs_consent").count() == 1


def test_a_silent_server_costs_no_session(bluesky: Channel, fakes: FakeServer) -> None:
    fakes.plan("status", "/xrpc/com.atproto.server.refreshSession", status=502)
    with in_hours(1.8):
        tasks.upkeep()
        assert the_channel().state == ChannelState.CONNECTED
        assert queries.sessions_due()
        tasks.upkeep()
        assert queries.sessions_due() == []


# ---- health


def test_every_hour_the_account_is_looked_at(mastodon: Channel, fakes: FakeServer) -> None:
    before = calls(fakes, "verify_credentials")
    tasks.upkeep()
    assert calls(fakes, "verify_credentials") == before
    with in_hours(1.1):
        tasks.upkeep()
        tasks.upkeep()
        assert the_channel().checked_at > mastodon.checked_at
    assert calls(fakes, "verify_credentials") == before + 1


def test_a_dead_token_asks_for_consent_once(mastodon: Channel, fakes: FakeServer) -> None:
    fakes.plan("revoke_token", "/api/v1/accounts/verify_credentials")
    with in_hours(1.1):
        tasks.upkeep()
    with in_hours(3):
        tasks.upkeep()
    assert the_channel().state == ChannelState.NEEDS_CONSENT
    assert AuditEvent.objects.filter(verb="channel.needs_consent").count() == 1


def test_a_server_that_is_down_is_noted_and_forgotten_when_it_is_back(mastodon: Channel, fakes: FakeServer) -> None:
    fakes.plan("html_error", "/api/v1/accounts/verify_credentials")
    with in_hours(1.1):
        tasks.upkeep()
        assert (the_channel().state, the_channel().problem) == (ChannelState.CONNECTED, messages.SERVER_SILENT)
    with in_hours(2.3):
        tasks.upkeep()
        assert the_channel().problem == ""


def test_a_missing_key_is_told_on_the_channel(settings: Any, mastodon: Channel, fakes: FakeServer) -> None:
    settings.TOKEN_KEYS = [OTHER]
    with in_hours(1.1):
        tasks.upkeep()
    assert (the_channel().state, the_channel().problem) == (ChannelState.CONNECTED, messages.KEY_MISSING)


def test_once_a_day_the_server_is_asked_what_it_accepts(mastodon: Channel, fakes: FakeServer) -> None:
    from channels import validation

    assert validation.limits(mastodon).max_characters == 500
    fakes.options(max_characters=5000)
    with in_hours(2):
        tasks.upkeep()
        assert validation.limits(the_channel()).max_characters == 500
    with in_hours(25):
        tasks.upkeep()
        assert validation.limits(the_channel()).max_characters == 5000


def test_one_sick_channel_does_not_stop_the_others(
    cast: Cast, approver: Client, mastodon: Channel, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url, account="druga")
    with scope(cast.cuprija):
        Credential.objects.filter(channel=mastodon).update(ciphertext="broken")
    with in_hours(1.1):
        tasks.upkeep()
    with everywhere("test"):
        problems = dict(Channel.objects.values_list("handle", "problem"))
    assert sorted(problems.values()) == ["", messages.KEY_MISSING]


def test_a_refusal_from_before_the_reconnection_does_not_count(cast: Cast, mastodon: Channel) -> None:
    with scope(cast.cuprija):
        stale = Channel.objects.get()
        Channel.objects.update(connected_at=timezone.now())
        assert not mark_needs_consent(stale)
        assert mark_needs_consent(Channel.objects.get())
        assert not mark_needs_consent(Channel.objects.get())
    notifications = Notification.objects.filter(kind=NotificationKind.CHANNEL)
    assert {row.user for row in notifications} == {cast.officer, cast.approver}
    assert {row.url for row in notifications} == {f"/m/cuprija/channels/{stale.pk}/"}


# ---- the end


def test_disconnecting_gives_the_right_back_and_forgets_the_token(
    cast: Cast, approver: Client, mastodon: Channel, fakes: FakeServer
) -> None:
    assert "not lost" in approver.get(page("channel_disconnect", mastodon.pk)).content.decode()
    assert the_channel().state == ChannelState.CONNECTED
    approver.post(page("channel_disconnect", mastodon.pk))
    approver.post(page("channel_disconnect", mastodon.pk))
    assert the_channel().state == ChannelState.DISCONNECTED
    tasks.upkeep()
    tasks.upkeep()
    assert calls(fakes, "/oauth/revoke") == 1
    with scope(cast.cuprija):
        assert not Credential.objects.exists()
    assert AuditEvent.objects.filter(verb="channel.disconnect").count() == 1


def test_a_network_that_does_not_answer_gets_no_second_revocation(
    cast: Cast, approver: Client, mastodon: Channel, fakes: FakeServer
) -> None:
    fakes.plan("drop_before", "/oauth/revoke")
    approver.post(page("channel_disconnect", mastodon.pk))
    tasks.upkeep()
    with scope(cast.cuprija):
        assert not Credential.objects.exists()


# ---- keys


def rotated(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_rotation_moves_every_secret_to_the_first_key(
    settings: Any, cast: Cast, mastodon: Channel, fakes: FakeServer
) -> None:
    settings.TOKEN_KEYS = [OTHER, *settings.TOKEN_KEYS]
    assert "tokens of channels: 1 encrypted anew" in rotated()
    assert "tokens of channels: 0 encrypted anew" in rotated()
    settings.TOKEN_KEYS = [OTHER]
    with scope(cast.cuprija):
        assert Credential.objects.get().ciphertext.startswith("other.")
        assert open_channel(mastodon).profile().remote_id == mastodon.remote_id
    assert AppRegistration.objects.get().ciphertext.startswith("other.")
    assert AuditEvent.objects.filter(verb="keys.rotate").count() == 2


def test_rotation_goes_on_past_what_it_cannot_read_and_says_so(
    settings: Any, cast: Cast, approver: Client, mastodon: Channel, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url, account="druga")
    with scope(cast.cuprija):
        Credential.objects.filter(channel=mastodon).update(ciphertext="lost.AAAA.AAAA")
    settings.TOKEN_KEYS = [OTHER, *settings.TOKEN_KEYS]
    with pytest.raises(CommandError, match="1 secrets could not be read"):
        rotated()
    with scope(cast.cuprija):
        sealed = set(Credential.objects.values_list("ciphertext", flat=True))
    assert {text.partition(".")[0] for text in sealed} == {"lost", "other"}


def test_rotation_with_a_malformed_keyring_changes_nothing(settings: Any, cast: Cast, mastodon: Channel) -> None:
    with scope(cast.cuprija):
        before = Credential.objects.get().ciphertext
    settings.TOKEN_KEYS = ["bad"]
    with pytest.raises(CommandError, match="Entry 1"):
        rotated()
    with scope(cast.cuprija):
        assert Credential.objects.get().ciphertext == before
