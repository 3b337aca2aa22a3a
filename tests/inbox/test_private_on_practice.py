"""The whole way over the real practice network: a citizen writes in private, the portal answers, nobody else reads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from django.utils import timezone

from channels.connector_factory import open_channel
from delivery.dispatch import publish_due
from delivery.enums import State
from delivery.models import Delivery
from inbox import tasks
from inbox.domain import answer, ingest
from inbox.models import Message, MessageFetch
from municipalities.tenancy import everywhere, scope
from platforms.errors import Rejected
from platforms.mastodon.conversation import PAGE
from platforms.types import Outgoing
from platforms.visibility import Visibility as Readers
from practice.domain import door, write
from practice.enums import Visibility
from practice.models import Account, Status
from practice.queries import conversations
from practice.rules import RATES
from tests.inbox.square import Square, practice, square
from tests.people import named_reader, sign_in
from tests.practice.test_api import token_for
from trainings.scenario_parsing import built_in

__all__ = ["practice", "square"]
pytestmark = [pytest.mark.django_db(transaction=True)]

SECRET = "Муж ми пије и удара децу"


def write_privately(square: Square, text: str, who: str = "Мирјана", below: Status | None = None) -> Status:
    draft = write.Draft(
        f"@{square.page.username} {text}", "sr", reply_to=below and below.pk, visibility=Visibility.DIRECT
    )
    return write.publish(door.enter(who), draft)


def fetch(square: Square) -> list[Message]:
    """What a worker hears, now."""
    ingest.schedule()
    with everywhere("a test does not wait"):
        MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    for channel in ingest.claim():
        ingest.fetch_messages(channel)
    with scope(square.cast.cuprija):
        return list(Message.objects.select_related("channel").order_by("pk"))


def answered(square: Square, message: Message, text: str) -> Status:
    with scope(square.cast.cuprija):
        answer.answer(message, text, by=square.cast.officer)
    publish_due(timezone.now())
    tasks.answer.settle_delivered()
    with scope(square.cast.cuprija):
        delivery = Delivery.objects.latest("pk")
    assert delivery.state == State.PUBLISHED, delivery.state
    return Status.objects.get(pk=delivery.remote_id)


@pytest.fixture
def call(square: Square) -> Callable[..., requests.Response]:
    """A call of any program, over HTTP, as an account or as nobody."""

    def called(path: str, account: Account | None = None, method: str = "GET", **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token_for(account)}"} if account else {}
        return requests.request(method, square.address + path, headers=headers, timeout=60, **more)

    return called


def test_a_private_message_arrives_as_private_and_is_answered_to_its_author_alone(
    square: Square, call: Callable[..., requests.Response]
) -> None:
    citizen, other = door.enter("Мирјана"), door.enter("Радознали")
    asked = write_privately(square, SECRET)
    (message,) = fetch(square)
    assert (message.remote_id, message.visibility, message.is_private) == (str(asked.pk), "direct", True)
    assert SECRET in message.text
    reply = answered(square, message, "Ту смо. Зовите нас на 000/112-112.")
    assert (reply.visibility, reply.in_reply_to_id) == (Visibility.DIRECT, asked.pk)
    assert reply.readers == sorted([square.page.pk, citizen.pk])

    (notice,) = call("/api/v1/notifications", citizen).json()
    assert (notice["type"], notice["status"]["id"], notice["status"]["visibility"]) == (
        "mention", str(reply.pk), "direct",
    )  # fmt: skip
    for status in (asked, reply):
        assert call(f"/api/v1/statuses/{status.pk}", citizen).status_code == 200
        for nobody in (other, None):
            assert call(f"/api/v1/statuses/{status.pk}", nobody).status_code == 404
            assert call(f"/api/v1/statuses/{status.pk}/context", nobody).status_code == 404
    for path in ("/", f"/@{square.page.username}", f"/@{citizen.username}", f"/@{square.page.username}/{reply.pk}"):
        shown = call(path).text
        assert "удара" not in shown
        assert "Ту смо" not in shown
    assert call(f"/api/v1/accounts/{square.page.pk}/statuses", other).json()[0]["id"] == str(square.post.pk)


def test_the_citizen_writes_on_the_page_and_the_conversation_goes_on_in_the_inbox(square: Square) -> None:
    browser = requests.Session()
    browser.headers["Referer"] = f"{square.address}/door"

    def send(path: str, **fields: str) -> requests.Response:
        page = browser.get(square.address + path, timeout=60)
        assert page.status_code == 200
        fields["csrfmiddlewaretoken"] = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        return browser.post(square.address + path, data=fields, timeout=60)

    send("/door", name="Мирјана")
    assert "Има ли кога?" in send(f"/@{square.page.username}/private", text="Има ли кога?").text
    (first,) = fetch(square)
    answered(square, first, "Има, изволите.")
    shown = browser.get(f"{square.address}/@{square.page.username}/private", timeout=60).text
    assert "Има, изволите." in shown
    send(f"/@{square.page.username}/private", text="Пало је дрво у Пружној.")
    messages = fetch(square)
    assert [message.visibility for message in messages] == ["direct", "direct"]
    assert messages[1].in_reply_to == str(Status.objects.get(text__contains="изволите").pk)
    named_reader(square.cast)
    page = sign_in(square.cast.officer).get(f"/m/cuprija/inbox/{messages[1].pk}/")
    assert (page.status_code, "Пало је дрво" in page.text) == (200, True)


def test_a_private_answer_below_our_post_is_heard_as_private_and_stays_out_of_the_comments(
    square: Square, call: Callable[..., requests.Response]
) -> None:
    write_privately(square, SECRET, below=square.post)
    with scope(square.cast.cuprija):
        (reply,) = open_channel(square.channel).replies(str(square.post.pk)).items
    assert reply.visibility == Readers.DIRECT
    context = call(f"/api/v1/statuses/{square.post.pk}/context").json()
    assert (context["descendants"], square.seen()) == ([], [])


def test_an_answer_that_would_be_public_is_refused_on_the_way_and_by_the_network(square: Square) -> None:
    asked = write_privately(square, SECRET)
    payload = Outgoing("@mirjana Јавно", "sr", uuid.uuid4().hex, timezone.now(), reply_to=str(asked.pk))
    with scope(square.cast.cuprija), pytest.raises(Rejected):
        open_channel(square.channel).reply(payload, lambda _picture: b"")
    fields = {"status": "@mirjana Јавно", "in_reply_to_id": str(asked.pk), "visibility": "public"}
    headers = {"Authorization": f"Bearer {token_for(square.page)}"}
    refused = requests.post(f"{square.address}/api/v1/statuses", json=fields, headers=headers, timeout=60)
    assert (refused.status_code, "in private" in refused.json()["error"]) == (422, True)
    assert Status.objects.filter(account=square.page).count() == 1


def test_an_answer_whose_outcome_is_unknown_is_found_among_the_private_ones(square: Square) -> None:
    citizen, asked = door.enter("Мирјана"), write_privately(square, SECRET)
    payload = Outgoing(
        f"@{citizen.username} Ту смо.", "sr", uuid.uuid4().hex, timezone.now(), reply_to=str(asked.pk),
        visibility=Readers.DIRECT,
    )  # fmt: skip
    with scope(square.cast.cuprija):
        connector = open_channel(square.channel)
        first = connector.reply(payload, lambda _picture: b"")
        search = connector.find(payload, payload.created_at)
        again = connector.reply(payload, lambda _picture: b"")  # the same key
    assert first.remote_id == again.remote_id == search.published.remote_id
    assert Status.objects.filter(account=square.page, readers__isnull=False).count() == 1


@pytest.mark.slow
def test_a_night_of_two_hundred_messages_at_once_is_read_and_answered_within_the_limits(square: Square) -> None:
    """Written in one moment, read in a few calls, and each private one answered within the calls of five minutes."""
    night = [line for line in built_in()["oluja"][0].lines if line.on == "start"]
    for line in night:
        if line.is_private:
            write_privately(square, line.text, line.who)
        else:
            write.publish(door.enter(line.who), write.Draft(f"@{square.page.username} {line.text}", "sr"))
    for _look in range(len(night) // PAGE + 2):
        messages = fetch(square)
    assert len(messages) == len({message.remote_id for message in messages}) == 200
    private = [message for message in messages if message.visibility == "direct"]
    assert len(private) == sum(line.is_private for line in night)
    assert {message.visibility for message in messages} == {"public", "direct"}
    with scope(square.cast.cuprija):
        connector = open_channel(square.channel)
        for message in private:
            payload = Outgoing(
                f"@{message.author_handle} Примили смо.", "sr", uuid.uuid4().hex, timezone.now(),
                reply_to=message.remote_id, visibility=Readers.DIRECT,
            )  # fmt: skip
            connector.reply(payload, lambda _picture: b"")
    assert len(private) + 2 * (200 // PAGE + 2) < RATES["api"][0]
    answers = Status.objects.filter(account=square.page, readers__isnull=False).select_related("in_reply_to")
    assert answers.count() == len(private)
    for status in answers:
        assert status.in_reply_to is not None
        assert status.readers == sorted([square.page.pk, status.in_reply_to.account_id])
    # Some wrote more than once, so there are fewer conversations than messages.
    listed = conversations.windowed(square.page, conversations.Window(limit=400))
    assert len(listed) == len({message.author_id for message in private})
