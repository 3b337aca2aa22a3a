"""2,000 webhook events within ten seconds, posted over HTTP by several threads, each delivered twice.

Gunicorn stores them; this process reads them into the inbox as a worker does, every second. An event counts as
shown once it is in the inbox, whose list has no cache.
"""

import hashlib
import hmac
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import requests

from django.urls import reverse

from accounts.models import User
from channels.domain import keys, unread_events
from channels.models import Channel, Event
from inbox.domain import webhook_events
from inbox.models import Message
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

EVENTS, CONNECTIONS, SECRET = 2000, 8, "benchmark-secret"
# portal.schedule: how often a worker polls.
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Figures:
    """`cpu_ms`: of all of the portal's processes, for each request. `shown`: seconds from the last answer until the
    last message is in the inbox."""

    events: int
    requests: int
    seconds: float
    cpu_ms: float
    shown: float
    stored: int
    messages: int

    def json(self) -> dict[str, Any]:
        return asdict(self)


def bodies(page: str, events: int = EVENTS) -> list[bytes]:
    """One comment each, as Facebook's webhook sends it."""
    at = int(time.time())
    return [json.dumps(_entry(page, number, at)).encode() for number in range(events)]


def _entry(page: str, number: int, at: int) -> dict[str, Any]:
    value = {
        "item": "comment", "verb": "add", "comment_id": f"{page}_b{number}", "post_id": f"{page}_1",
        "parent_id": f"{page}_1", "message": f"Нема воде у улици број {number}", "created_time": at,
        "from": {"id": f"f{number % 700}", "name": f"Грађанин {number % 700}"},
    }  # fmt: skip
    return {"object": "page", "entry": [{"id": page, "time": at, "changes": [{"field": "feed", "value": value}]}]}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


def post(address: str, sent: list[bytes], connections: int = CONNECTIONS, secret: str = SECRET) -> float:
    """Post them all, over so many connections; returns the seconds it took. Raises for anything but 200."""
    local = threading.local()

    def one(body: bytes) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        local.session.post(address, data=body, headers=signed(body, secret), timeout=30).raise_for_status()

    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, sent))
    return time.perf_counter() - began


def measured(home: Municipality, by: User, base: str) -> Figures:
    with everywhere("benchmark"):
        channel = Channel.objects.get(municipality=home, platform="facebook")
    keys.enter("facebook", "bench-app", SECRET, by=by)
    once = bodies(channel.remote_id)
    sent = [body for start in range(0, EVENTS, 50) for body in once[start : start + 50] * 2]  # each comes again, soon
    done = threading.Event()
    reader = threading.Thread(target=_worker, args=(channel, done))
    before = _cpu()
    reader.start()
    seconds = post(base + reverse("webhook", args=["facebook"]), sent)
    cpu, began = _cpu() - before, time.perf_counter()
    done.set()
    reader.join()
    shown = time.perf_counter() - began
    with everywhere("benchmark"):
        stored = Event.objects.filter(platform="facebook", account_id=channel.remote_id).count()
        messages = Message.objects.filter(channel=channel, remote_id__startswith=f"{channel.remote_id}_b").count()
    return Figures(
        EVENTS, len(sent), round(seconds, 2), round(cpu * 1000 / len(sent), 2), round(shown, 2), stored, messages
    )


def _worker(channel: Channel, done: threading.Event) -> None:
    """Reads events until all are posted, and once more."""
    from django.db import connection

    while True:
        is_last = done.is_set()
        for platform, account in unread_events.accounts():
            webhook_events.ingest_events(platform, account)
        if is_last:
            break
        done.wait(POLL_SECONDS)
        if done.is_set():
            time.sleep(POLL_SECONDS)  # at worst the last event comes right after a poll
    connection.close()


def _cpu() -> float:
    """Of the children of this process: gunicorn and its workers."""
    import psutil  # not in the image, where `small_machine` imports this module

    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
