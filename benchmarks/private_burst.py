"""2,000 private messages within ten seconds by Messenger's webhook, each delivered twice, to the inbox of a million.

Everything runs as in operation: gunicorn stores the events, workers read them into the inbox as their schedule has it,
and a page of the list that is open asks for news (`inbox.views.live.changes`) until the last message is among them.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import requests

from django.conf import settings
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from benchmarks import burst, measure, publishing
from channels.domain import keys
from channels.models import Channel, Event
from inbox.models import Conversation, Message, MessageFetch
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from portal import queues

EVENTS, SECONDS, PEOPLE = 2_000, 10.0, 700
# How often the open list asks for news.
ASKS_EVERY = 0.25
PATIENCE_SECONDS = 120.0
# Until a worker sends the periodic tasks, and those that are due at its start are through.
SETTLE_SECONDS = 15.0
LAST = "Последња порука"


@dataclass(frozen=True)
class Figures:
    """`seconds`: the time in which all was posted. `read`: most seconds from storing an event until its message was
    stored. `shown`: seconds from the answer to the last event until the open list had its message."""

    events: int
    requests: int
    seconds: float
    stored: int
    messages: int
    conversations: int
    read: float
    shown: float

    def json(self) -> dict[str, Any]:
        return asdict(self)


def measured(home: Municipality, officer: User, base: str, address: str) -> Figures:
    """With the database in use, which gunicorn (`base`) serves; `address` is the database's, for the workers."""
    with everywhere("benchmark"):
        channel = Channel.objects.get(municipality=home, platform="facebook")
        _leave_networks_alone()
    keys.enter("facebook", "bench-app", burst.SECRET, by=officer)
    with _workers(address):
        began = timezone.now()
        page = _OpenList(home, officer, base, since=int(began.timestamp()))
        seconds = _post(base + reverse("webhook", args=["facebook"]), channel.remote_id)
        answered = time.perf_counter()
        page.wait_for(LAST)
        shown = time.perf_counter() - answered
        _wait_until_read(channel)
    with everywhere("benchmark"):
        events = Event.objects.filter(platform="facebook", account_id=channel.remote_id, received_at__gte=began)
        messages = Message.objects.filter(channel=channel, remote_id__startswith="m_burst")
        waited = events.aggregate(most=Max(F("read_at") - F("received_at")))["most"]
        return Figures(
            EVENTS,
            EVENTS * 2,
            round(seconds, 2),
            events.count(),
            messages.count(),
            Conversation.objects.filter(channel=channel, remote_id__startswith="burst").count(),
            round(waited.total_seconds(), 2),
            round(shown, 2),
        )


def _body(page: str, number: int) -> bytes:
    """A message as Messenger sends it. The last one begins a conversation."""
    is_last = number == EVENTS - 1
    text = LAST if is_last else f"Нема воде у улици број {number}"
    item = {
        "sender": {"id": f"burst-{PEOPLE if is_last else number % PEOPLE}"},
        "recipient": {"id": page},
        "timestamp": int(time.time() * 1000),
        "message": {"mid": f"m_burst-{number}", "text": text},
    }
    return json.dumps(
        {"object": "page", "entry": [{"id": page, "time": item["timestamp"], "messaging": [item]}]}
    ).encode()


def _post(address: str, page: str) -> float:
    """Post each event twice, evenly over `SECONDS`, or slower where the portal is; returns the seconds it took."""
    local = threading.local()
    began = time.perf_counter()

    def send(number: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        time.sleep(max(0.0, began + SECONDS * number / EVENTS - time.perf_counter()))
        body = _body(page, number)
        for _ in range(2):
            local.session.post(address, data=body, headers=burst.signed(body), timeout=30).raise_for_status()

    with ThreadPoolExecutor(burst.CONNECTIONS) as pool:
        list(pool.map(send, range(EVENTS)))
    return time.perf_counter() - began


class _OpenList:
    """The list as a browser has it open."""

    def __init__(self, home: Municipality, officer: User, base: str, since: int) -> None:
        cookie = measure.entered(officer).cookies[settings.SESSION_COOKIE_NAME].value
        self._session = requests.Session()
        self._session.cookies.set(settings.SESSION_COOKIE_NAME, cookie)
        self._address = f"{base}{reverse('inbox_changes', args=[home.slug])}?shown=&since={since}"
        self._version = ""

    def wait_for(self, text: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            answer = self._session.get(self._address, headers={"If-None-Match": self._version}, timeout=30)
            answer.raise_for_status()
            self._version = answer.headers.get("ETag", "")
            if text in answer.text:
                return
            time.sleep(ASKS_EVERY)
        raise RuntimeError("The last message was not shown")


def _wait_until_read(channel: Channel) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with everywhere("benchmark"):
        unread = Event.objects.filter(platform="facebook", account_id=channel.remote_id, read_at=None)
        while unread.exists():
            if time.monotonic() > until:
                raise RuntimeError("The workers did not read all events")
            time.sleep(0.1)


def _leave_networks_alone() -> None:
    """The channels are of no network, and none of them is due."""
    now = timezone.now()
    MessageFetch.objects.update(next_at=now + timedelta(days=1), fetched_at=now, woken_at=None)
    Channel.objects.update(checked_at=now, facts_at=now)


@contextmanager
def _workers(address: str) -> Iterator[None]:
    """The workers of `make run`, without publishers, on a queue of their own."""
    from launcher.run import publishing as programs

    environment = {
        **os.environ, "DATABASE_URL": address, "LOG_LEVEL": "WARNING", "REDIS_URL": publishing.redis_of_its_own(),
    }  # fmt: skip
    with ExitStack() as stack:
        for program in programs():
            if queues.PUBLISHING not in program.command:
                process = stack.enter_context(
                    subprocess.Popen(list(program.command), env=environment, cwd=settings.BASE_DIR)
                )
                stack.callback(process.terminate)
        time.sleep(SETTLE_SECONDS)
        yield
