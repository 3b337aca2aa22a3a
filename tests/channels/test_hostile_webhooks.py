"""Deliveries that were recorded, altered or made by somebody else, at the address of each network.

What protects, by network: the body is signed with our application's secret (Meta's networks, LinkedIn) or with the
channel's token (Viber); TikTok signs the time as well; Telegram signs nothing and sends a word back that belongs to one
connection of one channel. Nobody but TikTok signs a time, so what is repeated is recognised by its key and kept once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.domain import credentials, inbound, keys
from channels.models import Channel, Event
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from platforms import registry
from platforms.types import Credential
from tests import security_figures
from tests.people import Cast

pytestmark = pytest.mark.django_db
APPLICATION = "secret of our application"
META = {"facebook", "instagram", "threads"}
VIBER = {"viber", "viber_bot"}


def digest(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def signed(network: str, raw: bytes, secret: str, *, moment: float | None = None) -> dict[str, str]:
    """The headers as the network's documentation describes them, independently of the product."""
    if network in META:
        return {"X-Hub-Signature-256": "sha256=" + digest(secret, raw)}
    if network == "linkedin":
        return {"X-LI-Signature": digest(secret, b"hmacsha256=" + raw)}
    if network == "tiktok":
        when = str(int(time.time() if moment is None else moment))
        return {"TikTok-Signature": f"t={when},s={digest(secret, when.encode() + b'.' + raw)}"}
    if network in VIBER:
        return {"X-Viber-Content-Signature": digest(secret, raw)}
    return {"X-Telegram-Bot-Api-Secret-Token": secret}


def payload(network: str, text: str = "Кад ради пијаца?") -> dict[str, Any]:
    if network in META:
        value = {"item": "comment", "verb": "add", "comment_id": "2_3", "post_id": "1_2", "message": text, "id": "2"}
        entry = {"id": "kanal", "time": 1_764_000_001, "changes": [{"field": "comments", "value": value}]}
        return {"object": network, "entry": [entry]}
    if network == "linkedin":
        notice = {"organizationalEntity": "urn:li:organization:kanal", "action": "COMMENT", "notificationId": 7}
        return {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [{**notice, "text": text}]}
    if network == "tiktok":
        return {"client_key": "k", "event": "post.publish.complete", "create_time": 1_764_000_001,
                "user_openid": "kanal", "content": json.dumps({"text": text})}  # fmt: skip
    if network == "viber_bot":
        person = {"id": "01234567890A=", "name": "Мара"}
        return {"event": "message", "timestamp": 1_764_000_001_000, "message_token": 5, "sender": person,
                "message": {"type": "text", "text": text}}  # fmt: skip
    if network == "viber":
        return {"event": "webhook", "timestamp": 1_764_000_001_000, "message_token": 5, "text": text}
    chat = {"id": -100, "type": "supergroup", "title": "x"}
    message = {"message_id": 4, "date": 1_764_000_001, "chat": chat, "from": {"id": 9, "first_name": "A"}, "text": text}
    return {"update_id": 77, "message": message}


@dataclass
class Connected:
    """A channel, and how to deliver something to its network's address."""

    network: str
    channel: Channel
    secret: str

    def deliver(self, raw: bytes, headers: dict[str, str] | None = None, *, kind: str = "application/json") -> int:
        headers = signed(self.network, raw, self.secret) if headers is None else headers
        return Client().post(self.address, raw, content_type=kind, headers=headers).status_code

    @property
    def address(self) -> str:
        if registry.PLATFORMS[self.network].signed_by == "app":
            return reverse("webhook", args=[self.network])
        return reverse("webhook_channel", args=[self.network, self.channel.pk])


def connect(cast: Cast, network: str, place: Municipality, account: str = "kanal") -> Connected:
    spec = registry.PLATFORMS[network]
    with scope(place):
        channel = Channel.objects.create(
            municipality=place, platform=network, server=spec.default_server, remote_id=account, handle=f"@{account}",
            name="Канал", connected_by=cast.approver, connected_at=timezone.now(), facts={"group": "-100"},
        )  # fmt: skip
        credentials.store(channel, Credential(f"token of {place.slug} {account}", account_id=account))
        if spec.signed_by == "app":
            keys.enter(spec.keys_of or network, "app", APPLICATION, by=cast.administrator)
            return Connected(network, channel, APPLICATION)
        return Connected(network, channel, inbound.signing_secret(channel))


NETWORKS = sorted(name for name, spec in registry.PLATFORMS.items() if spec.signed_by)


@pytest.fixture(params=NETWORKS)
def here(cast: Cast, request: pytest.FixtureRequest) -> Connected:
    return connect(cast, request.param, cast.cuprija)


def kept() -> int:
    with everywhere("test"):
        return Event.objects.count()


@pytest.mark.security_figures
def test_a_recorded_delivery_is_kept_once_however_often_it_comes(here: Connected) -> None:
    raw = json.dumps(payload(here.network)).encode()
    headers = signed(here.network, raw, here.secret)
    assert [here.deliver(raw, headers) for _ in range(4)] == [200] * 4
    assert kept() == 1
    # Another body with the same event is another delivery of it.
    again = json.dumps(payload(here.network), indent=2).encode()
    assert here.deliver(again) == 200
    assert kept() == 1
    security_figures.record("Files and words: webhooks", {"networks": len(NETWORKS)})


