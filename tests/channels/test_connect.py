"""Connecting in the browser against real servers on this machine: both ways, and every failure."""

import socket
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import messages, tasks
from channels.connector_factory import open_channel
from channels.domain import credentials
from channels.domain.connect import attempts
from channels.enums import ChannelState, ConnectStep
from channels.models import AppRegistration, Channel, ConnectAttempt, Credential
from common.models import AuditEvent
from municipalities.enums import Role
from municipalities.models import Membership
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached
from tests.channels.conftest import (
    allow_on_network,
    begin,
    connect_by_consent,
    connect_by_password,
    last_attempt,
    page,
    the_channel,
)
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

CALLBACK = "channel_callback"


def test_consent_on_the_networks_page_makes_a_channel(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect_by_consent(approver, fakes.url)
    channel = the_channel()
    assert (channel.platform, channel.server, channel.state) == ("mastodon", fakes.url, ChannelState.CONNECTED)
    assert channel.handle.startswith("@opstina@")
    assert channel.connected_by == cast.approver
    assert channel.facts["software"] == "mastodon"
    attempt = last_attempt()
    assert (attempt.step, attempt.channel_id, attempt.ciphertext) == (ConnectStep.DONE, channel.pk, "")
    with scope(cast.cuprija):
        assert open_channel(channel).profile().remote_id == channel.remote_id
    event = AuditEvent.objects.get(verb="channel.connect")
    assert (event.actor_id, event.municipality_id) == (cast.approver.pk, cast.cuprija.pk)


def test_the_consent_page_gets_state_and_challenge_but_never_the_verifier(approver: Client, fakes: FakeServer) -> None:
    asked = parse_qs(urlsplit(begin(approver, fakes.url)).query)
    inside = attempts.taken_out(last_attempt())
    assert asked["state"] == [inside["state"]]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] == [attempts.challenge(inside["verifier"])]
    assert inside["verifier"] not in str(asked)
    row = vars(last_attempt())
    assert inside["state"] not in str(row)
    assert inside["verifier"] not in str(row)


def test_an_app_password_makes_a_channel_and_is_wiped(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    password = fakes.account("bluesky", "opstina")["password"]
    connect_by_password(approver, fakes)
    channel = the_channel()
    assert channel.platform == "bluesky"
    assert channel.remote_id.startswith("did:plc:")
    with scope(cast.cuprija):
        assert open_channel(channel).profile().handle == "@opstina.test"
        stored = Credential.objects.get()
        assert stored.expires_at is not None
        assert password not in stored.ciphertext
        assert password not in str(credentials.read(channel).to_json())
    assert last_attempt().ciphertext == ""


def test_the_page_follows_the_worker(approver: Client, fakes: FakeServer) -> None:
    approver.post(page("channel_connect", "mastodon"), {"server": fakes.url})
    where = page("channel_connecting", last_attempt().pk)
    waiting = approver.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in waiting
    assert "<html" not in waiting
    tasks.connect()
    ready = approver.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "Continue to 127.0.0.1" in ready
    assert "every 2s" not in ready


def test_the_practice_network_is_connected_by_its_own_button(
    settings: Any, approver: Client, fakes: FakeServer
) -> None:
    settings.PRACTICE_URL = fakes.url
    shown = approver.get(page("channel_choose")).content.decode()
    assert f'value="{fakes.url}"' in shown
    connect_by_consent(approver, fakes.url)
    assert the_channel().is_practice


# ---- the network's answer


def test_a_denied_consent_says_so(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url), decision="deny")
    approver.get(reverse(CALLBACK), answer)
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.DENIED)
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert "permission was refused" in shown
    assert "Try again" in shown


def test_a_forged_state_changes_nothing(approver: Client, fakes: FakeServer) -> None:
    code = allow_on_network(begin(approver, fakes.url))["code"]
    for forged in ("", "x", last_attempt().state_hash):
        answer = approver.get(reverse(CALLBACK), {"state": forged, "code": code})
        assert answer.status_code == 400
        assert "belongs to no open connection" in answer.content.decode()
    assert last_attempt().step == ConnectStep.AUTHORISING


