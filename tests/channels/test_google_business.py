"""Google Business Profile: from the keys to the channel of one place, and its end."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse

from channels import messages, tasks
from channels.connector_factory import open_channel
from channels.domain import keys
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel
from municipalities.tenancy import everywhere, scope
from platforms.google_business.facts import SCOPES
from platforms.google_business.texts import NO_PLACE, NOT_APPROVED, NOT_VERIFIED
from tests.browsing import enter, is_sound
from tests.channels.conftest import last_attempt, the_channel
from tests.channels.conftest import page as address
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.google_business import CLIENT, SECRET, GoogleBusinessFake

NETWORK = "google_business"


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer, cast: Cast) -> GoogleBusinessFake:
    settings.NETWORK_OPTIONS = {NETWORK: {"server": f"{fakes.url}/{NETWORK}"}}
    keys.enter(NETWORK, CLIENT, SECRET, by=cast.administrator)
    fake: GoogleBusinessFake = fakes.world.fake(NETWORK)
    return fake


def connect(client: Client, person: str, **decided: str) -> None:
    """Through Google's page of consent and back."""
    assert client.post(address("channel_connect", NETWORK)).status_code == 302
    tasks.connect()
    url = client.get(address("channel_consent", last_attempt().pk))["Location"]
    query = {**dict(parse_qsl(urlsplit(url).query)), "person": person, **decided}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=query, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def test_the_pages_before_connecting_say_what_to_do(cast: Cast, approver: Client) -> None:
    assert "Google Business Profile" in approver.get(address("channel_choose")).content.decode()
    shown = approver.get(address("channel_connect", NETWORK)).content.decode()
    assert "The portal never sees your password" in shown
    shown = sign_in(cast.administrator).get(reverse("installation_network", args=[NETWORK])).content.decode()
    assert "apply for access to the Business Profile APIs" in shown
    assert reverse("channel_callback") in shown
    assert SCOPES[0].name in shown


def test_a_place_is_chosen_and_no_other_one_can_be_typed(
    cast: Cast, approver: Client, stand_in: GoogleBusinessFake
) -> None:
    own, group = stand_in.person("jelena", "LOCATION_GROUP")
    hall = stand_in.place("Општинска управа", own, group, address="13. октобра 7")
    library = stand_in.place("Библиотека", own, address="Кнеза Милоша 2")
    closed = stand_in.place("Спортска хала", own, is_verified=False)
    foreign = stand_in.place("Кафана", *stand_in.person("stranger"))
    connect(approver, "jelena")
    assert last_attempt().step == ConnectStep.CHOOSING
    shown = approver.get(address("channel_connecting", last_attempt().pk)).content.decode()
    assert "13. октобра 7, Ћуприја" in shown
    assert "Библиотека" in shown
    assert "Кафана" not in shown
    assert NOT_VERIFIED in shown
    for typed in (foreign, closed, f"{own}/{foreign}", f"{own}/{hall}", "", "locations/../1"):
        approver.post(address("channel_choose_account", last_attempt().pk), {"account": typed})
        assert last_attempt().step == ConnectStep.CHOOSING
    tasks.connect()
    with everywhere("test"):
        assert not Channel.objects.exists()
    approver.post(address("channel_choose_account", last_attempt().pk), {"account": hall})
    tasks.connect()
    channel = the_channel()
    assert (channel.remote_id, channel.name, channel.state) == (hall, "Општинска управа", ChannelState.CONNECTED)
    stand_in.written(hall, "Лепо")
    stand_in.written(library, "Туђе")
    with scope(cast.cuprija):
        assert [one.text for one in open_channel(channel).messages().items] == ["Лепо"]
    shown = approver.get(address("channel", channel.pk)).content.decode()
    assert "Read and answer reviews" in shown


def test_one_place_needs_no_choice_and_a_colleague_connects_the_same_one_again(
    cast: Cast, approver: Client, stand_in: GoogleBusinessFake
) -> None:
    own, group = stand_in.person("jelena", "LOCATION_GROUP")
    stand_in.people["marko"] = [stand_in._account("PERSONAL"), group]
    hall = stand_in.place("Општинска управа", group)
    connect(approver, "jelena")
    assert the_channel().remote_id == hall
    connect(approver, "marko")
    assert the_channel().remote_id == hall
    assert own


def test_whoever_refuses_or_manages_nothing_connects_nothing_and_is_told_why(
    approver: Client, fakes: FakeServer, stand_in: GoogleBusinessFake
) -> None:
    stand_in.person("nobody")
    connect(approver, "nobody", decision="deny")
    assert last_attempt().problem == messages.DENIED
    connect(approver, "nobody")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, NO_PLACE)
    fakes.options(google_business_not_approved=True)
    connect(approver, "nobody")
    assert last_attempt().problem == NOT_APPROVED
    fakes.options(google_business_not_approved=False, google_business_declined=True)
    connect(approver, "nobody")
    assert last_attempt().step == ConnectStep.FAILED
    with everywhere("test"):
        assert not Channel.objects.exists()


# ---- in a browser


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_place_is_chosen_in_the_browser(
    page: Any, live_server: Any, cast: Cast, stand_in: GoogleBusinessFake
) -> None:
    own, _ = stand_in.person("jelena", "LOCATION_GROUP")
    stand_in.place("Општинска управа", own, address="13. октобра 7")
    stand_in.place("Спортска хала", own, is_verified=False)
    enter(page, live_server, cast.administrator)
    page.goto(live_server.url + reverse("installation_network", args=[NETWORK]))
    is_sound(page)
    enter(page, live_server, cast.approver)
    page.goto(live_server.url + reverse("channel_choose", args=["cuprija"]))
    page.get_by_role("link", name="Google Business Profile").click()
    is_sound(page)
    connect(sign_in(cast.approver), "jelena")
    page.goto(live_server.url + reverse("channel_connecting", args=["cuprija", last_attempt().pk]))
    page.get_by_text("13. октобра 7, Ћуприја").wait_for()
    is_sound(page)
