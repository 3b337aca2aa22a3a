"""Which network a channel shows: of an account of the installation's practice network the one that it imitates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from channels import connector_factory, validation
from channels.domain import health
from channels.models import Channel
from municipalities.tenancy import scope
from platforms.imitation import NETWORKS
from platforms.registry import PLATFORMS
from tests.channels.conftest import connect_by_consent, page, the_channel
from tests.channels.test_pages import make
from tests.people import Cast, sign_in
from tests.platforms.bench import outgoing, read
from tests.platforms.fakes import FakeServer
from trainings.domain import practice_channel

pytestmark = pytest.mark.django_db


def claim(fakes: FakeServer, network: Any) -> None:
    """The account reports that it imitates `network`."""
    fakes.world.fake("mastodon").imitates = network


def test_an_account_of_the_practice_network_shows_the_network_that_it_imitates(
    cast: Cast, approver: Client, settings: Any, fakes: FakeServer
) -> None:
    settings.PRACTICE_URL = fakes.url
    claim(fakes, "facebook")
    connect_by_consent(approver, fakes.url)
    channel = the_channel()
    assert (channel.platform, channel.imitates, channel.network) == ("mastodon", "facebook", "facebook")
    assert channel.network_label == "facebook-practice"
    claim(fakes, "viber")
    with scope(cast.cuprija):
        Channel.objects.update(checked_at=None)
        health.check(channel.pk)
        assert Channel.objects.get().imitates == "viber"


def test_a_channel_that_imitates_a_site_sends_its_title(
    cast: Cast, approver: Client, settings: Any, fakes: FakeServer
) -> None:
    settings.PRACTICE_URL = fakes.url
    claim(fakes, "wordpress")
    connect_by_consent(approver, fakes.url)
    sent = outgoing("Трају десет дана.", title="Радови на мосту")
    with scope(cast.cuprija):
        channel = the_channel()
        assert (channel.limits.title_characters, "title" in channel.limits.edits) == (200, True)
        connector_factory.opened(channel).publish(sent, read)
        Channel.objects.update(imitates="facebook")
        connector_factory.opened(the_channel()).publish(replace(sent, key="b" * 32), read)
    sent_there = fakes.world.fake("mastodon").statuses.values()
    assert [status["warning"] for status in sent_there] == ["Радови на мосту", ""]


@pytest.mark.parametrize("claimed", ["facebook", "<b>x</b>"])
def test_another_server_is_not_believed(cast: Cast, approver: Client, fakes: FakeServer, claimed: str) -> None:
    claim(fakes, claimed)
    connect_by_consent(approver, fakes.url)
    channel = the_channel()
    assert (channel.is_practice, channel.imitates, channel.network_label) == (False, "", "mastodon")
    with scope(cast.cuprija):
        Channel.objects.update(checked_at=None)
        health.check(channel.pk)
        assert Channel.objects.get().imitates == ""
        with pytest.raises(IntegrityError), transaction.atomic():
            Channel.objects.update(imitates="facebook")


def test_an_unknown_network_of_the_practice_network_is_an_ordinary_account(
    cast: Cast, approver: Client, settings: Any, fakes: FakeServer
) -> None:
    settings.PRACTICE_URL = fakes.url
    claim(fakes, "myspace")
    connect_by_consent(approver, fakes.url)
    assert (the_channel().is_practice, the_channel().network) == (True, "mastodon")


@pytest.mark.parametrize("key", NETWORKS)
def test_every_kind_is_named_with_its_mark_and_says_what_is_not_carried(cast: Cast, key: str) -> None:
    channel = make(cast, is_practice=True, imitates=key, facts=practice_channel.facts())
    title = f"{PLATFORMS[key].title} (practice)"
    with translation.override("en"):
        assert validation.network_title(channel) == title
    assert validation.network(channel).preview == PLATFORMS[key].preview
    assert validation.limits(channel).counting != "mastodon"
    client = sign_in(cast.approver)
    listed = client.get(page("channels")).content.decode()
    assert f"<span>{title}</span>" in listed
    shown = client.get(page("channel", channel.pk)).content.decode()
    assert f"<dd>{title}</dd>" in shown
    assert f"Nothing reaches {PLATFORMS[key].title} itself." in shown
    assert "Possible there, but not on the practice network:" in shown