def test_a_state_works_once(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    assert approver.get(reverse(CALLBACK), answer).status_code == 302
    before = len(fakes.ledger())
    assert approver.get(reverse(CALLBACK), answer).status_code == 400
    assert len(fakes.ledger()) == before, "a replayed answer must not reach the network"
    tasks.connect()
    assert the_channel().state == ChannelState.CONNECTED


def test_a_state_dies_after_ten_minutes(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert approver.get(reverse(CALLBACK), answer).status_code == 400
        tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.EXPIRED)
    assert last_attempt().ciphertext == ""


def test_another_person_cannot_use_the_state(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    Membership.objects.create(user=cast.officer, municipality=cast.cuprija, role=Role.APPROVER)
    assert sign_in(cast.officer).get(reverse(CALLBACK), answer).status_code == 400
    assert last_attempt().step == ConnectStep.AUTHORISING


def test_a_person_who_lost_the_right_meanwhile_is_refused(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    assert approver.get(reverse(CALLBACK), answer).status_code == 403
    assert last_attempt().step == ConnectStep.AUTHORISING


def test_a_code_that_the_network_refuses_ends_the_attempt(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    approver.get(reverse(CALLBACK), {**answer, "code": "made-up"})
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.NOT_EXCHANGED)


def test_the_exchange_gives_up_at_its_deadline(monkeypatch: Any, approver: Client, fakes: FakeServer) -> None:
    from channels.domain.connect import answer as module

    assert module.DEADLINE_SECONDS == 8
    monkeypatch.setattr(module, "DEADLINE_SECONDS", 0.3)
    answer = allow_on_network(begin(approver, fakes.url))
    fakes.plan("hang", "/oauth/token", seconds=6)
    started = timezone.now()
    approver.get(reverse(CALLBACK), answer)
    assert timezone.now() - started < timedelta(seconds=5)
    assert last_attempt().step == ConnectStep.FAILED


def test_an_account_that_cannot_be_read_at_once_is_read_later(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    approver.get(reverse(CALLBACK), answer)
    fakes.plan("html_error", "/api/v1/accounts/verify_credentials")
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.READING, messages.UNREACHABLE)
    tasks.connect()
    assert the_channel().state == ChannelState.CONNECTED


# ---- the account


def test_an_account_of_another_municipality_is_refused_without_naming_it(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url)
    Membership.objects.create(user=cast.stranger, municipality=cast.novi_pazar, role=Role.APPROVER)
    stranger = sign_in(cast.stranger)
    connect_by_consent(stranger, fakes.url, municipality="novi-pazar")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.TAKEN)
    shown = stranger.get(page("channel_connecting", last_attempt().pk, municipality="novi-pazar")).content.decode()
    assert "another municipality" in shown
    assert "uprija" not in shown
    channel = the_channel()
    assert channel.municipality == cast.cuprija
    with scope(cast.cuprija):
        assert open_channel(channel).profile().remote_id == channel.remote_id


def test_an_account_that_was_given_up_can_be_connected_elsewhere(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url)
    approver.post(page("channel_disconnect", the_channel().pk))
    tasks.upkeep()
    Membership.objects.create(user=cast.stranger, municipality=cast.novi_pazar, role=Role.APPROVER)
    connect_by_consent(sign_in(cast.stranger), fakes.url, municipality="novi-pazar")
    with everywhere("test"):
        states = dict(Channel.objects.values_list("municipality__slug", "state"))
    assert states == {"cuprija": ChannelState.DISCONNECTED, "novi-pazar": ChannelState.CONNECTED}


def test_connecting_the_same_account_again_brings_its_channel_back(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url)
    before = the_channel()
    with scope(cast.cuprija):
        Channel.objects.update(state=ChannelState.NEEDS_CONSENT, problem=messages.CONSENT_LOST, layout="separate")
    approver.post(page("channel_reconnect", before.pk))
    tasks.connect()
    consent = approver.get(page("channel_consent", last_attempt().pk))["Location"]
    approver.get(reverse(CALLBACK), allow_on_network(consent))
    tasks.connect()
    after = the_channel()
    assert (after.pk, after.state, after.problem) == (before.pk, ChannelState.CONNECTED, "")
    assert after.layout == "separate"
    assert after.connected_at > before.connected_at


def test_reconnecting_with_another_account_leaves_the_channel_alone(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url)
    channel = the_channel()
    consent = begin(approver, fakes.url, again=str(channel.pk))
    approver.get(reverse(CALLBACK), allow_on_network(consent, account="druga"))
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.OTHER_ACCOUNT)
    assert the_channel().handle == channel.handle


# ---- practice and real


def test_a_real_channel_is_refused_beside_practice(settings: Any, approver: Client, fakes: FakeServer) -> None:
    settings.PRACTICE_URL = fakes.url
    connect_by_consent(approver, fakes.url)
    answer = approver.post(page("channel_connect", "mastodon"), {"server": "mastodon.social"})
    assert answer.status_code == 422
    assert "cannot be combined" in answer.content.decode()


def test_practice_is_refused_beside_a_real_channel(settings: Any, approver: Client, fakes: FakeServer) -> None:
    connect_by_consent(approver, fakes.url)
    settings.PRACTICE_URL = fakes.url.replace("127.0.0.1", "localhost")
    answer = approver.post(page("channel_connect", "mastodon"), {"server": settings.PRACTICE_URL})
    assert "This municipality has real channels" in answer.content.decode()


def test_the_mixture_is_refused_also_when_both_were_started_before(
    settings: Any, approver: Client, fakes: FakeServer
) -> None:
    settings.PRACTICE_URL = fakes.url
    first = allow_on_network(begin(approver, fakes.url))
    second = allow_on_network(begin(approver, fakes.url.replace("127.0.0.1", "localhost")), account="druga")
    for answer in (first, second):
        approver.get(reverse(CALLBACK), answer)
    tasks.connect()
    assert last_attempt().problem == messages.REAL_BESIDE_PRACTICE
    assert the_channel().is_practice


def test_a_practice_workspace_takes_no_real_account(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    cast.cuprija.is_practice = True
    cast.cuprija.save()
    answer = approver.post(page("channel_connect", "mastodon"), {"server": fakes.url})
    assert "for practice only" in answer.content.decode()


# ---- servers and passwords that are wrong


@pytest.mark.parametrize(
    "typed", ["127.0.0.1:1", "169.254.169.254", "2130706433", "https://u:p@mastodon.social", "http://localhost:5432"]
)
def test_a_hostile_server_is_refused_in_the_form(approver: Client, typed: str) -> None:
    answer = approver.post(page("channel_connect", "mastodon"), {"server": typed})
    assert answer.status_code == 422
    assert "id_server_error" in answer.content.decode()
    with everywhere("test"):
        assert not ConnectAttempt.objects.exists()


def test_a_public_name_that_leads_to_a_private_address_is_not_called(
    monkeypatch: Any, caplog: Any, approver: Client
) -> None:
    honest = socket.getaddrinfo

    def hostile(host: Any, *rest: Any, **more: Any) -> Any:
        """The owner of the domain lets its name lead into our own network."""
        return honest("10.0.0.5" if host == "rebind.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hostile)
    approver.post(page("channel_connect", "mastodon"), {"server": "rebind.example"})
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.UNREACHABLE)
    assert "rebind.example:443: is not a public address" in caplog.text


def test_an_empty_server_says_what_to_write(approver: Client) -> None:
    answer = approver.post(page("channel_connect", "mastodon"), {"server": ""})
    assert "Write the address of the server" in answer.content.decode()


def test_a_server_that_is_no_mastodon_says_so(approver: Client, fakes: FakeServer) -> None:
    fakes.plan("status", "/api/v./instance", times=5, status=404, body="nothing here")
    approver.post(page("channel_connect", "mastodon"), {"server": fakes.url})
    tasks.connect()
    assert last_attempt().problem == messages.NOT_MASTODON


def test_a_wrong_app_password_says_so_and_is_wiped(approver: Client, fakes: FakeServer) -> None:
    account = fakes.account("bluesky", "opstina")
    typed = {"identifier": account["identifier"], "password": "aaaa-bbbb-cccc-dddd", "server": fakes.url}
    approver.post(page("channel_connect", "bluesky"), typed)
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SIGN_IN_WRONG)
    assert last_attempt().ciphertext == ""


def test_the_app_password_is_never_shown_again(approver: Client, fakes: FakeServer) -> None:
    typed = {"identifier": "", "password": "aaaa-bbbb-cccc-dddd", "server": ""}
    answer = approver.post(page("channel_connect", "bluesky"), typed)
    assert answer.status_code == 422
    assert "aaaa-bbbb" not in answer.content.decode()


def test_a_crash_of_a_connector_ends_the_attempt_with_words(approver: Client, fakes: FakeServer) -> None:
    answer = allow_on_network(begin(approver, fakes.url))
    approver.get(reverse(CALLBACK), answer)
    with everywhere("test"):
        attempt = ConnectAttempt.objects.get()
        attempts.move(attempt, ConnectStep.READING, {"credential": {"unknown": 1}, "facts": {}})
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.NOT_CLEAR)


