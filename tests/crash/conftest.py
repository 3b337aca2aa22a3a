"""Three accounts (a server that honours keys, one that does not, Bluesky), a worker to kill, and a beat in our hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from channels.domain import credentials
from channels.models import Channel
from delivery import policies, tasks
from delivery.domain import answer
from delivery.domain.cancel import cancel
from delivery.domain.enqueue import enqueue
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT, THREAD_PART
from municipalities.tenancy import everywhere, scope
from platforms.types import Credential, Outgoing, Picture, Video
from portal.celery import app
from tests.crash.figures import Figures, original
from tests.crash.forwarder import Forwarder
from tests.crash.workers import PATIENCE_SECONDS, QUEUE, TIMES, Workers, environment, wait_for
from tests.people import Cast
from tests.platforms.bench import MOVIE
from tests.platforms.fakes import FakeServer, running

# name → platform, what its server says of itself, what the fake does about repeated keys
NETWORKS = {
    "honours": ("mastodon", {"software": "mastodon"}, "honoured"),
    "careless": ("mastodon", {"software": "pleroma"}, "ignored"),
    "bluesky": ("bluesky", {}, "honoured"),
}
PUBLISHING = r"/api/v1/statuses$|putRecord$"
SETTLED = {State.PUBLISHED, State.FAILED, State.EXPIRED, State.WITHDRAWN}
ASKS = {State.FAILED, State.EXPIRED, State.UNCONFIRMED, State.WAITING}


@dataclass
class Stage:
    cast: Cast
    workers: Workers
    servers: dict[str, FakeServer]
    channels: dict[str, Channel]
    figures: Figures
    sent: list[Delivery] = field(default_factory=list)
    newest: dict[int, str] = field(default_factory=dict)  # id of a corrected delivery → the text that it has to show
    killed_before: int = 0
    answered: int = 0
    recovery: float = 0  # seconds

    def plan(self, action: str, path: str = PUBLISHING, **more: Any) -> None:
        """The same fault on all three. What hangs does so until `release`, or longer than anybody waits."""
        for server in self.servers.values():
            server.plan(action, path, method="POST", **more)

    def release(self) -> None:
        for server in self.servers.values():
            server.release()

    def put(
        self,
        per_network: int = 1,
        *,
        picture: bool = False,
        video: bool = False,
        due_in: float = 0,
        further: int = 0,
        networks: Collection[str] = (),
    ) -> list[Delivery]:
        """On all networks unless named. `further`: how many posts of a thread follow each."""
        made = []
        with scope(self.cast.cuprija):
            for name in networks or self.channels:
                channel = self.channels[name]
                for _ in range(per_network):
                    text = f"{name}: обавештење {len(self.sent) + len(made) + 1}"
                    pictures = (self.picture(),) if picture else ()
                    now = timezone.now()
                    thread = tuple(f"{text}, наставак {number + 1}" for number in range(further))
                    film = self.video() if video else None
                    outgoing = Outgoing(text, "sr", uuid4().hex, now, pictures, video=film, thread=thread)
                    due_at = now + timedelta(seconds=due_in)
                    made.append(enqueue(channel, kind="crash", outgoing=outgoing, due_at=due_at, by=self.cast.officer))
        self.sent += made
        return made

    def picture(self) -> Picture:
        out = BytesIO()
        Image.new("RGB", (60, 40), "#355").save(out, "PNG")
        ref = default_storage.save("crash.png", ContentFile(out.getvalue()))
        return Picture(ref, "image/png", 60, 40, len(out.getvalue()), alt="слика")

    def video(self) -> Video:
        ref = default_storage.save("crash.mp4", ContentFile(MOVIE))
        return Video(ref, "video/mp4", 1280, 720, 12.0, len(MOVIE), alt="снимак")

    def cancel(self, deliveries: list[Delivery]) -> None:
        """Nobody wants them any more. One that is public nevertheless is counted as public."""
        with scope(self.cast.cuprija):
            for delivery in deliveries:
                cancel(Delivery.objects.get(pk=delivery.pk), by=self.cast.officer)
                self.sent.remove(delivery)

    # ---- what beat does

    def ring(self) -> None:
        for task in (tasks.sweep, tasks.reconcile):
            task.apply_async(queue=QUEUE)

    def play(
        self, seconds: float = PATIENCE_SECONDS, between: Callable[[int], None] | None = None, *, answers: bool = True
    ) -> None:
        """Ring until everything is settled; `between` may do harm after each round. `answers`: a person answers."""
        started = time.monotonic()
        ends = started + seconds
        rounds = 0
        while not self.settled() and time.monotonic() < ends:
            self.workers.revive()
            self.ring()
            if answers:
                self.answer()
            if between:
                began = time.monotonic()
                between(rounds)
                lasted = time.monotonic() - began
                started += lasted
                ends += lasted  # a worker that starts slowly takes no time away from settling
            rounds += 1
            time.sleep(0.25)
        self.recovery = max(self.recovery, time.monotonic() - started)
        # Whatever is still under way must not disturb the count.
        time.sleep(0.2)

    def ring_until(self, condition: Callable[[], object], complaint: str = "it did not happen in time") -> None:
        """Ring until something has happened of which `settled` does not know."""

        def has_happened() -> object:
            self.ring()
            time.sleep(0.25)
            return condition()

        wait_for(has_happened, complaint=complaint)

    def answer(self) -> None:
        """A person looks at the network when asked, and has sent again what is not there."""
        public = self.originals()
        with scope(self.cast.cuprija):
            asking = Delivery.objects.filter(pk__in=[d.pk for d in self.sent], state=State.UNCONFIRMED)
            for delivery in asking.select_related("channel"):
                if delivery.payload["text"] not in public:
                    with suppress(Moved, NoSuchMove):
                        answer.it_is_not_there(delivery, by=self.cast.officer)
                        self.answered += 1

    def find_parts(self) -> None:
        """The further posts of threads count as what was sent, once they are in the queue."""
        known = {delivery.pk for delivery in self.sent}
        with everywhere("the crash suite looks"):
            self.sent += (
                Delivery.objects.filter(kind=THREAD_PART, parent__in=known).exclude(pk__in=known).order_by("pk")
            )

    def chains(self) -> dict[str, list[tuple[str, str]]]:
        """By network what the public sees, oldest first: (text, text of the post that it answers)."""
        chains = {}
        for name, server in self.servers.items():
            shown = server.public("opstina")
            texts = {post["id"]: post["text"] for post in shown}
            chains[name] = [(post["text"], texts.get(post["reply_to"] or "", "")) for post in shown]
        return chains

    def states(self) -> dict[int, str]:
        self.find_parts()
        with everywhere("the crash suite looks"):
            deliveries = Delivery.objects.filter(pk__in=[d.pk for d in self.sent])
            return dict(deliveries.values_list("pk", "state"))

    def explained(self) -> int:
        """How many of those that ask a person say why, in a sentence of their page."""
        with scope(self.cast.cuprija):
            asking = Delivery.objects.filter(pk__in=[d.pk for d in self.sent], state__in=ASKS)
            return sum(1 for delivery in asking if delivery.reason_words or delivery.problem)

    def settled(self) -> bool:
        return set(self.states().values()) <= SETTLED

    def sent_at_set(self) -> int:
        """How many attempts are under way with their call marked as sent."""
        with everywhere("the crash suite looks"):
            return Attempt.objects.filter(closed_at=None, sent_at__isnull=False).count()

    def taken(self) -> int:
        with everywhere("the crash suite looks"):
            return Attempt.objects.filter(closed_at=None, taken_at__isnull=False).count()

    def inspected(self, what: str) -> Any:
        """What the worker answers to `celery inspect`; None when it does not."""
        answers = getattr(app.control.inspect(timeout=2), what)() or {}
        return next((answer for name, answer in answers.items() if name.startswith(f"{self.workers.name}@")), None)

    # ---- what the public sees

    def public(self) -> list[str]:
        return [post["text"] for server in self.servers.values() for post in server.public("opstina")]

    def originals(self) -> list[str]:
        """Of each public post the text with which it was published first."""
        return [original(text) for text in self.public()]

    def wrong(self) -> int:
        """How many posts show another text than their newest one, without that the portal reports it or asks."""
        public = dict(zip(self.originals(), self.public(), strict=True))
        with everywhere("the crash suite looks"):
            changed = Delivery.objects.filter(pk__in=self.newest, changed_at__isnull=False)
            asking = Delivery.objects.filter(kind=EDIT, parent__in=self.newest, state__in=ASKS)
            known = {*changed.values_list("pk", flat=True), *asking.values_list("parent_id", flat=True)}
        return sum(
            public.get(delivery.payload["text"], newest) != newest
            for delivery in self.sent
            if delivery.pk not in known and (newest := self.newest.get(delivery.pk))
        )

    def calls(self) -> int:
        import re

        entries = [entry for server in self.servers.values() for entry in server.ledger()]
        return sum(1 for e in entries if e["method"] == "POST" and re.search(PUBLISHING, e["path"]))

    def count(self) -> Figures:
        """Fill in the figures: a delivery is lost when it is neither public nor asks a person, or lies about it."""
        states, public = self.states(), self.originals()
        figures = self.figures
        figures.deliveries, figures.killed = len(self.sent), self.workers.killed - self.killed_before
        figures.calls, figures.public = self.calls(), len(set(public))
        figures.duplicates = len(public) - len(set(public))
        figures.answered = self.answered
        figures.asked = sum(1 for state in states.values() if state in ASKS)
        figures.explained = self.explained()
        figures.recovery = round(self.recovery, 1)
        for delivery in self.sent:
            there, state = delivery.payload["text"] in public, states[delivery.pk]
            honest = state == State.PUBLISHED if there else state in {*ASKS, State.WITHDRAWN}
            figures.lost += not (honest or state == State.CHECKING or (there and state == State.UNCONFIRMED))
        figures.wrong = self.wrong()
        return figures


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, FakeServer]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield {name: stack.enter_context(running()) for name in NETWORKS}


@pytest.fixture(scope="session")
def crash_media(tmp_path_factory: Any) -> Path:
    return tmp_path_factory.mktemp("crash-media")


@pytest.fixture(scope="session")
def workers(servers: dict[str, FakeServer], crash_media: Path, tmp_path_factory: Any, django_db_setup: None) -> Any:
    hosts = [host for server in servers.values() for host in server.allow]
    crew = Workers(tmp_path_factory.mktemp("crash-logs"), crash_media, hosts)
    yield crew
    crew.stop()


@pytest.fixture
def second(workers: Workers, servers: Any, crash_media: Path, tmp_path: Path) -> Iterator[Workers]:
    """Another worker beside the one that is killed."""
    other = Workers(tmp_path, crash_media, workers.hosts)
    other.start()
    yield other
    other.stop()


@dataclass
class CutOff:
    """A machine whose network can be cut: a worker that reaches PostgreSQL and Valkey by forwarders alone."""

    workers: Workers
    forwarders: list[Forwarder]

    def forwarded(self) -> int:
        return sum(forwarder.forwarded for forwarder in self.forwarders)

    def cut(self) -> None:
        for forwarder in self.forwarders:
            forwarder.cut()

    def restore(self) -> None:
        for forwarder in self.forwarders:
            forwarder.restore()


@pytest.fixture
def cut_off(stage: Stage, servers: Any, crash_media: Path, tmp_path: Path) -> Iterator[CutOff]:
    """Beside the worker of the stage. It calls the networks directly."""
    other = Workers(tmp_path, crash_media, stage.workers.hosts)
    urls = {"DATABASE_URL": environment(crash_media, [])["DATABASE_URL"], "REDIS_URL": django_settings.REDIS_URL}
    forwarders = []
    for name, url in urls.items():
        forwarder, other.more[name] = Forwarder.to(url)
        forwarders.append(forwarder)
    other.start()
    yield CutOff(other, forwarders)
    for forwarder in forwarders:
        forwarder.restore()
    other.stop()
    for forwarder in forwarders:
        forwarder.close()


@pytest.fixture
def stage(
    request: Any, transactional_db: None, settings: Any, workers: Workers, servers: Any, crash_media: Path, cast: Cast
) -> Iterator[Stage]:
    settings.MEDIA_ROOT = crash_media
    # The suite claims some deliveries itself, under the workers' rules.
    settings.LEASE_SECONDS = int(TIMES["LEASE_SECONDS"])
    policies.register("crash", lambda delivery: policies.allow())
    for server in servers.values():
        server.reset()
    channels = {name: _connected(cast, servers[name], name) for name in NETWORKS}
    workers.start()
    figures = Figures(request.node.name.removeprefix("test_").replace("_", " "))
    yield Stage(cast, workers, servers, channels, figures, killed_before=workers.killed)
    request.node.user_properties.append(("crash", figures.as_dict()))
    _wait_until_quiet()
    workers.freeze(_busy)


def _connected(cast: Cast, server: FakeServer, name: str) -> Channel:
    platform, facts, idempotency = NETWORKS[name]
    server.options(software=facts.get("software", "mastodon"), idempotency=idempotency)
    made = server.account(platform, "opstina")
    with scope(cast.cuprija):
        channel = Channel.objects.create(
            municipality=cast.cuprija, platform=platform, server=made["server"], name=name, handle="@opstina",
            remote_id=made["credential"]["account_id"], facts={"max_characters": 500, **facts},
            connected_by=cast.approver, connected_at=timezone.now(),
        )  # fmt: skip
        credentials.store(channel, Credential.from_json(made["credential"]))
    return channel


def _wait_until_quiet() -> None:
    """Until other sessions have ended their transactions, so that emptying the tables does not wait for them."""
    wait_for(lambda: not _busy(), PATIENCE_SECONDS, "somebody still works in the database")


def _busy() -> int:
    """How many other sessions are in a statement or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
