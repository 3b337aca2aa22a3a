"""Private messages of Facebook and Instagram from the signed webhook to the answer that one person gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.domain import keys
from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.domain import reconcile
from delivery.domain.move import NoSuchMove
from delivery.domain.withdraw import withdraw
from delivery.enums import State
from delivery.models import Delivery
from inbox import tasks
from inbox.domain import answer, attachments, ingest, satisfaction, webhook_events
from inbox.enums import MessageState
from inbox.models import (
    AttachmentState,
    Conversation,
    ExternalReply,
    Message,
    MessageAttachment,
    MessageFetch,
    Reply,
    SatisfactionQuestion,
)
from municipalities.tenancy import everywhere, scope
from tests.delivery.conftest import connected
from tests.people import Cast, sign_in
from tests.platforms.bench import jpeg
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET

ANA = "Ана Анић"


@dataclass
class Page:
    cast: Cast
    network: FakeServer
    channel: Channel

    @property
    def private(self) -> Any:
        return self.network.world.fake(self.channel.platform).messaging

    def deliver(self, *numbers: int) -> None:
        """The network sends these of its events, all without `numbers`, each in a call of its own."""
        items = [self.private.events[n] for n in numbers] if numbers else list(self.private.events)
        for item in items:
            body, headers = self.private.event(item)
            where = reverse("webhook", args=[self.channel.platform])
            response = Client().post(where, body, content_type="application/json", headers=headers)
            assert response.status_code == 200
        webhook_events.ingest_events(self.channel.platform, self.channel.remote_id)

    def fetch(self) -> int:
        with everywhere("a test does not wait"):
            MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        return sum(ingest.fetch_messages(channel) for channel in ingest.claim())

    def messages(self) -> list[Message]:
        return list(Message.objects.select_related("channel", "conversation").order_by("at", "pk"))

    def answer(self, message: Message, text: str = "Ради, од 9 до 13.") -> Delivery:
        reply = answer.answer(message, text, by=self.cast.officer)
        publish_due(timezone.now())
        tasks.answer.settle_delivered()
        return Delivery.objects.get(pk=reply.delivery_id)

    def sent(self, name: str) -> list[str]:
        account = self.channel.remote_id
        person = self.private.person(account, name)
        return [one["text"] for one in self.private.messages if (one["by"], one["person"]) == (account, person)]


@pytest.fixture(params=["facebook", "instagram"])
def page(request: pytest.FixtureRequest, cast: Cast, network: FakeServer) -> Iterator[Page]:
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    channel = connected(cast, network, request.param)
    ingest.schedule()
    with scope(cast.cuprija):
        yield Page(cast, network, channel)


def test_a_question_is_received_once_and_answered_to_its_author_alone(page: Page) -> None:
    account = page.channel.remote_id
    page.private.write(account, "Где се пријављује квар?")
    page.private.write(account, "А где се плаћа?", name=ANA)
    page.deliver()
    page.deliver()  # repeated
    page.fetch()  # and listed
    first, second = page.messages()
    assert (first.text, second.text) == ("Где се пријављује квар?", "А где се плаћа?")
    assert first.conversation != second.conversation
    delivery = page.answer(second)
    assert delivery.state == State.PUBLISHED
    assert (page.sent(ANA), page.sent("Марко Марковић")) == (["Ради, од 9 до 13."], [])
    page.deliver(-1)  # the echo of the answer
    assert not ExternalReply.objects.exists()
    second.refresh_from_db()
    assert second.state == MessageState.ANSWERED


def test_whether_it_was_answered_is_replied_by_one_tap(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање")
    page.deliver()
    page.answer(page.messages()[0])
    satisfaction.switch(page.cast.cuprija, is_on=True, by=page.cast.approver)
    noon = timezone.now().astimezone(satisfaction.BELGRADE).replace(hour=12)
    Reply.objects.update(arrived_at=noon - timedelta(hours=1))
    Message.objects.update(at=noon - timedelta(hours=2))
    Conversation.objects.update(last_received_at=noon - timedelta(hours=2))
    with time_machine.travel(noon):
        assert satisfaction.ask_due(noon) == 1
        publish_due(timezone.now())
        tasks.answer.settle_delivered()
    SatisfactionQuestion.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    page.private.tap_reply(page.channel.remote_id, "Да")
    page.deliver(-1)
    assert SatisfactionQuestion.objects.get().value == "yes"
    assert Message.objects.latest("pk").state == MessageState.CLOSED


def test_the_name_comes_with_the_list(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање")
    page.deliver()
    assert page.messages()[0].author_name == ""
    page.fetch()
    assert Conversation.objects.get().author_name in ("Марко Марковић", "korisnik_1")


def test_an_answer_whose_outcome_is_unknown_is_found_and_not_sent_twice(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање")
    page.deliver()
    page.network.plan("commit_then_drop", r"/messages$", method="POST")
    delivery = page.answer(page.messages()[0])
    assert delivery.state == State.CHECKING
    for _ in range(3):
        with everywhere("a test does not wait"):
            Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
            for pk in reconcile.claim_reconciliations(timezone.now()):
                reconcile.reconcile(pk)
        publish_due(timezone.now())
    delivery.refresh_from_db()
    assert page.sent("Марко Марковић") == ["Ради, од 9 до 13."]
    assert (delivery.state, delivery.remote_id) == (State.PUBLISHED, page.private.messages[-1]["id"])


def test_an_answer_reads_as_sent_and_nobody_can_seem_to_take_it_back(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање")
    page.deliver()
    delivery = page.answer(page.messages()[0])
    officer = sign_in(page.cast.officer)
    path = reverse("delivery", args=[page.cast.cuprija.slug, delivery.pk])
    shown = officer.get(path).content.decode()
    assert "Sent" in shown
    assert "Published" not in shown
    assert "the network published it" not in shown
    assert "Take it down" not in shown
    officer.post(path + "answer/", {"answer": "take_down", "seen": delivery.state_at.isoformat()})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.withdrawal_asked_at) == (State.PUBLISHED, None)
    with pytest.raises(NoSuchMove):
        withdraw(delivery, by=page.cast.officer)
    conversation = officer.get(reverse("message", args=[page.cast.cuprija.slug, page.messages()[0].pk]))
    assert "Published" not in conversation.content.decode()


@pytest.mark.parametrize("state", [State.FAILED, State.CHECKING, State.UNCONFIRMED, State.EXPIRED])
def test_an_answer_that_did_not_go_out_is_explained_without_a_word_of_publishing(page: Page, state: State) -> None:
    page.private.write(page.channel.remote_id, "Питање")
    page.deliver()
    page.network.plan("commit_then_drop", r"/messages$", method="POST")
    delivery = page.answer(page.messages()[0])
    is_unknown = state in (State.CHECKING, State.UNCONFIRMED)
    with everywhere("a test sets a state"):
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, unknown_since=delivery.unknown_since if is_unknown else None
        )
    shown = sign_in(page.cast.officer).get(reverse("delivery", args=[page.cast.cuprija.slug, delivery.pk]))
    main = shown.content.decode().split("<main", 1)[1].lower()
    assert "publish" not in main
    assert "public" not in main


def test_what_was_written_by_hand_in_metas_inbox_is_no_message_of_a_citizen(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање", at=page.private.now() - timedelta(minutes=2))
    page.private.by_hand(page.channel.remote_id, "Одговор са телефона")
    page.deliver(1, 0)
    page.fetch()
    assert [one.text for one in page.messages()] == ["Питање"]
    assert [one.text for one in ExternalReply.objects.all()] == ["Одговор са телефона"]


def test_an_edit_and_what_was_seen_are_followed(page: Page) -> None:
    mid = page.private.write(page.channel.remote_id, "Где је квар?")
    page.deliver()
    page.private.edit(mid, "Где се пријављује квар?")
    page.deliver(-1)
    assert page.messages()[0].text == "Где се пријављује квар?"
    page.answer(page.messages()[0])
    page.private.see(page.channel.remote_id)
    page.deliver(-1)
    assert Conversation.objects.get().seen_until is not None


def test_what_its_author_took_back_wants_no_answer(page: Page) -> None:
    mid = page.private.write(page.channel.remote_id, "Погрешно")
    page.deliver()
    page.private.unsend(mid)
    page.deliver(-1)
    (message,) = page.messages()
    assert message.remote_deleted_at is not None
    assert message.state == MessageState.CLOSED


def test_a_picture_is_fetched_and_stored(page: Page) -> None:
    source = page.private.attach(jpeg(), "image/jpeg")
    page.private.write(page.channel.remote_id, attachments=[{"type": "image", "payload": {"url": source}}])
    page.deliver()
    for attachment in attachments.claim():
        attachments.fetch(attachment)
    assert MessageAttachment.objects.get().state == AttachmentState.STORED


def test_an_answer_after_the_window_is_not_even_sent(page: Page) -> None:
    page.private.write(page.channel.remote_id, "Питање", at=page.private.now() - timedelta(hours=23, minutes=58))
    page.deliver()
    (message,) = page.messages()
    reply = answer.answer(message, "Закаснили смо", by=page.cast.officer)
    Conversation.objects.update(last_received_at=timezone.now() - timedelta(hours=25))
    Delivery.objects.filter(pk=reply.delivery_id).update(due_at=timezone.now())
    publish_due(timezone.now())
    assert page.sent("Марко Марковић") == []
