"""Everybody writes at once: thousands of events, each sent twice by several threads, are kept once and soon shown."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import requests

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks import burst
from channels.domain import keys, unread_events
from channels.models import Channel, Event
from inbox.domain import ingest, webhook_events
from inbox.models import Message
from municipalities.tenancy import everywhere, scope
from platforms import types
from platforms.visibility import Visibility
from tests.analytics import factories
from tests.people import Cast, make_cast, sign_in

pytestmark = [pytest.mark.django_db(transaction=True)]
SHOWN_WITHIN = 120.0  # seconds, on a machine that is busy with other tests; the bench measures a quiet one


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def page(cast: Cast) -> Channel:
    keys.enter("facebook", "app", burst.SECRET, by=cast.administrator)
    channel = factories.channel(cast.cuprija, cast.officer, platform="facebook", remote_id="100")
    ingest.schedule()
    return channel


# `make bench ARGS=inbox` posts 2,000.
@pytest.mark.parametrize("events", [50, pytest.param(300, marks=pytest.mark.slow)])
def test_a_burst_is_stored_once_and_shown_within_seconds(
    live_server: Any, cast: Cast, page: Channel, events: int
) -> None:
    once = burst.bodies("100", events)
    sent = [body for start in range(0, events, 25) for body in once[start : start + 25] * 2]
    done = threading.Event()
    workers = [threading.Thread(target=_work, args=(done,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    burst.post(live_server.url + reverse("webhook", args=["facebook"]), sent, connections=4)
    last = time.monotonic()
    with scope(cast.cuprija):
        while Message.objects.count() < events and time.monotonic() < last + SHOWN_WITHIN:
            time.sleep(0.05)
    took = time.monotonic() - last
    done.set()
    for worker in workers:
        worker.join()
    assert took < SHOWN_WITHIN
    assert Event.objects.count() == events
    assert not Event.objects.filter(read_at=None).exists()
    with scope(cast.cuprija):
        assert Message.objects.filter(channel=page).count() == events
    newest = sign_in(cast.officer).get(reverse("inbox", args=["cuprija"])).content.decode()
    assert "Нема воде у улици број" in newest


def _work(done: threading.Event) -> None:
    """A worker who looks as beat rings; two of them, as a message of beat may come twice."""
    try:
        while not done.wait(burst.POLL_SECONDS / 4):
            for platform, account in unread_events.accounts():
                webhook_events.ingest_events(platform, account)
    finally:
        connection.close()


def test_two_who_are_told_the_same_in_another_order_do_not_lock_each_other_out(page: Channel, cast: Cast) -> None:
    problems: list[BaseException] = []

    def keep(told_now: list[types.Message]) -> None:
        try:
            with scope(cast.cuprija):
                ingest.store_messages(page, told_now)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    for start in range(5):
        items = [_mention(f"{start}-{number}") for number in range(200)]
        hands = [threading.Thread(target=keep, args=(batch,)) for batch in (items, items[::-1], items[::2])]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    assert problems == []
    with scope(cast.cuprija):
        assert Message.objects.count() == 1000


def _mention(remote_id: str) -> types.Message:
    return types.Message(
        remote_id=remote_id, in_reply_to=None, root=None, author_id="c", author_handle="@c", author_name="Цица",
        author_url="", author_avatar_url="", text="Исто", url="", at=timezone.now(),
        visibility=Visibility.PUBLIC,
    )  # fmt: skip


def test_what_is_not_signed_is_not_kept(live_server: Any, page: Channel) -> None:
    address = live_server.url + reverse("webhook", args=["facebook"])
    (body,) = burst.bodies("100", 1)
    answer = requests.post(address, data=body, headers=burst.signed(body, "somebody-else"), timeout=10)
    assert answer.status_code == 403
    assert not Event.objects.exists()


def test_reading_takes_the_same_questions_for_few_and_for_many(page: Channel) -> None:
    def questions(amount: int) -> int:
        start = Event.objects.count()
        Event.objects.bulk_create(
            Event(
                platform="facebook", key=f"k{start + n}", account_id="100", kind="comment", payload=_change(start + n)
            )
            for n in range(amount)
        )
        with CaptureQueriesContext(connection) as asked:
            assert webhook_events.ingest_events("facebook", "100") == amount
        return len(asked)

    assert questions(3) == questions(300)
    with everywhere("look"):
        assert Message.objects.count() == 303


def _change(number: int) -> Any:
    import json

    told_whole = json.loads(burst.bodies("100", number + 1)[number])
    return told_whole["entry"][0]["changes"][0]
