"""A channel of Ćuprija on a fake network over real HTTP, and what the tests do with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from django.utils import timezone

from channels.domain import credentials
from channels.models import Channel
from delivery import policies
from delivery.dispatch import publish_due
from delivery.domain import answer, attempts, reconcile
from delivery.domain.enqueue import enqueue
from delivery.domain.move import move
from delivery.enums import ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from municipalities.tenancy import scope
from platforms.types import Credential, Outgoing
from tests.people import Cast
from tests.platforms.fakes import FakeServer, running
from tests.publishing import deliver

KIND = "test"
# What the fake says of itself; a channel that says "pleroma" may not repeat a call.
FACTS = {"software": "mastodon", "max_characters": 500}


@pytest.fixture(scope="session")
def network() -> Iterator[FakeServer]:
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def allowed(settings: Any, network: FakeServer) -> None:
    network.reset()
    settings.PRIVATE_HOSTS_ALLOWED = list(network.allow)
    settings.CALL_DEADLINE_SECONDS = 3


@pytest.fixture
def gate() -> Iterator[Gate]:
    """The gate of the tests' own kind of delivery; open unless a test closes it."""
    door = Gate()
    policies.register(KIND, door)
    yield door
    policies._policies.pop(KIND)


class Gate:
    def __init__(self) -> None:
        self.verdicts: list[policies.PolicyDecision] = []
        self.asked = 0

    def say(self, *verdicts: policies.PolicyDecision) -> None:
        """These verdicts in this order; the last one stays."""
        self.verdicts, self.asked = list(verdicts), 0

    def __call__(self, delivery: Delivery) -> policies.PolicyDecision:
        self.asked += 1
        if not self.verdicts:
            return policies.allow()
        return self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]


@dataclass
class Outbox:
    """One municipality's outbox: shorthand for the steps that beat and a worker would take."""

    cast: Cast
    network: FakeServer
    channel: Channel
    gate: Gate

    @contextmanager
    def inside(self) -> Iterator[None]:
        with scope(self.cast.cuprija):
            yield

    def put(self, text: str = "Вода ће стићи у 14 часова.", *, due_in: float = 0, **more: Any) -> Delivery:
        due_at = more.pop("due_at", None) or timezone.now() + timedelta(seconds=due_in)
        channel = more.pop("channel", self.channel)
        with self.inside():
            outgoing = outgoing_of(text, **more.pop("content", {}))
            return enqueue(channel, kind=KIND, outgoing=outgoing, due_at=due_at, by=self.cast.officer, **more)

    def tick(self, now: datetime | None = None) -> list[tuple[int, int]]:
        """Claim and deliver; returns what was claimed."""
        works = publish_due(now or timezone.now())
        return [(work.delivery.pk, work.attempt.number) for work in works]

    def opened(self, *text: str, **more: Any) -> Delivery:
        """One whose attempt was opened by a look: no publisher has taken it."""
        delivery = self.put(*text, **more)
        with self.inside():
            move(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=attempts.call_lease(timezone.now()))
            attempts.open_(delivery, Step.CREATE)
        return self.again(delivery)

    def again(self, delivery: Delivery) -> Delivery:
        with self.inside():
            return Delivery.objects.select_related("channel", "municipality").get(pk=delivery.pk)

    def attempts(self, delivery: Delivery) -> list[Attempt]:
        with self.inside():
            return list(Attempt.objects.filter(delivery=delivery).order_by("number"))

    def outcomes(self, delivery: Delivery) -> list[str]:
        return [attempt.outcome for attempt in self.attempts(delivery)]

    def search(self, delivery: Delivery) -> None:
        """One search at the time at which the next one is due, and the call that it lets a publisher make."""
        with time_machine.travel(max(self.again(delivery).next_at, timezone.now()), tick=True):
            assert reconcile.claim_reconciliations(timezone.now()) == [delivery.pk]
            number = reconcile.reconcile(delivery.pk)
            if number is not None:
                deliver(delivery.pk, number)

    def search_until_asked(self, delivery: Delivery) -> None:
        """Search as often as it takes until a person is asked."""
        while self.again(delivery).state == State.CHECKING:
            self.search(delivery)
        assert self.again(delivery).state == State.UNCONFIRMED

    def answer_not_there(self, delivery: Delivery) -> None:
        """A person says that it is not there; the portal searches, and sends it where that does not show it either."""
        with self.inside():
            answer.it_is_not_there(self.again(delivery), by=self.cast.officer)
        self.search(delivery)

    def texts(self) -> list[str]:
        """What the public sees, oldest first."""
        return [post["text"] for post in self.network.public("opstina")]


def outgoing_of(text: str, **more: Any) -> Outgoing:
    return Outgoing(text=text, language="sr", key=uuid4().hex, created_at=timezone.now(), **more)


def connected(cast: Cast, network: FakeServer, platform: str = "mastodon", **facts: Any) -> Channel:
    """A channel with an account on the fake, as connecting it would have left it."""
    made = network.account(platform, "opstina")
    with scope(cast.cuprija):
        channel = Channel.objects.create(
            municipality=cast.cuprija,
            platform=platform,
            server=made["server"],
            remote_id=made["credential"]["account_id"],
            handle="@opstina",
            name="Општина Ћуприја",
            facts={**FACTS, **facts},
            connected_by=cast.approver,
            connected_at=timezone.now(),
        )
        credentials.store(channel, Credential.from_json(made["credential"]))
    return channel


@pytest.fixture
def outbox(cast: Cast, network: FakeServer, gate: Gate) -> Outbox:
    return Outbox(cast, network, connected(cast, network), gate)


@pytest.fixture
def careful(cast: Cast, network: FakeServer, gate: Gate) -> Outbox:
    """The same on a server that posts twice when a call is repeated."""
    network.options(software="pleroma", idempotency="ignored")
    return Outbox(cast, network, connected(cast, network, software="pleroma"), gate)


@pytest.fixture
def bluesky(cast: Cast, network: FakeServer, gate: Gate) -> Outbox:
    return Outbox(cast, network, connected(cast, network, "bluesky"), gate)
