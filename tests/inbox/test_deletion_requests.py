"""A citizen asks Facebook to have their data deleted: what they wrote is erased everywhere, once, and confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.domain import keys
from channels.models import Channel, Deletion, Event
from common.models import AuditEvent
from inbox.domain import deletion_requests, legal_hold
from inbox.models import Conversation, ExternalReply, Message
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from tests.analytics import factories
from tests.delivery.conftest import allowed, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET

__all__ = ["allowed", "network"]

PERSON, OTHER = "70001", "70002"
WORDS = "Мој сусед ме прати"


@pytest.fixture
def facebook(cast: Cast, network: FakeServer, settings: Any) -> Any:
    """The network's signatures, with its keys entered here."""
    settings.NETWORK_OPTIONS = {"facebook": {"server": f"{network.url}/facebook"}}
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    return network.world.fake("facebook")


@pytest.fixture
def channels(cast: Cast) -> list[Channel]:
    """A page of each municipality, and a Mastodon account on which somebody has the same id."""
    places = ((cast.cuprija, "facebook"), (cast.novi_pazar, "facebook"), (cast.cuprija, "mastodon"))
    return [factories.channel(place, cast.approver, platform=platform) for place, platform in places]


def wrote(channel: Channel, author: str, text: str = WORDS) -> Message:
    now = timezone.now()
    with scope(channel.municipality_id):
        return Message.objects.create(
            municipality_id=channel.municipality_id, channel=channel, author_id=author, author_name="Мира Мирић",
            remote_id=f"m-{Message.objects.count()}", text=text, visibility="direct", at=now, received_at=now,
            counts_from=now,
        )  # fmt: skip


def asked(facebook: Any, person: str = PERSON, at: datetime | None = None) -> Any:
    """The response to the network's callback."""
    request = facebook.signed_request(person, at or timezone.now())
    return _posted(request)


def _posted(request: str) -> Any:
    form = urlencode({"signed_request": request})
    where = reverse("webhook_deletion", args=["facebook"])
    return Client().post(where, form, content_type="application/x-www-form-urlencoded")


def status(response: Any, language: str = "en") -> str:
    shown = Client().get(urlsplit(response.json()["url"]).path, {"in": language})
    assert shown.status_code == 200
    return str(shown.text)


def texts() -> list[str]:
    with everywhere("test"):
        return list(Message.objects.order_by("pk").values_list("text", flat=True))


def test_everything_of_the_person_is_erased_in_all_municipalities_and_said(
    cast: Cast, facebook: Any, channels: list[Channel]
) -> None:
    here, there, elsewhere = channels
    wrote(here, PERSON)
    wrote(there, PERSON)
    wrote(here, OTHER, "Друго")
    wrote(elsewhere, PERSON, "Исти број")
    response = asked(facebook)
    assert set(response.json()) == {"url", "confirmation_code"}
    assert texts() == [WORDS, WORDS, "Друго", "Исти број"]  # the network is answered at once, a worker does it
    assert "is being carried out" in status(response)
    assert deletion_requests.carry_out_due() == 1
    assert texts() == ["", "", "Друго", "Исти број"]
    row = Deletion.objects.get()
    assert (row.messages, row.held, row.person) == (2, 0, "")
    assert row.done_at is not None
    for language in ("en", "sr-Cyrl", "sr-Latn"):
        page = status(response, language)
        assert response.json()["confirmation_code"] in page
        assert not [word for word in ("Мира", "Mira", "Ћуприја", PERSON) if word in page]
    events = AuditEvent.objects.filter(verb="message.erase_by_network")
    assert {event.municipality_id for event in events} == {cast.cuprija.pk, cast.novi_pazar.pk}


def test_the_municipality_is_notified_without_words_or_names(
    cast: Cast, facebook: Any, channels: list[Channel]
) -> None:
    wrote(channels[0], PERSON)
    asked(facebook)
    deletion_requests.carry_out_due()
    with everywhere("test"):
        rows = list(Notification.objects.filter(about__startswith="inbox.deletion:"))
    assert {row.user_id for row in rows} == {cast.officer.pk, cast.approver.pk}
    for row in rows:
        assert "1 message was erased" in row.body
        assert not [word for word in ("Мира", "сусед", PERSON) if word in f"{row.subject} {row.body}"]


def test_what_a_hold_keeps_stays_and_the_page_says_so(cast: Cast, facebook: Any, channels: list[Channel]) -> None:
    kept = wrote(channels[0], PERSON)
    wrote(channels[0], PERSON, "Нема више")
    with scope(cast.cuprija):
        legal_hold.place(kept, "Спор пред судом", by=cast.approver)
    response = asked(facebook)
    deletion_requests.carry_out_due()
    assert texts() == [WORDS, ""]
    row = Deletion.objects.get()
    assert (row.messages, row.held) == (1, 1)
    assert "Messages kept" in status(response)
    assert "Article 30(5)" in " ".join(status(response).split())
    assert "Спор" not in status(response)


