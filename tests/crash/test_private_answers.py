"""Answers in private conversations while workers die and answers of the network are lost: Messenger and Instagram.

The judge is what each person has received: every answer once, and none that was written for somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from django.utils import timezone

from channels.models import Channel
from delivery.models import Delivery
from inbox.domain import answer
from inbox.domain.ingest import store_messages
from inbox.models import Message, MessageFetch
from municipalities.tenancy import scope
from platforms import types
from platforms.visibility import Visibility
from tests.crash.conftest import Stage
from tests.crash.test_crash import nothing_doubled_nothing_lost
from tests.crash.test_formats import connected as connected_page
from tests.crash.workers import wait_for

pytestmark = pytest.mark.crash
NETWORKS = ("facebook", "instagram")
PEOPLE = ("Ана Анић", "Марко Марковић")
SENDING = r"/messages$"


@dataclass
class PrivateStage(Stage):
    meant_for: dict[str, str] = field(default_factory=dict)
    """Text of an answer → the network's id of the person for whom it was written."""

    def messaging(self, channel: Channel) -> Any:
        (server,) = self.servers.values()
        return server.world.fake(channel.platform).messaging

    def plan(self, action: str, path: str = SENDING, **more: Any) -> None:
        (server,) = self.servers.values()
        server.plan(action, path, method="POST", times=more.pop("times", len(self.channels)), **more)

    def put(self, per_network: int = 1, *, people: Sequence[str] = PEOPLE, **_more: Any) -> list[Delivery]:
        """Each person writes once to each channel and is answered by the product's own verb."""
        made = []
        for name, channel in self.channels.items():
            for number in range(per_network):
                for who in people:
                    made.append(self._answered(channel, who, f"{name}, за {who}: одговор {number + 1}"))
        self.sent += made
        return made

    def _answered(self, channel: Channel, who: str, text: str) -> Delivery:
        private = self.messaging(channel)
        person = private.person(channel.remote_id, who)
        written = types.Message(
            remote_id=private.write(channel.remote_id, "Питање", name=who), in_reply_to=None, root=None,
            author_id=person, author_handle="", author_name=who, author_url="", author_avatar_url="", text="Питање",
            url="", at=timezone.now(), visibility=Visibility.DIRECT, kind="private", conversation=person,
        )  # fmt: skip
        self.meant_for[text] = person
        with scope(self.cast.cuprija):
            MessageFetch.objects.get_or_create(municipality=self.cast.cuprija, channel=channel)
            store_messages(channel, [written])
            message = Message.objects.select_related("channel").get(channel=channel, remote_id=written.remote_id)
            newest = (
                message.conversation.messages.order_by("-replies__pk").values_list("replies__pk", flat=True).first()
            )
            reply = answer.answer(message, text, by=self.cast.officer, after=newest or 0)
            return Delivery.objects.get(pk=reply.delivery_id)

    def public(self) -> list[str]:
        """What the people have received, with what somebody else should have received told apart."""
        received = []
        for channel in self.channels.values():
            for one in self.messaging(channel).messages:
                if one["by"] == channel.remote_id:
                    is_right = self.meant_for[one["text"]] == one["person"]
                    received.append(one["text"] if is_right else f"WRONG PERSON: {one['text']}")
        return received

    def calls(self) -> int:
        (server,) = self.servers.values()
        return sum(1 for entry in server.ledger() if entry["method"] == "POST" and entry["path"].endswith("/messages"))


def each_has_their_own(stage: PrivateStage) -> None:
    nothing_doubled_nothing_lost(stage)
    assert sorted(stage.public()) == sorted(stage.meant_for)


@pytest.fixture
def private(stage: Stage) -> PrivateStage:
    server = stage.servers["honours"]
    channels = {name: connected_page(stage.cast, server, name, name) for name in NETWORKS}
    workers, figures = stage.workers, stage.figures
    return PrivateStage(stage.cast, workers, {"private": server}, channels, figures, killed_before=workers.killed)


@pytest.mark.slow
def test_private_answers_killed_after_sending_before_the_network_acted(private: PrivateStage) -> None:
    private.plan("hang", times=4)
    private.put(people=PEOPLE[:1])  # a channel sends one after the other
    private.ring()
    wait_for(lambda: private.sent_at_set() == 2)
    private.workers.kill()
    private.release()
    private.workers.start()
    private.play()
    each_has_their_own(private)


@pytest.mark.slow
def test_private_answers_killed_after_the_network_acted_before_its_answer(private: PrivateStage) -> None:
    private.plan("commit_then_hang", times=4)
    private.put()
    private.ring()
    wait_for(lambda: len(private.public()) == 4)
    private.workers.kill()
    private.workers.start()
    private.play()
    each_has_their_own(private)


@pytest.mark.parametrize(
    "action",
    [
        "commit_then_drop",
        *(
            pytest.param(action, marks=pytest.mark.slow)
            for action in ("commit_then_500", "truncate_body", "drop_before", "html_error")
        ),
    ],
)
def test_the_answer_about_private_answers_is_lost(private: PrivateStage, action: str) -> None:
    private.plan(action, times=2)
    private.put()
    private.play()
    each_has_their_own(private)


@pytest.mark.slow
def test_private_answers_of_two_workers_while_one_is_killed(private: PrivateStage, second: Any) -> None:
    private.plan("commit_then_hang", times=2)
    private.put()
    wait_for(lambda: len(private.public()) >= 2)
    private.workers.kill()
    private.play()
    each_has_their_own(private)