def test_twenty_tries_an_hour_are_enough(approver: Client, fakes: FakeServer) -> None:
    answers = [approver.post(page("channel_connect", "mastodon"), {"server": fakes.url}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [422]
    assert "within an hour" in answers[-1].content.decode()


# ---- our application at a server


def test_one_registration_serves_the_next_connections(approver: Client, fakes: FakeServer) -> None:
    begin(approver, fakes.url)
    begin(approver, fakes.url)
    assert sum(1 for call in fakes.ledger() if call["path"] == "/api/v1/apps") == 1
    assert AppRegistration.objects.count() == 1


def test_a_registration_nobody_used_for_long_is_made_anew(approver: Client, fakes: FakeServer) -> None:
    begin(approver, fakes.url)
    AppRegistration.objects.update(created_at=timezone.now() - timedelta(days=2))
    connect_by_consent(approver, fakes.url)
    assert sum(1 for call in fakes.ledger() if call["path"] == "/api/v1/apps") == 2
    AppRegistration.objects.update(created_at=timezone.now() - timedelta(days=2))
    begin(approver, fakes.url)
    assert sum(1 for call in fakes.ledger() if call["path"] == "/api/v1/apps") == 2, "a channel keeps it alive"


def test_the_secret_of_our_application_is_encrypted(approver: Client, fakes: FakeServer) -> None:
    begin(approver, fakes.url)
    keys = credentials.keys("mastodon", fakes.url)
    assert keys.client_secret
    assert keys.client_secret not in AppRegistration.objects.get().ciphertext


# ---- the connector factory


def test_a_channel_that_is_not_connected_does_not_open(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect_by_consent(approver, fakes.url)
    channel = the_channel()
    with scope(cast.cuprija):
        for state in (ChannelState.NEEDS_CONSENT, ChannelState.DISCONNECTED):
            channel.state = state
            with pytest.raises(NeedsConsent):
                open_channel(channel)
        channel.state = ChannelState.CONNECTED
        Credential.objects.all().delete()
        with pytest.raises(NeedsConsent):
            open_channel(channel)


def test_a_token_copied_into_another_channels_row_does_not_open(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect_by_consent(approver, fakes.url)
    connect_by_consent(approver, fakes.url, account="druga")
    with scope(cast.cuprija):
        mine, other = Credential.objects.order_by("pk").select_related("channel")
        Credential.objects.filter(pk=other.pk).update(ciphertext=mine.ciphertext)
        calls = len(fakes.ledger())
        with pytest.raises(NotReached):
            open_channel(other.channel)
    assert len(fakes.ledger()) == calls


def test_without_its_key_nothing_is_sent(settings: Any, cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect_by_consent(approver, fakes.url)
    settings.TOKEN_KEYS = ["other:" + "b" * 43 + "="]
    calls = len(fakes.ledger())
    with scope(cast.cuprija), pytest.raises(NotReached, match="not in TOKEN_KEYS"):
        open_channel(the_channel())
    assert len(fakes.ledger()) == calls


def test_the_doorbell_reaches_our_broker(settings: Any, caplog: Any) -> None:
    assert tasks.connect.app.conf.broker_url == settings.REDIS_URL
    tasks.wake_connect()
    assert "not reached" not in caplog.text


def test_without_the_broker_the_page_still_answers(monkeypatch: Any, approver: Client, fakes: FakeServer) -> None:
    from kombu.exceptions import OperationalError

    def broken(**_: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.connect, "apply_async", broken)
    answer = approver.post(page("channel_connect", "mastodon"), {"server": fakes.url})
    assert answer.status_code == 302
    tasks.connect()
    assert last_attempt().step == ConnectStep.AUTHORISING


def test_a_worker_connects_nothing_for_somebody_who_lost_the_right(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    """The network agreed and the code was exchanged; then the role ended, before the worker read the account."""
    answer = allow_on_network(begin(approver, fakes.url))
    assert approver.get(reverse("channel_callback"), answer).status_code == 302
    assert last_attempt().step == ConnectStep.READING
    Membership.objects.filter(user=cast.approver).update(role="officer")
    tasks.connect()
    attempt = last_attempt()
    assert (attempt.step, attempt.problem, attempt.ciphertext) == (ConnectStep.FAILED, messages.MAY_NOT_ANY_MORE, "")
    with everywhere("a test"):
        assert not Channel.objects.exists()
