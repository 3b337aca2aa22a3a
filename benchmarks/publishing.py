"""How fast the outbox empties: approved posts of 50 municipalities, all due in the same second, on a fake of Mastodon.

The fake is a process of its own that answers after 50 ms. Its public lists show what was published when; CPU times of
the processes and PostgreSQL's own statistics show the cost.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import redis
import requests

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from benchmarks import seed
from channels.domain import credentials
from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from platforms.types import Credential, Outgoing
from portal import queues
from posts.enums import Category, DecisionKind, Stage
from posts.models import Decision, Post, Publication, Version
from serbian.folding import fold

if TYPE_CHECKING:
    import psutil

LATENCY_SECONDS = 0.05
CHANNELS = 50
AMOUNTS = (100, 1000, 10_000)
SINGLES = 40
# The first second of a run is the calm before: everything is connected and waits for the time.
AHEAD = timedelta(seconds=3)


@dataclass(frozen=True)
class Figures:
    """One run. Delays in seconds after the due time, CPU in milliseconds for each delivery."""

    deliveries: int
    accepted: int
    seconds: float
    p50: float
    p99: float
    worker_cpu: float
    database_cpu: float
    queries: float

    def json(self) -> dict[str, Any]:
        return asdict(self)


class Fake:
    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return requests.request(method, f"{self.url}/__fake__/{path}", json=body, timeout=60).json()

    def account(self, name: str) -> dict[str, Any]:
        return self.call("POST", "account", {"platform": "mastodon", "name": name})

    def accepted(self) -> list[dict[str, Any]]:
        """The calls that published, oldest first."""
        return [e for e in self.call("GET", "ledger") if e["path"] == "/api/v1/statuses" and e["status"] == 200]


@contextmanager
def fake() -> Iterator[Fake]:
    command = [sys.executable, "-m", "tests.platforms.fakes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) as process:
        assert process.stdout is not None
        try:
            server = Fake(json.loads(process.stdout.readline())["url"])
            server.call("POST", "options", {"latency": LATENCY_SECONDS})
            yield server
        finally:
            process.terminate()


@contextmanager
def engine(database: str, server: Fake) -> Iterator[list[psutil.Process]]:
    """What publishes, as `make run` starts it. The processes of its publishers."""
    # Not in the image, where `Load` is used (small_machine).
    import psutil

    from launcher.run import publishing

    own = {
        **os.environ, "DATABASE_URL": database, "LOG_LEVEL": "WARNING",
        "PRIVATE_HOSTS_ALLOWED": server.url.split("//")[1],
        "REDIS_URL": redis_of_its_own(),
    }  # fmt: skip
    with ExitStack() as stack:
        publishers = []
        for program in publishing():
            process = stack.enter_context(subprocess.Popen(list(program.command), env=own, cwd=settings.BASE_DIR))
            stack.callback(process.terminate)
            if queues.PUBLISHING in program.command:
                publishers.append(psutil.Process(process.pid))
        time.sleep(10)
        yield publishers


def redis_of_its_own() -> str:
    address = settings.REDIS_URL.rpartition("/")[0] + "/15"
    with redis.Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


def cpu(processes: list[psutil.Process]) -> float:
    """Seconds of CPU of these processes and their children that run. A server process may end while it is read."""
    import psutil

    seconds = 0.0
    for process in (child for parent in processes for child in (parent, *parent.children(recursive=True))):
        with suppress(psutil.NoSuchProcess):
            seconds += sum(process.cpu_times()[:2])
    return seconds


def postgres() -> list[psutil.Process]:
    import psutil

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    return [backend.parent()]


def statements() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
            "WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


class Load:
    """Fills the outbox. Each channel has a municipality of its own; posts are by `user`, approved by `approver`."""

    def __init__(self, user: User, approver: User, channels: list[Channel]) -> None:
        self.user, self.approver, self.channels = user, approver, channels

    @classmethod
    def on(cls, server: Fake) -> Load:
        """With municipalities and channels of its own, in an empty database."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        user = User.objects.create(email="bench@example.org", name="Bench", language="sr")
        load = cls(user, User.objects.create(email="approver@example.org", name="Approver", language="sr"), [])
        places = seed.places(user)
        Municipality.objects.update(approval=Approval.ONE)
        load.channels = [load._channel(place, server) for place in places[:CHANNELS]]
        return load

    def _channel(self, place: Municipality, server: Fake) -> Channel:
        account = server.account(place.slug)
        channel = Channel.objects.create(
            municipality=place, platform="mastodon", server=account["server"], name=place.name_latn,
            handle=f"@{place.slug}", remote_id=account["credential"]["account_id"],
            facts={"max_characters": 500, "software": "mastodon"},
            connected_by=self.user, connected_at=timezone.now(), checked_at=timezone.now(), facts_at=timezone.now(),
        )  # fmt: skip
        credentials.store(channel, Credential.from_json(account["credential"]))
        return channel

    @transaction.atomic
    def put(self, amount: int, due_at: datetime, *, within: timedelta = timedelta()) -> None:
        """So many approved posts, spread evenly over the channels, and over the time `within` from `due_at` on. In one
        transaction: a delivery without its post is held.
        """
        channels = [self.channels[n % len(self.channels)] for n in range(amount)]
        due = [due_at + within * n / amount for n in range(amount)]
        posts = Post.objects.bulk_create(
            self._post(n, channel, at) for n, (channel, at) in enumerate(zip(channels, due, strict=True))
        )
        versions = Version.objects.bulk_create(
            Version(
                municipality_id=post.municipality_id, post=post, number=1, channels=post.draft["channels"],
                digest=uuid.uuid4().hex, category=post.category, created_by=self.user,
            )
            for post in posts
        )  # fmt: skip
        Decision.objects.bulk_create(
            Decision(municipality_id=version.municipality_id, version=version, kind=kind, by=by)
            for version in versions
            for kind, by in ((DecisionKind.SUBMITTED, self.user), (DecisionKind.APPROVED, self.approver))
        )
        deliveries = Delivery.objects.bulk_create(
            _delivery(channel, post.excerpt, at) for post, channel, at in zip(posts, channels, due, strict=True)
        )
        Publication.objects.bulk_create(
            Publication(municipality_id=d.municipality_id, post=v.post, version=v, channel_id=d.channel_id, delivery=d)
            for v, d in zip(versions, deliveries, strict=True)
        )

    def _post(self, n: int, channel: Channel, due_at: datetime) -> Post:
        text = seed.TEXT.format(n)
        return Post(
            municipality_id=channel.municipality_id, title=f"Објава {n}", category=Category.values[0], excerpt=text,
            draft={"t": text, "texts": {"sr-Cyrl": {"text": text}}, "channels": [channel.pk]},
            search_key=fold(text), stage=Stage.APPROVED, author=self.user, due_at=due_at, local_time=due_at, revision=3,
        )  # fmt: skip


