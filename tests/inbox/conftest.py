"""A post of Ćuprija on a fake network over real HTTP, and citizens who write below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone, translation

from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.models import Delivery
from inbox import tasks
from inbox.domain import ingest
from inbox.models import Message, MessageFetch
from municipalities.tenancy import everywhere, scope
from posts.models import Publication
from tests.analytics import factories
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer

__all__ = ["allowed", "network"]


@dataclass
class MunicipalityInbox:
    cast: Cast
    network: FakeServer
    channel: Channel
    publication: Publication
    post: str
    """The id of our post on the network."""

    def comment(self, text: str, under: str = "") -> str:
        return str(self.network.react("mastodon", under or self.post, "reply", text))

    def fetch(self) -> int:
        """What a worker hears at the next look, whenever that is due."""
        ingest.schedule()
        with everywhere("a test does not wait"):
            MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        return sum(ingest.fetch_messages(channel) for channel in ingest.claim())

    def messages(self) -> list[Message]:
        with scope(self.cast.cuprija):
            return list(Message.objects.select_related("channel").order_by("pk"))

    def receive(self, text: str) -> Message:
        """The message with these words, after a citizen wrote them and a worker heard them."""
        self.comment(text)
        self.fetch()
        return next(message for message in self.messages() if text in message.text)

    def reload(self, message: Message) -> Message:
        with scope(self.cast.cuprija):
            return Message.objects.select_related("channel", "assignee").get(pk=message.pk)

    def publish(self) -> None:
        """What the publisher and the inbox's own tick do."""
        publish_due(timezone.now())
        tasks.answer.settle_delivered()

    def public(self) -> list[dict[str, Any]]:
        return self.network.public("opstina")


@pytest.fixture
def municipality(cast: Cast, network: FakeServer) -> MunicipalityInbox:
    channel = connected(cast, network)
    return MunicipalityInbox(cast, network, channel, *_sent(channel, hours_ago=2))


@pytest.fixture
def hiding(municipality: MunicipalityInbox) -> Callable[[], Message]:
    """Gives an ugly comment below a post of ours on a network that lets us hide it."""
    from channels.connector_factory import open_channel

    channel = connected(municipality.cast, municipality.network, "facebook")
    _publication, post = _sent(channel, hours_ago=1)
    municipality.network.react("facebook", post, "reply", "Псовка и претња")
    with scope(municipality.cast.cuprija):
        ingest.store_messages(channel, open_channel(channel).replies(post).items)
        (message,) = Message.objects.filter(channel=channel).select_related("channel")
    return lambda: message


def _sent(channel: Channel, hours_ago: int) -> tuple[Publication, str]:
    """A post of ours as the portal knows it, and its id on the network."""
    publication, post = factories.published(channel, timezone.now() - timedelta(hours=hours_ago)), _post(channel)
    with scope(channel.municipality_id):
        Delivery.objects.filter(pk=publication.delivery_id).update(remote_id=post)
    return publication, post


def _post(channel: Channel) -> str:
    """Our post, put there through the channel's own connector."""
    from channels.connector_factory import open_channel
    from platforms.types import Published
    from tests.delivery.conftest import outgoing_of

    with scope(channel.municipality_id):
        published = open_channel(channel).publish(outgoing_of("Вода ће стићи у 14 часова."), lambda ref: b"")
    assert isinstance(published, Published)
    return published.remote_id


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
