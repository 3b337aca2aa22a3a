"""Instagram behind a page and Threads with an application of its own: from the keys to the channel, and its end."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
import time_machine

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import messages, tasks, validation
from channels.connector_factory import open_channel
from channels.domain import keys
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, Credential, Event
from municipalities.tenancy import everywhere, scope
from platforms.instagram.connector import NO_ACCOUNT
from platforms.types import Outgoing
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.bench import Files, outgoing, photo
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET
from tests.platforms.fakes.threads import APP as THREADS_APP
from tests.platforms.fakes.threads import SECRET as THREADS_SECRET


@pytest.fixture(autouse=True)
def stand_ins(settings: Any, fakes: FakeServer) -> None:
    settings.NETWORK_OPTIONS = {key: {"server": f"{fakes.url}/{key}"} for key in ("instagram", "threads")}
    fakes.account("instagram", "cuprija")
    fakes.account("threads", "cuprija")


@pytest.fixture(autouse=True)
def entered(cast: Cast) -> None:
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    keys.enter("threads", THREADS_APP, THREADS_SECRET, by=cast.administrator)


def begin(client: Client, network: str, municipality: str = "cuprija", **query: str) -> str:
    """Up to the network's page of consent."""
    where = page("channel_connect", network, municipality=municipality)
    assert client.post(where, query_params=query).status_code == 302
    tasks.connect()
    return client.get(page("channel_consent", last_attempt().pk, municipality=municipality))["Location"]


def consent(client: Client, url: str, **decided: str) -> None:
    asked = {**dict(parse_qsl(urlsplit(url).query)), "account": "cuprija", **decided}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=asked, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def connected(client: Client, network: str, **query: str) -> Channel:
    consent(client, begin(client, network, **query))
    return the_channel()


def public(fakes: FakeServer, network: str) -> list[str]:
    return [post["text"] for post in fakes.world.fake(network).public("cuprija")]


def sent(channel: Channel, text: str) -> Outgoing:
    return outgoing(text, pictures=(photo(1),))


# ---- Instagram


def test_the_keys_of_facebook_serve_instagram_and_the_page_of_keys_says_so(cast: Cast) -> None:
    shown = sign_in(cast.administrator).get(reverse("installation_network", args=["facebook"])).content.decode()
    assert "Facebook · Instagram" in shown
    assert "instagram_content_publish" in shown
    assert "/webhooks/instagram/" in shown


def test_the_only_account_becomes_the_channel_and_publishes_once(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    channel = connected(approver, "instagram")
    assert (channel.platform, channel.handle, channel.state) == ("instagram", "@cuprija", ChannelState.CONNECTED)
    assert "instagram_content_publish" in channel.granted
    with scope(cast.cuprija):
        assert Credential.objects.get().consent_until is not None
        open_channel(channel).publish(sent(channel, "Прва слика"), Files(fakes.url))
    assert public(fakes, "instagram") == ["Прва слика"]
    shown = approver.get(page("channel", channel.pk)).content.decode()
    assert "Publish pictures and videos." in shown
    assert "Renew the access by" in shown


@pytest.mark.parametrize(("declined", "shown"), [((), False), (("pages_manage_metadata",), True)])
def test_an_account_that_sends_no_events_says_so_and_publishes(
    cast: Cast, approver: Client, fakes: FakeServer, settings: Any, declined: tuple[str, ...], shown: bool
) -> None:
    fakes.options(facebook_declined=declined)
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    channel = connected(approver, "instagram")
    tasks.upkeep()
    assert (the_channel().is_subscribed, the_channel().state) == (not shown, ChannelState.CONNECTED)
    for address in (page("channels"), page("channel", channel.pk)):
        html = approver.get(address).content.decode()
        assert ("does not notify the portal" in html) == shown, address
    with scope(cast.cuprija):
        open_channel(the_channel()).publish(sent(channel, "И без вести"), Files(fakes.url))
    assert public(fakes, "instagram") == ["И без вести"]


def test_of_several_accounts_a_person_picks_one(approver: Client, fakes: FakeServer) -> None:
    fakes.account("instagram", "biblioteka")
    consent(approver, begin(approver, "instagram"))
    attempt = last_attempt()
    assert attempt.step == ConnectStep.CHOOSING
    shown = approver.get(page("channel_connecting", attempt.pk)).content.decode()
    assert "@cuprija" in shown
    assert "@biblioteka" in shown
    wanted = next(p["ig"] for p in fakes.world.fake("instagram").pages.values() if p["name"] == "biblioteka")
    approver.post(page("channel_choose_account", attempt.pk), {"account": wanted})
    tasks.connect()
    assert the_channel().handle == "@biblioteka"
    assert last_attempt().ciphertext == ""


def test_a_page_without_an_account_says_what_to_do(approver: Client, fakes: FakeServer) -> None:
    fakes.options(instagram_unlinked=True)
    consent(approver, begin(approver, "instagram"))
    assert last_attempt().step == ConnectStep.CHOOSING
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert NO_ACCOUNT in shown
    assert "disabled" in shown


def test_publishing_has_to_be_allowed(approver: Client, fakes: FakeServer) -> None:
    fakes.options(facebook_declined=("instagram_content_publish",))
    consent(approver, begin(approver, "instagram"))
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)
    with everywhere("test"):
        assert not Channel.objects.exists()