def _delivery(channel: Channel, text: str, due_at: datetime) -> Delivery:
    key = uuid.uuid4()
    outgoing = Outgoing(text, "sr", key.hex, timezone.now())
    return Delivery(
        municipality_id=channel.municipality_id, channel=channel, kind="post", payload=outgoing.to_json(), key=key,
        state=State.SCHEDULED, due_at=due_at, next_at=due_at, not_after=due_at + timedelta(hours=2),
        state_at=timezone.now(),
    )  # fmt: skip


def run(load: Load, server: Fake, publishers: list[psutil.Process], amount: int, patience: float = 600) -> Figures:
    """Put `amount` deliveries, wait until all are accepted and written down, and count."""
    before = len(server.accepted())
    # The rows must be there before their time, or the delay would be ours.
    filling = timedelta(seconds=amount / 400)
    due_at = timezone.now() + AHEAD + filling
    load.put(amount, due_at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    time.sleep(max(0.0, (due_at - timezone.now()).total_seconds() - 0.5))
    worked, stored, statement_count = cpu(publishers), cpu(postgres()), statements()
    ends = time.monotonic() + patience
    while (left := _left()) and time.monotonic() < ends:
        time.sleep(0.25)
    # Looking costs statements too, one each quarter of a second.
    statement_count = statements() - statement_count
    worked, stored = cpu(publishers) - worked, cpu(postgres()) - stored
    at = [datetime.fromisoformat(entry["at"]) for entry in server.accepted()[before:]]
    delays = sorted((moment - due_at).total_seconds() + LATENCY_SECONDS for moment in at) or [0.0]
    done = amount - left or 1
    return Figures(
        amount, len(at), round(delays[-1], 2), round(statistics.median(delays), 2),
        round(delays[int(len(delays) * 0.99)], 2), round(worked / done * 1000, 1), round(stored / done * 1000, 1),
        round(statement_count / done, 1),
    )  # fmt: skip


def singles(load: Load, server: Fake, amount: int = SINGLES) -> list[float]:
    """Delays of single posts on an idle system, in seconds: half are put ahead of their time, half for right now."""
    delays = []
    for number in range(amount):
        before = len(server.accepted())
        due_at = timezone.now() + timedelta(seconds=1.3 if number % 2 else 0)
        load.put(1, due_at)
        while len(entries := server.accepted()) == before:
            time.sleep(0.05)
        at = datetime.fromisoformat(entries[-1]["at"])
        delays.append((at - due_at).total_seconds() + LATENCY_SECONDS)
        time.sleep(0.4)
    return sorted(delays)


def _left() -> int:
    return Delivery.objects.filter(state__in=(State.SCHEDULED, State.SENDING)).count()


def measured(database: str, *, runs: int, say: Callable[[str], object]) -> tuple[list[Figures], list[float]]:
    """Figures of every run, and the sorted delays of single posts in seconds."""
    with everywhere("benchmark data"), fake() as server:
        load, figures = Load.on(server), []
        with engine(database, server) as publishers:
            run(load, server, publishers, 20)  # everything is loaded and connected
            for amount in AMOUNTS:
                for _ in range(runs if amount < AMOUNTS[-1] else 1):
                    figures.append(run(load, server, publishers, amount))
                    say(json.dumps(figures[-1].json()))
            return figures, singles(load, server)
