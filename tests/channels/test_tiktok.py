"""TikTok: from the keys to the channel, publishing through the connector factory, and the end of a consent."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from channels import messages, queries, tasks, validation
from channels.connector_factory import open_channel
from channels.domain import health, keys
from channels.domain.refresh import refresh
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, Credential, Event
from municipalities.tenancy import everywhere, scope
from platforms.tiktok.facts import UNAUDITED
from platforms.types import Pending, Published
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.bench import Files, outgoing, photo, video
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.tiktok import CLIENT, SECRET

SEEN = {"audience": "PUBLIC_TO_EVERYONE"}


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer, cast: Cast) -> Any:
    settings.NETWORK_OPTIONS = {"tiktok": {"server": f"{fakes.url}/tiktok"}}
    fakes.account("tiktok", "cuprija")
    keys.enter("tiktok", CLIENT, SECRET, by=cast.administrator)
    return fakes.world.fake("tiktok")


def connect(client: Client, **decided: str) -> None:
    """Through TikTok's page of consent and back."""
    assert client.post(page("channel_connect", "tiktok")).status_code == 302
    tasks.connect()
    url = client.get(page("channel_consent", last_attempt().pk))["Location"]
    asked = {**dict(parse_qsl(urlsplit(url).query)), **decided}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=asked, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def published(cast: Cast, channel: Channel, fakes: FakeServer, text: str) -> Published:
    with scope(cast.cuprija):
        connector = open_channel(channel)
        pending = connector.publish(outgoing(text, video=video()), Files(fakes.url))
        assert isinstance(pending, Pending)
        result = connector.check_status(pending)
    assert isinstance(result, Published)
    return result


def delivered(stand_in: Any, event: str, person: str, signature: str = "") -> int:
    """Deliver a TikTok event to the address that the administrator entered; returns the answer's status."""
    raw, signed = stand_in.signed_event(event, person, {"reason": 1})
    address = reverse("webhook", args=["tiktok"])
    headers = {"tiktok-signature": signature or signed}
    return Client().post(address, raw, content_type="application/json", headers=headers).status_code


def test_the_pages_before_connecting_say_what_to_do(cast: Cast, approver: Client) -> None:
    shown = approver.get(page("channel_connect", "tiktok")).content.decode()
    assert "The portal never sees the password" in shown
    shown = sign_in(cast.administrator).get(reverse("installation_network", args=["tiktok"])).content.decode()
    assert "URL properties" in shown
    assert reverse("webhook", args=["tiktok"]) in shown
    # TikTok sends all events to one address and needs no challenge.
    assert reverse("webhook_departed", args=["tiktok"]) not in shown
    assert "verify token" not in shown


def test_the_account_becomes_the_channel_and_publishes_once(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect(approver)
    channel = the_channel()
    assert (channel.platform, channel.handle, channel.state) == ("tiktok", "@cuprija", ChannelState.CONNECTED)
    out = published(cast, channel, fakes, "Прва вест")
    assert [post["text"] for post in fakes.world.fake("tiktok").public("cuprija")] == ["Прва вест"]
    assert validation.remote_id(channel, out.permalink) == out.remote_id
    assert approver.get(page("channel", channel.pk)).status_code == 200


def test_whoever_refuses_connects_nothing(approver: Client) -> None:
    connect(approver, decision="deny")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.DENIED)
    with everywhere("test"):
        assert not Channel.objects.exists()


def test_publishing_has_to_be_allowed_and_what_else_is_missing_is_named(approver: Client, fakes: FakeServer) -> None:
    fakes.options(tiktok_declined=("video.publish",))
    connect(approver)
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)
    fakes.options(tiktok_declined=("video.list",))
    connect(approver)
    shown = approver.get(page("channel", the_channel().pk)).content.decode()
    given, _, declined = shown.partition("Not given")
    assert "Read how many people follow the account." in given
    assert "Read the metrics of posts" in declined