def test_a_portal_that_cannot_be_reached_refuses_pictures_in_plain_words(settings: Any, approver: Client) -> None:
    channel = connected(approver, "instagram")
    # The stand-in may be called on this machine; the portal itself is private.
    assert [f.code for f in validation.check(channel, sent(channel, "Слика"))] == ["base_is_private"]
    settings.PUBLIC_BASE_URL = "https://portal.cuprija.rs"
    assert validation.check(channel, sent(channel, "Слика")) == []


def test_what_the_account_tells_is_kept_once_and_forgeries_are_refused(approver: Client, fakes: FakeServer) -> None:
    channel = connected(approver, "instagram")
    value = {"id": "17900", "text": "Кад ради?", "media": {"id": "17800"}}
    entry = {"id": channel.remote_id, "time": 1_764_000_001, "changes": [{"field": "comments", "value": value}]}
    body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    signature = fakes.world.fake("instagram").signed(body)["X-Hub-Signature-256"]
    where = reverse("webhook", args=["instagram"])
    for sent, status in ((signature, 200), (signature, 200), (signature[:-1] + "x", 403), ("", 403)):
        headers = {"X-Hub-Signature-256": sent} if sent else {}
        answer = Client().post(where, body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    with everywhere("test"):
        (event,) = Event.objects.all()
    assert (event.kind, event.account_id) == ("comment", channel.remote_id)


def test_disconnecting_gives_the_right_back(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    channel = connected(approver, "instagram")
    with scope(cast.cuprija):
        token = open_channel(channel).credential.access_token
    approver.post(page("channel_disconnect", channel.pk))
    tasks.upkeep()
    with everywhere("test"):
        assert not Credential.objects.exists()
    assert fakes.world.fake("instagram").tokens[token]["dead"] == 458


# ---- Threads


def test_the_signed_in_account_becomes_the_channel_and_publishes_once(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    url = begin(approver, "threads")
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["client_id"], asked["response_type"]) == (THREADS_APP, "code")
    assert "code_challenge" not in asked
    consent(approver, url)
    channel = the_channel()
    assert (channel.platform, channel.handle, channel.state) == ("threads", "@cuprija", ChannelState.CONNECTED)
    assert "threads_content_publish" in channel.granted
    with scope(cast.cuprija):
        stored = Credential.objects.get()
        assert stored.expires_at is not None
        assert timedelta(days=59) < stored.expires_at - timezone.now() <= timedelta(days=60)
        open_channel(channel).publish(outgoing("Први текст"), Files(fakes.url))
    assert public(fakes, "threads") == ["Први текст"]


def test_a_refused_permission_to_publish_is_named(approver: Client, fakes: FakeServer) -> None:
    fakes.options(threads_declined=("threads_content_publish",))
    consent(approver, begin(approver, "threads"))
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)


def test_a_denied_consent_says_so(approver: Client) -> None:
    consent(approver, begin(approver, "threads"), decision="deny")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.DENIED)


def test_the_channel_is_connected_again_only_with_its_own_account(approver: Client, fakes: FakeServer) -> None:
    channel = connected(approver, "threads")
    fakes.account("threads", "biblioteka")
    consent(approver, begin(approver, "threads", again=str(channel.pk)), account="biblioteka")
    assert last_attempt().problem == messages.OTHER_ACCOUNT
    consent(approver, begin(approver, "threads", again=str(channel.pk)))
    assert last_attempt().step == ConnectStep.DONE


def test_the_access_is_renewed_weeks_before_it_ends(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    channel = connected(approver, "threads")
    with everywhere("test"):
        before = Credential.objects.get()
    # The stand-in lives in this process, so that its clock goes along.
    with time_machine.travel(timezone.now() + timedelta(days=45), tick=True):
        tasks.upkeep()
        with everywhere("test"):
            after = Credential.objects.get()
        assert after.ciphertext != before.ciphertext
        assert after.expires_at - timezone.now() > timedelta(days=59)
        assert the_channel().state == ChannelState.CONNECTED
        with scope(cast.cuprija):
            open_channel(channel).publish(outgoing("После обнове"), Files(fakes.url))
    assert public(fakes, "threads") == ["После обнове"]


def test_an_access_that_was_taken_back_asks_for_a_new_consent(approver: Client, fakes: FakeServer) -> None:
    connected(approver, "threads")
    with everywhere("test"):
        grantor = Credential.objects.get().grantor
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        form = fakes.world.fake("threads").signed_request(grantor)
        assert departed(form[:-2]) == 403
        assert the_channel().state == ChannelState.CONNECTED
        assert departed(form) == 200
    assert the_channel().state == ChannelState.NEEDS_CONSENT


def departed(request: str) -> int:
    """The status with which the notice that a person removed the portal is answered."""
    body, kind = urlencode({"signed_request": request}), "application/x-www-form-urlencoded"
    return Client().post(reverse("webhook_departed", args=["threads"]), body, content_type=kind).status_code