def test_the_same_request_once_more_gets_the_same_code_and_does_nothing(
    cast: Cast, facebook: Any, channels: list[Channel]
) -> None:
    wrote(channels[0], PERSON)
    request = facebook.signed_request(PERSON, timezone.now())
    first = _posted(request).json()
    deletion_requests.carry_out_due()
    wrote(channels[0], PERSON, "Ново питање, после захтева")
    assert _posted(request).json() == first
    assert deletion_requests.carry_out_due() == 0
    assert Deletion.objects.count() == 1
    assert texts() == ["", "Ново питање, после захтева"]
    # A new request is another one.
    later = asked(facebook, at=timezone.now() + timedelta(minutes=1)).json()
    assert later["confirmation_code"] != first["confirmation_code"]
    assert deletion_requests.carry_out_due() == 1
    assert texts() == ["", ""]


def test_one_without_a_trace_here_is_answered_and_confirmed_too(
    facebook: Any, channels: list[Channel], cast: Cast
) -> None:
    response = asked(facebook, "99999")
    deletion_requests.carry_out_due()
    assert "Messages erased" in status(response)
    assert "told the portal only an ID" in status(response)
    with everywhere("test"):
        assert not Notification.objects.exists()
    assert not AuditEvent.objects.filter(verb="message.erase_by_network").exists()


@pytest.mark.parametrize("age", [timedelta(days=2), timedelta(days=400), -timedelta(hours=1)])
def test_one_that_somebody_recorded_long_ago_is_refused(facebook: Any, channels: list[Channel], age: timedelta) -> None:
    wrote(channels[0], PERSON)
    assert asked(facebook, at=timezone.now() - age).status_code == 403
    assert not Deletion.objects.exists()


def test_a_forged_one_is_refused(facebook: Any, channels: list[Channel]) -> None:
    wrote(channels[0], PERSON)
    request = facebook.signed_request(PERSON, timezone.now())
    signature, _dot, payload = request.partition(".")
    other = facebook.signed_request(OTHER, timezone.now()).partition(".")[2]
    for forged in (f"{signature}.{other}", f"{signature[:-2]}AA.{payload}", f".{payload}", payload):
        assert _posted(forged).status_code == 403
    assert not Deletion.objects.exists()
    assert texts() == [WORDS]


def test_stored_events_of_the_person_go_too(facebook: Any, channels: list[Channel]) -> None:
    """Words that wait to be read, of somebody who has no message here yet."""
    for number, author in enumerate((PERSON, OTHER)):
        value = {
            "item": "comment", "verb": "add", "comment_id": f"1_{number}", "post_id": "1_1", "message": WORDS,
            "from": {"id": author, "name": "Мира"}, "created_time": 1_764_000_000,
        }  # fmt: skip
        Event.objects.create(
            platform="facebook", key=f"k{number}", account_id=channels[0].remote_id, kind="comment",
            payload={"field": "feed", "value": value},
        )  # fmt: skip
    asked(facebook)
    deletion_requests.carry_out_due()
    assert list(Event.objects.values_list("key", flat=True)) == ["k1"]


def test_it_is_answered_and_confirmed_over_http(
    facebook: Any, channels: list[Channel], live_server: Any, settings: Any
) -> None:
    """As the network calls it: no session, no token of ours, and the address in the answer opens."""
    settings.PUBLIC_BASE_URL = live_server.url
    form = {"signed_request": facebook.signed_request(PERSON, timezone.now())}
    address = live_server.url + reverse("webhook_deletion", args=["facebook"])
    first, again = (requests.post(address, data=form, timeout=30) for _call in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    page = requests.get(first.json()["url"], timeout=30)
    assert page.status_code == 200
    assert first.json()["confirmation_code"] in page.text
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert not page.cookies.get("sessionid")
    assert requests.post(address, data={"signed_request": "abc.def"}, timeout=30).status_code == 403
    assert requests.get(address, timeout=30).status_code == 405


def test_a_conversation_in_which_only_we_wrote_goes_too(cast: Cast, facebook: Any, channels: list[Channel]) -> None:
    now = timezone.now()
    with scope(cast.cuprija):
        here = {"municipality": cast.cuprija}
        row = Conversation.objects.create(
            **here, channel=channels[0], remote_id=PERSON, author_id=PERSON, author_name="Мира", last_received_at=now
        )
        ExternalReply.objects.create(**here, conversation=row, remote_id="1", text=WORDS, at=now, received_at=now)
    asked(facebook)
    deletion_requests.carry_out_due()
    with scope(cast.cuprija):
        row = Conversation.objects.get()
        assert (row.author_id, row.author_name, ExternalReply.objects.get().text) == ("", "", "")
        assert PERSON not in row.remote_id


def test_once_carried_out_there_is_nothing_left_to_do(facebook: Any, channels: list[Channel]) -> None:
    wrote(channels[0], PERSON)
    asked(facebook)
    assert [deletion_requests.carry_out_due() for _time in range(2)] == [1, 0]