def test_the_session_of_a_day_is_renewed_ahead_and_stored(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    connect(approver)
    channel = the_channel()
    with scope(cast.cuprija):
        before = Credential.objects.get()
        assert before.expires_at is not None
        assert timedelta(hours=23) < before.expires_at - timezone.now() < timedelta(hours=25)
        Credential.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    assert [pk for pk, _ in queries.sessions_due()] == [channel.pk]
    with scope(cast.cuprija):
        assert refresh(channel.pk)
        assert Credential.objects.get().ciphertext != before.ciphertext
    published(cast, channel, fakes, "После обнове")


def test_people_are_warned_before_the_year_is_over(cast: Cast, approver: Client) -> None:
    connect(approver)
    with scope(cast.cuprija):
        until = Credential.objects.get().consent_until
        assert until is not None
        assert timedelta(days=364) < until - timezone.now() < timedelta(days=366)
        Credential.objects.update(consent_until=timezone.now() + timedelta(days=6))
    assert [pk for pk, _ in queries.warnings_due()] == [the_channel().pk]


def test_a_video_needs_no_public_portal_and_pictures_do(cast: Cast, approver: Client, settings: Any) -> None:
    connect(approver)
    channel = the_channel()
    assert validation.check(channel, outgoing("Снимак", video=video(), settings=SEEN)) == []
    pictures = outgoing("Слика", pictures=(photo(1),), settings=SEEN)
    assert [finding.code for finding in validation.check(channel, pictures)] == ["base_is_private"]
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    assert validation.check(channel, pictures) == []


def test_the_length_that_this_account_may_have_is_learnt(cast: Cast, approver: Client, fakes: FakeServer) -> None:
    fakes.options(tiktok_seconds=30)
    connect(approver)
    with scope(cast.cuprija):
        health.refresh_facts(the_channel().pk)
    findings = validation.check(the_channel(), outgoing("Снимак", video=video(seconds=31.0), settings=SEEN))
    assert [(finding.code, finding.severity) for finding in findings] == [("video_too_long", "error")]


def test_a_person_has_to_choose_who_sees_it(approver: Client) -> None:
    connect(approver)
    (finding,) = validation.check(the_channel(), outgoing("Снимак", video=video()))
    assert (finding.field, finding.severity) == ("settings.audience", "error")
    # What matters only for a video is not asked for pictures.
    chosen = {**SEEN, "duets": "yes", "synthetic": "yes"}
    assert [one.label for one in validation.chosen_settings(the_channel(), chosen, has_video=False)] == [
        gettext("Who sees it on TikTok")
    ]
    assert len(validation.chosen_settings(the_channel(), chosen)) == 3


def test_what_people_agree_to_has_links(approver: Client) -> None:
    connect(approver)
    assert validation.agreement(the_channel(), SEEN).count("<a href=") == 1
    paid = {**SEEN, "commercial": "yes", "commercial_kind": "branded"}
    assert "bc-policy" in validation.agreement(the_channel(), paid)


def test_an_account_that_may_post_for_nobody_stops_the_post_before_anything_is_sent(
    cast: Cast, approver: Client, fakes: FakeServer
) -> None:
    fakes.options(tiktok_audiences=("SELF_ONLY",))
    connect(approver)
    with scope(cast.cuprija):
        health.refresh_facts(the_channel().pk)
    (finding,) = validation.check(the_channel(), outgoing("Снимак", video=video()))
    assert (finding.field, finding.severity, finding.message) == ("channel", "error", gettext(UNAUDITED))


# ---- how a consent ends


def test_a_permission_that_was_taken_back_at_tiktok_asks_to_be_connected_again(
    cast: Cast, approver: Client, stand_in: Any, fakes: FakeServer
) -> None:
    connect(approver)
    channel = the_channel()
    fakes.advance(2)
    assert delivered(stand_in, "authorization.removed", channel.remote_id, "t=1,s=ab") == 403
    assert the_channel().state == ChannelState.CONNECTED
    assert delivered(stand_in, "authorization.removed", "_000stranger") == 200
    assert the_channel().state == ChannelState.CONNECTED
    assert delivered(stand_in, "authorization.removed", channel.remote_id) == 200
    assert (the_channel().state, the_channel().problem) == (ChannelState.NEEDS_CONSENT, messages.TAKEN_BACK)


def test_an_old_notice_does_not_end_a_newer_consent(approver: Client, stand_in: Any, fakes: FakeServer) -> None:
    connect(approver)
    fakes.advance(-3600)
    assert delivered(stand_in, "authorization.removed", the_channel().remote_id) == 200
    assert the_channel().state == ChannelState.CONNECTED


def test_what_is_told_of_a_post_is_kept_once(cast: Cast, approver: Client, stand_in: Any) -> None:
    connect(approver)
    account = the_channel().remote_id
    raw, signed = stand_in.signed_event("post.publish.publicly_available", account, {"post_id": "1"})
    for _ in range(2):
        answer = Client().post(
            reverse("webhook", args=["tiktok"]),
            raw,
            content_type="application/json",
            headers={"tiktok-signature": signed},
        )
        assert answer.status_code == 200
    (event,) = Event.objects.all()
    assert (event.platform, event.kind, event.account_id) == ("tiktok", "status", account)


def test_disconnecting_gives_the_access_back(cast: Cast, approver: Client, stand_in: Any) -> None:
    connect(approver)
    channel = the_channel()
    approver.post(page("channel_disconnect", channel.pk))
    tasks.upkeep()
    assert the_channel().state == ChannelState.DISCONNECTED
    granted = [
        one for one in stand_in.tokens.values() if one["person"] == channel.remote_id and one["kind"] == "access"
    ]
    assert granted
    assert all(one.get("dead") for one in granted)
