"""YouTube: from the keys to the channel, warnings before its access ends, and its end."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from channels import messages, tasks, validation
from channels.connector_factory import open_channel
from channels.domain import credentials, keys
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, Credential
from municipalities.tenancy import everywhere, scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from platforms.youtube.checks import NOT_AUDITED
from platforms.youtube.facts import SCOPES
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.bench import outgoing, read, video
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.youtube import CLIENT, SECRET, YouTubeFake


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer, cast: Cast) -> YouTubeFake:
    settings.NETWORK_OPTIONS = {"youtube": {"server": f"{fakes.url}/youtube"}}
    fakes.account("youtube", "cuprija")
    keys.enter("youtube", CLIENT, SECRET, by=cast.administrator)
    fake: YouTubeFake = fakes.world.fake("youtube")
    return fake


def connect(client: Client, **decided: str) -> None:
    """Through Google's page of consent and back."""
    assert client.post(page("channel_connect", "youtube")).status_code == 302
    tasks.connect()
    url = client.get(page("channel_consent", last_attempt().pk))["Location"]
    asked = {**dict(parse_qsl(urlsplit(url).query)), **decided}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=asked, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def test_the_pages_before_connecting_say_what_to_do(cast: Cast, approver: Client) -> None:
    shown = approver.get(page("channel_connect", "youtube")).content.decode()
    assert "The portal never sees your password" in shown
    shown = sign_in(cast.administrator).get(reverse("installation_network", args=["youtube"])).content.decode()
    assert "stay private" in shown
    assert reverse("channel_callback") in shown
    for scope_ in SCOPES:
        assert scope_.name in shown


def test_the_channel_that_was_chosen_at_google_is_connected_and_publishes_once(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    fakes.account("youtube", "biblioteka")
    connect(approver, channel="cuprija")
    channel = the_channel()
    assert (channel.handle, channel.state, channel.granted) == (
        "@cuprija",
        ChannelState.CONNECTED,
        [scope_.name for scope_ in SCOPES],
    )
    with scope(cast.cuprija):
        open_channel(channel).publish(outgoing("Седница", video=video()), read)
    assert [post["text"] for post in fakes.public("cuprija")] == ["Седница"]
    assert fakes.public("biblioteka") == []
    shown = approver.get(page("channel", channel.pk)).content.decode()
    assert "Upload videos and their covers." in shown


def test_of_several_channels_a_person_picks_one(approver: Client, fakes: FakeServer, stand_in: YouTubeFake) -> None:
    fakes.account("youtube", "biblioteka")
    fakes.options(youtube_several=True)
    connect(approver)
    assert last_attempt().step == ConnectStep.CHOOSING
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert "@biblioteka" in shown
    wanted = next(one["id"] for one in stand_in.channels.values() if one["name"] == "cuprija")
    approver.post(page("channel_choose_account", last_attempt().pk), {"account": wanted})
    tasks.connect()
    assert the_channel().handle == "@cuprija"


@pytest.mark.parametrize("left_out", SCOPES)
def test_a_permission_that_was_switched_off_is_named(approver: Client, fakes: FakeServer, left_out: Any) -> None:
    fakes.options(youtube_declined=(left_out.name,))
    connect(approver)
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert left_out.purpose in shown


def test_whoever_refuses_or_has_no_channel_connects_nothing(approver: Client, fakes: FakeServer) -> None:
    connect(approver, decision="deny")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.DENIED)
    fakes.options(youtube_no_channel=True)
    connect(approver)
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.NO_ACCOUNTS)
    with everywhere("test"):
        assert not Channel.objects.exists()


def test_a_session_is_renewed_and_the_right_to_renew_stays(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect(approver)
    channel = the_channel()
    with scope(cast.cuprija):
        before = credentials.read(channel)
        Credential.objects.update(renew_at=timezone.now())
    tasks.upkeep()
    with scope(cast.cuprija):
        after = credentials.read(channel)
    assert after.access_token != before.access_token
    assert (after.refresh_token, after.account_id) == (before.refresh_token, before.account_id)


def test_while_google_tests_the_portal_people_are_warned_in_the_first_week(approver: Client, fakes: FakeServer) -> None:
    fakes.options(youtube_testing=True)
    connect(approver)
    with everywhere("test"):
        ends = Credential.objects.get().consent_until
    assert ends is not None
    assert timedelta(days=6, hours=23) < ends - timezone.now() <= timedelta(days=7)
    tasks.upkeep()
    with everywhere("test"):
        notifications = list(Notification.objects.filter(kind=NotificationKind.CHANNEL))
    assert notifications
    assert "Renew the access by" in approver.get(page("channel", the_channel().pk)).content.decode()


def test_a_channel_whose_access_google_ended_asks_to_be_connected_again(
    approver: Client, fakes: FakeServer, stand_in: YouTubeFake
) -> None:
    connect(approver)
    for held in stand_in.tokens.values():
        held["dead"] = True
    with everywhere("test"):
        Credential.objects.update(renew_at=timezone.now())
    tasks.upkeep()
    assert the_channel().state == ChannelState.NEEDS_CONSENT


def test_disconnecting_gives_the_consent_back(approver: Client, fakes: FakeServer, stand_in: YouTubeFake) -> None:
    connect(approver)
    with scope(the_channel().municipality):
        token = credentials.read(the_channel()).refresh_token
    approver.post(page("channel_disconnect", the_channel().pk))
    tasks.upkeep()
    assert stand_in.tokens[token]["dead"]
    with everywhere("test"):
        assert not Credential.objects.exists()


def test_an_installation_that_was_not_audited_stops_a_video_before_it_is_scheduled(
    cast: Cast, approver: Client, settings: Any
) -> None:
    connect(approver)
    settings.NETWORK_OPTIONS["youtube"]["audited"] = False
    (finding,) = validation.check(the_channel(), outgoing("Седница", video=video()))
    assert (finding.message, finding.severity) == (gettext(NOT_AUDITED), "error")
