"""LinkedIn with a choice of pages and X with a renewable session: from the keys to the channel, and its end."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse

from channels import messages, tasks
from channels.connector_factory import open_channel
from channels.domain import keys
from channels.domain.refresh import refresh
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, Credential
from municipalities.tenancy import everywhere, scope
from platforms.linkedin.connector import NO_ROLE
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.bench import outgoing, read
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.linkedin import CLIENT, SECRET
from tests.platforms.fakes.x import CLIENT as X_CLIENT
from tests.platforms.fakes.x import SECRET as X_SECRET


@pytest.fixture(autouse=True)
def stand_ins(settings: Any, fakes: FakeServer, cast: Cast) -> None:
    settings.NETWORK_OPTIONS = {key: {"server": f"{fakes.url}/{key}"} for key in ("linkedin", "x")}
    for key in ("linkedin", "x"):
        fakes.account(key, "cuprija")
    keys.enter("linkedin", CLIENT, SECRET, by=cast.administrator)
    keys.enter("x", X_CLIENT, X_SECRET, by=cast.administrator)


def connect(client: Client, network: str, **decided: str) -> None:
    """Through the network's page of consent and back."""
    assert client.post(page("channel_connect", network)).status_code == 302
    tasks.connect()
    url = client.get(page("channel_consent", last_attempt().pk))["Location"]
    asked = {**dict(parse_qsl(urlsplit(url).query)), **decided}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=asked, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def published(cast: Cast, channel: Channel, text: str) -> None:
    with scope(cast.cuprija):
        open_channel(channel).publish(outgoing(text), read)


@pytest.mark.parametrize("key", ["linkedin", "x"])
def test_the_pages_before_connecting_say_what_to_do(cast: Cast, approver: Client, key: str) -> None:
    shown = approver.get(page("channel_connect", key)).content.decode()
    assert "The portal never sees" in shown
    shown = sign_in(cast.administrator).get(reverse("installation_network", args=[key])).content.decode()
    assert "Enter the address to come back to" in shown or "enter the address to come back to" in shown


@pytest.mark.parametrize("key", ["linkedin", "x"])
def test_the_only_account_becomes_the_channel_and_publishes_once(
    cast: Cast, approver: Client, fakes: FakeServer, key: str
) -> None:
    connect(approver, key)
    channel = the_channel()
    assert (channel.platform, channel.handle, channel.state) == (key, "@cuprija", ChannelState.CONNECTED)
    published(cast, channel, "Прва вест (данас)")
    assert [post["text"] for post in fakes.world.fake(key).public("cuprija")] == ["Прва вест (данас)"]
    assert approver.get(page("channel", channel.pk)).status_code == 200


@pytest.mark.parametrize("key", ["linkedin", "x"])
def test_whoever_refuses_connects_nothing(approver: Client, key: str) -> None:
    connect(approver, key, decision="deny")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.DENIED)
    with everywhere("test"):
        assert not Channel.objects.exists()


def test_of_several_pages_a_person_picks_one(approver: Client, fakes: FakeServer) -> None:
    fakes.account("linkedin", "biblioteka")
    connect(approver, "linkedin")
    assert last_attempt().step == ConnectStep.CHOOSING
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert "@biblioteka" in shown
    pages = fakes.world.fake("linkedin").pages
    wanted = next(urn.rpartition(":")[2] for urn, one in pages.items() if one["name"] == "biblioteka")
    approver.post(page("channel_choose_account", last_attempt().pk), {"account": wanted})
    tasks.connect()
    assert the_channel().handle == "@biblioteka"


def test_a_page_without_the_right_role_says_so(approver: Client, fakes: FakeServer) -> None:
    fakes.options(linkedin_role="ANALYST")
    connect(approver, "linkedin")
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert NO_ROLE in shown.replace("&#x27;", "'")


def test_publishing_has_to_be_allowed(approver: Client, fakes: FakeServer) -> None:
    fakes.options(linkedin_declined=("w_organization_social",))
    connect(approver, "linkedin")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)


def test_a_session_of_x_is_renewed_and_stored_before_it_is_used(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    connect(approver, "x")
    channel = the_channel()
    fakes.plan("expire_token", r"/2/tweets$", method="POST")
    with scope(cast.cuprija):
        before = Credential.objects.get().ciphertext
    published(cast, channel, "После обнове")
    with scope(cast.cuprija):
        assert Credential.objects.get().ciphertext != before
    published(cast, channel, "И још једном")
    assert [post["text"] for post in fakes.world.fake("x").public("cuprija")] == ["После обнове", "И још једном"]
    with scope(cast.cuprija):
        assert not refresh(channel.pk)