def test_nobody_else_is_believed(here: Connected, cast: Cast) -> None:
    raw = json.dumps(payload(here.network)).encode()
    own = signed(here.network, raw, here.secret)
    (name, value) = next(iter(own.items()))
    other = connect(cast, here.network, cast.novi_pazar, "drugi")
    refused: list[dict[str, str]] = [
        {},
        {name: ""},
        {name: value[:-1]},
        {name: value + "0"},
        {name: value.upper().replace("SHA256", "sha256") + "x"},
        {name: "sha256="},
        {name: "t=,s="},
        {name: "t=²,s=x"},
        {name: "t=٣,s=x".encode().decode("latin-1")},
        {name: f"t={'9' * 5000},s=x"},
        {name: "\xff" * 64},
        signed(here.network, raw, ""),
        signed(here.network, raw, "secret of another application"),
        signed(here.network, raw, "token of cuprija kanal" if here.network not in VIBER else "no token"),
    ]
    if other.secret != here.secret:
        refused.append(signed(here.network, raw, other.secret))
    for headers in refused:
        assert here.deliver(raw, headers) in (403, 404), headers
    assert kept() == 0


def test_an_altered_body_is_refused_where_bodies_are_signed(here: Connected) -> None:
    raw = json.dumps(payload(here.network)).encode()
    headers = signed(here.network, raw, here.secret)
    altered = json.dumps(payload(here.network, "Нешто друго")).encode()
    for body in (altered, raw + b" ", raw[:-1], b"", b"{}"):
        assert here.deliver(body, headers) == (200 if here.network == "telegram" else 403)


def test_a_signature_of_one_network_is_none_of_another(here: Connected) -> None:
    raw = json.dumps(payload(here.network)).encode()
    for network in NETWORKS:
        both = {network, here.network}
        if network != here.network and not both <= META and not both <= VIBER:
            assert here.deliver(raw, signed(network, raw, here.secret)) == 403
    assert kept() == 0


def test_an_old_delivery_of_tiktok_is_refused(cast: Cast) -> None:
    here = connect(cast, "tiktok", cast.cuprija)
    raw, hour, now = json.dumps(payload("tiktok")).encode(), 3600, time.time()
    for age, status in ((0, 200), (72 * hour, 200), (74 * hour, 403), (-74 * hour, 403), (9000 * hour, 403)):
        assert here.deliver(raw, signed("tiktok", raw, APPLICATION, moment=now - age)) == status


HOSTILE: dict[str, Callable[[str], bytes]] = {
    "no JSON": lambda network: b"no json",
    "a list": lambda network: b"[[[]]]",
    "deep brackets": lambda network: b"[" * 100_000,
    "deep objects": lambda network: b'{"entry":' * 50_000,
    "keys twice": lambda network: json.dumps(payload(network)).encode()[:-1] + b',"entry":[],"event":"x"}',
    "numbers without end": lambda network: b'{"update_id":' + b"9" * 5000 + b',"entry":[{"time":1e999}]}',
    "huge numbers": lambda network: json.dumps(payload(network)).replace("1764000001", str(10**18)).encode(),
    "negative numbers": lambda network: json.dumps(payload(network)).replace("1764000001", str(-(10**18))).encode(),
    "no numbers": lambda network: json.dumps(payload(network)).replace("1764000001", "NaN").encode(),
    "null characters": lambda network: json.dumps(payload(network, "a\0b")).encode(),
    "half a pair of surrogates": lambda network: json.dumps(payload(network, "a\ud800b")).encode(),
    "other letters": lambda network: json.dumps(payload(network)).encode("utf-16"),
    "bytes that are no letters": lambda network: b'{"update_id": "\xff\xfe"}',
    "lists where objects are expected": lambda network: json.dumps(
        {key: [[value]] for key, value in payload(network).items()}
    ).encode(),
    "nothing where something is expected": lambda network: json.dumps(dict.fromkeys(payload(network))).encode(),
    "a long text": lambda network: json.dumps(payload(network, "а" * 100_000)).encode(),
}  # fmt: skip


def test_a_signed_body_of_any_shape_breaks_nothing(here: Connected, subtests: pytest.Subtests) -> None:
    for name, made in HOSTILE.items():
        with subtests.test(name):
            assert here.deliver(made(here.network)) == 200
    # And the address goes on.
    before = kept()
    fresh = json.dumps(payload(here.network, "Још нешто")).replace("77", "78").replace("2_3", "2_9").encode()
    assert here.deliver(fresh) == 200
    assert kept() >= before


def test_a_body_that_is_too_large_is_refused_before_it_is_read(here: Connected) -> None:
    assert here.deliver(b"[" + b"1," * 2_500_000 + b"1]") == 413


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "multipart/form-data; boundary=x", "application/xml", ""])
def test_the_content_type_makes_no_difference(here: Connected, kind: str) -> None:
    raw = json.dumps(payload(here.network)).encode()
    assert here.deliver(raw, kind=kind) == 200
    assert here.deliver(raw, {}, kind=kind) == 403
    assert kept() == 1


def test_one_comment_that_no_column_takes_holds_up_none_of_the_others(cast: Cast) -> None:
    here = connect(cast, "facebook", cast.cuprija)
    one = payload("facebook")
    changes = one["entry"][0]["changes"]
    for number, text in enumerate(("a\0b", "a\ud800b", "Редовно питање")):
        value = {**changes[0]["value"], "comment_id": f"9_{number}", "message": text}
        changes.append({**changes[0], "value": value})
    assert here.deliver(json.dumps(one).encode()) == 200
    with everywhere("test"):
        texts = sorted(event.payload["value"]["message"] for event in Event.objects.all())
    assert texts == ["ab", "a\ufffdb", "Кад ради пијаца?", "Редовно питање"]
