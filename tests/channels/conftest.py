"""Both networks as local servers over real HTTP, a person's browser, and the worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from django.test import Client
from django.urls import reverse

from channels import tasks
from channels.models import Channel, ConnectAttempt
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer, running


@pytest.fixture(scope="session")
def network() -> Iterator[FakeServer]:
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def fakes(settings: Any, network: FakeServer) -> FakeServer:
    network.reset()
    settings.PRIVATE_HOSTS_ALLOWED = list(network.allow)
    settings.CALL_DEADLINE_SECONDS = 3
    return network


@pytest.fixture
def approver(cast: Cast) -> Client:
    return sign_in(cast.approver)


def page(name: str, *args: Any, municipality: str = "cuprija") -> str:
    return reverse(name, args=[municipality, *args])


def last_attempt() -> ConnectAttempt:
    with everywhere("test"):
        return ConnectAttempt.objects.select_related("municipality", "channel").latest("pk")


def the_channel() -> Channel:
    with everywhere("test"):
        return Channel.objects.select_related("municipality").get()


def allow_on_network(url: str, account: str = "opstina", decision: str = "allow") -> dict[str, str]:
    """The query that the network adds to our callback after the person has decided on its page."""
    asked = dict(parse_qsl(urlsplit(url).query))
    decided = {**asked, "account": account, "decision": decision}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=decided, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith("http://127.0.0.1:8000/channels/callback/")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def begin(client: Client, server: str, municipality: str = "cuprija", **query: str) -> str:
    """Start a connection by consent and let the worker register us; the address of the network's page."""
    where = page("channel_connect", "mastodon", municipality=municipality)
    started = client.post(where, {"server": server}, query_params=query)
    assert started.status_code == 302, started.content.decode()
    tasks.connect()
    consent = client.get(page("channel_consent", last_attempt().pk, municipality=municipality))
    assert consent.status_code == 302
    return consent["Location"]


def connect_by_consent(client: Client, server: str, account: str = "opstina", municipality: str = "cuprija") -> None:
    answer = allow_on_network(begin(client, server, municipality), account)
    assert client.get(reverse("channel_callback"), answer).status_code == 302
    tasks.connect()


def connect_by_password(client: Client, fakes: FakeServer, name: str = "opstina", municipality: str = "cuprija") -> Any:
    account = fakes.account("bluesky", name)
    typed = {"identifier": account["identifier"], "password": account["password"], "server": fakes.url}
    answer = client.post(page("channel_connect", "bluesky", municipality=municipality), typed)
    tasks.connect()  # signs in
    tasks.connect()  # reads the account
    return answer


def municipality_of(cast: Cast, slug: str) -> Municipality:
    return {"cuprija": cast.cuprija, "novi-pazar": cast.novi_pazar}[slug]
