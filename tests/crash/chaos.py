"""Everything at once: workers killed, messages doubled, stores restarted, calls and answers lost, while a lot goes out.

`make maintain WHAT=chaos` plays it at full length on servers of its own; `test_chaos.py` plays a short one in
`make test-slow`. The networks' public lists are the judge. The schedule of harm follows from the seed, so a run that
failed can be played again:

    python -m tests.crash.chaos --runs 1 --seed 4711
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.crash.figures import CORRECTION, original

LOST_ANSWERS = 0.05
# Never carried out. A network with keys gets them again from the portal, of the others a person is asked.
LOST_CALLS = 0.05
# Answered by a gateway or cut off, and carried out up to three seconds later; the commit window of these runs is four.
LATE_COMMITS = 0.03
# Answered 429 without a body of the network's own, and not carried out; or all the same, up to three seconds later.
RATE_LIMITS = LATE_RATE_LIMITS = 0.01
# How often a person who looks gives the link of a post that is there, before the portal has it.
LINKS_GIVEN = {"checking": 0.02, "unconfirmed": 0.5}
# How often that person says instead that it is not there, of a post that the network's list shows by then.
WRONG_ANSWERS = 0.5
CHANNELS_EACH = 8
KINDS = ("crash", "reply")
# name → platform, what its server says of itself, what the fake does about repeated keys, and how often it leaves a new
# post out of its lists: the slow one for so long that a person is asked about what is there. It carries out nothing
# that it has answered 429, since a list that lags for longer than the commit window hides that.
NETWORKS = {
    "honours": ("mastodon", "mastodon", "honoured", 0),
    "careless": ("mastodon", "pleroma", "ignored", 0),
    "slow": ("mastodon", "pleroma", "ignored", 3),
    "bluesky": ("bluesky", "mastodon", "honoured", 0),
}
CORRECTED, LAGS = "honours", "slow"


@dataclass
class Count:
    """What one run came to. All from `duplicates` on have to be 0.

    `twice`: messages of citizens with more than one answer of ours, or with one below another message. `wrong_text`:
    posts that do not show their newest text, without that the portal reports it or asks.
    """

    seed: int
    deliveries: int = 0
    public: int = 0
    answers: int = 0
    harm: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    twice: int = 0
    lost: int = 0
    wrong_channel: int = 0
    wrong_text: int = 0
    unsettled: int = 0

    @property
    def clean(self) -> bool:
        wrong = self.wrong_channel or self.wrong_text
        return not (self.duplicates or self.twice or self.lost or wrong or self.unsettled)

    def line(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in asdict(self).items())


@dataclass(frozen=True)
class Shown:
    """A public post of an account. `text`: the one with which it was published first. `above`: the post it is below,
    if any."""

    text: str
    now: str
    account: str
    above: str | None
    link: str


@dataclass
class Chaos:
    """One run. `harm`: name → what does it; the crew's processes are killed besides."""

    seed: int
    cast: Any
    servers: dict[str, Any]
    crew: Any
    harm: dict[str, Callable[[], None]]
    channels: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # text → account it belongs to
    done: Counter[str] = field(default_factory=Counter)
    roots: set[str] = field(default_factory=set)  # texts of the posts below which citizens wrote
    asked: dict[str, str] = field(default_factory=dict)  # text of our answer → the message it belongs below
    newest: dict[str, str] = field(default_factory=dict)  # text of a corrected post → its newest one

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def prepare(self) -> None:
        from django.utils import timezone

        from channels.domain import credentials
        from channels.models import Channel
        from municipalities.tenancy import scope
        from platforms.types import Credential

        for name, (platform, software, idempotency, list_lag) in NETWORKS.items():
            server = self.servers[name]
            server.reset()
            server.options(software=software, idempotency=idempotency, list_lag=list_lag)
            for number in range(CHANNELS_EACH):
                account = f"{name}-{number}"
                made = server.account(platform, account)
                with scope(self.cast.cuprija):
                    channel = Channel.objects.create(
                        municipality=self.cast.cuprija, platform=platform, server=made["server"], name=account,
                        handle=account, remote_id=made["credential"]["account_id"],
                        facts={"max_characters": 500, "software": software},
                        connected_by=self.cast.approver, connected_at=timezone.now(),
                    )  # fmt: skip
                    credentials.store(channel, Credential.from_json(made["credential"]))
                self.channels[account] = channel

    def put(self, amount: int, seconds: float) -> None:
        """So many deliveries, due within the next `seconds`."""
        from django.utils import timezone

        from delivery.domain.enqueue import enqueue
        from municipalities.tenancy import scope
        from platforms.types import Outgoing

        now = timezone.now()
        accounts = [f"{network}-{number}" for number in range(CHANNELS_EACH) for network in NETWORKS]
        with scope(self.cast.cuprija):
            for number in range(amount):
                account = accounts[number % len(accounts)]
                text = f"{account}: обавештење {number + 1}"
                self.texts[text] = account
                due_at = now + timedelta(seconds=self.dice.uniform(0, seconds))
                outgoing = Outgoing(text, "sr", uuid4().hex, timezone.now())
                enqueue(self.channels[account], kind="crash", outgoing=outgoing, due_at=due_at, by=self.cast.officer)

    def ask(self, amount: int, seconds: float) -> None:
        """Citizens write so many messages; each is heard as a worker hears and answered by the product's own verb, due
        within the next `seconds`. Of every third a colleague tries to answer it too, and is refused."""
        from django.utils import timezone

        from common.errors import ActionNotAllowed
        from delivery.models import Delivery
        from inbox.domain import answer, ingest
        from inbox.models import Message
        from municipalities.tenancy import scope

        for number, (account, (network, root)) in enumerate(self._begin(amount)):
            self.servers[network].react(NETWORKS[network][0], root, "reply", f"{account}: питање {number + 1}?")
        with scope(self.cast.cuprija):
            for account, (_network, root) in self._posts.items():
                ingest.store_messages(self.channels[account], self._connector(account).replies(root).items)
            for number, message in enumerate(Message.objects.select_related("channel").order_by("pk")):
                account = message.channel.name
                reply = answer.answer(message, f"{account}: одговор {number + 1}", by=self.cast.officer)
                if number % 3 == 0:
                    with suppress(ActionNotAllowed):
                        answer.answer(message, f"{account}: други одговор", by=self.cast.approver)
                        raise AssertionError("two colleagues answered the same message")
                text = reply.delivery.payload["text"]
                self.texts[text], self.asked[text] = account, message.remote_id
                due_at = timezone.now() + timedelta(seconds=self.dice.uniform(0, seconds))
                Delivery.objects.filter(pk=reply.delivery_id).update(due_at=due_at, next_at=due_at)

    def _begin(self, amount: int) -> list[tuple[str, tuple[str, str]]]:
        """One post of each account, put there by its connector; which of them gets each message."""
        from django.utils import timezone

        from municipalities.tenancy import scope
        from platforms.types import Outgoing

        self._posts: dict[str, tuple[str, str]] = {}
        with scope(self.cast.cuprija):
            for account in (f"{network}-{number}" for network in NETWORKS for number in (0, 1)):
                text, network = f"{account}: питајте нас", account.rpartition("-")[0]
                out = Outgoing(text, "sr", uuid4().hex, timezone.now())
                published = self._connector(account).publish(out, lambda ref: b"")
                self.roots.add(text)
                self._posts[account] = (network, published.remote_id)
        places = list(self._posts.items())
        return [places[number % len(places)] for number in range(amount)]

    def _connector(self, account: str) -> Any:
        from channels.connector_factory import open_channel

        return open_channel(self.channels[account])

    def play(self, seconds: float, patience: float, apart: tuple[float, float] = (1.0, 2.0)) -> None:
        """Do harm for `seconds`, then let everything settle; beat's part is played here."""
        faults = {"lost_answers": LOST_ANSWERS, "lost_calls": LOST_CALLS, "late_commits": LATE_COMMITS}
        faults |= {"rate_limits": RATE_LIMITS, "late_rate_limits": LATE_RATE_LIMITS}
        for name, server in self.servers.items():
            server.options(**faults | ({"late_rate_limits": 0} if name == LAGS else {}))
        ends = time.monotonic() + seconds
        next_harm = time.monotonic() + self.dice.uniform(*apart)
        while time.monotonic() < ends:
            self._ring()
            self._correct()
            if time.monotonic() >= next_harm:
                self._strike()
                next_harm = time.monotonic() + self.dice.uniform(*apart)
            time.sleep(0.25)
        for server in self.servers.values():
            server.options(**dict.fromkeys(faults, 0))
        ends = time.monotonic() + patience
        while time.monotonic() < ends and _steady(self._open):
            self.crew.revive()
            self._ring()
            time.sleep(0.25)
        time.sleep(0.3)

    def _strike(self) -> None:
        self.done["kill"] += 1
        self.crew.kill(self.dice)
        if self.dice.random() < 0.25:
            kind = self.dice.choice(list(self.harm))
            self.done[kind] += 1
            self.harm[kind]()
        self.crew.revive()

    def _ring(self) -> None:
        """Beat's messages; and some of those that ask for a look come twice more."""
        from delivery import tasks
        from delivery.enums import State
        from delivery.models import Delivery
        from inbox.domain import answer
        from municipalities.tenancy import everywhere

        with suppress(Exception):  # a store is being restarted
            answer.settle_delivered()
            for task in (tasks.sweep, tasks.reconcile):
                task.delay()
            with everywhere("messages that come twice"):
                unsettled = Delivery.objects.filter(state__in=[State.CHECKING, State.UNCONFIRMED, State.SENDING])
                ids = list(unsettled.values_list("pk", flat=True)[:20])
            for pk in ids:
                if self.dice.random() < 0.1:
                    self.done["message doubled"] += 1
                    for _ in range(2):
                        tasks.reconcile_delivery.delay(pk)
            self._answer()

    def _correct(self) -> None:
        """Somebody corrects a post of the network that changes posts, perhaps twice in a row, now and then urgently."""
        from django.db import Error
        from django.utils import timezone

        from delivery.domain.edit import edit
        from delivery.domain.move import Moved, NoSuchMove
        from delivery.enums import State
        from delivery.models import Delivery
        from municipalities.tenancy import scope
        from platforms.types import Outgoing

        with suppress(Error, Moved, NoSuchMove), scope(self.cast.cuprija):
            posts = Delivery.objects.filter(kind="crash", channel__name__startswith=CORRECTED, state=State.PUBLISHED)
            ids = list(posts.order_by("pk").values_list("pk", flat=True))
            for pk in [self.dice.choice(ids)] * self.dice.choice((1, 2)) if ids else ():
                delivery = Delivery.objects.select_related("channel__municipality").get(pk=pk)
                first = delivery.payload["text"]
                self.done["corrected"] += 1
                text = f"{first}{CORRECTION}{self.done['corrected']}"
                outgoing = Outgoing(text, "sr", uuid4().hex, timezone.now())
                edit(delivery, outgoing, by=self.cast.officer, urgent=self.dice.random() < 0.2)
                self.newest[first] = text

    def _answer(self) -> None:
        """A person looks at the network when asked, has sent again what is not there, and gives the link of some that
        are, now and then before they are asked. Of some of those they are asked about they say that it is not there."""
        from delivery.domain import answer
        from delivery.domain.move import Moved, NoSuchMove
        from delivery.enums import State
        from delivery.models import Delivery
        from municipalities.tenancy import scope

        with scope(self.cast.cuprija):
            unknown = Delivery.objects.filter(kind__in=KINDS, state__in=[State.CHECKING, State.UNCONFIRMED])
            asking = list(unknown.select_related("channel"))
            links = {post.text: post.link for post in self._shown()} if asking else {}
            listed = self._listed() if asking else set()
            for delivery in asking:
                text = delivery.payload["text"]
                link = links.get(text)
                with suppress(Moved, NoSuchMove):
                    if link and self.dice.random() < LINKS_GIVEN[delivery.state]:
                        answer.it_is_there(delivery, link, by=self.cast.officer)
                        self.done["link given by a person"] += 1
                    elif not link and delivery.state == State.UNCONFIRMED:
                        answer.it_is_not_there(delivery, by=self.cast.officer)
                        self.done["answered by a person"] += 1
                    elif text in listed and delivery.state == State.UNCONFIRMED and self.dice.random() < WRONG_ANSWERS:
                        answer.it_is_not_there(delivery, by=self.cast.officer)
                        self.done["answered wrongly"] += 1

    def _listed(self) -> set[str]:
        """The texts that the list of the network that lags shows by now."""
        world = self.servers[LAGS].world
        with world.lock:
            lag = world.options["list_lag"]
            return {one["text"] for one in world.mastodon.statuses.values() if one["listed"] >= lag}

    def _open(self) -> int:
        from django.db.models import Q

        from delivery.enums import State
        from delivery.models import Delivery
        from delivery.policies import EDIT
        from municipalities.tenancy import everywhere

        with everywhere("chaos looks"):
            open_ = ~Q(state=State.PUBLISHED) | Q(edit_check_at__isnull=False)
            return Delivery.objects.filter(open_, kind__in=(*KINDS, EDIT)).count()

    def _shown(self) -> list[Shown]:
        """Everything public but the posts that the accounts began with."""
        return [
            Shown(
                original(post["text"]),
                post["text"],
                account,
                post["reply_to"],
                self._link(account, post["id"]),
            )
            for account in self.channels
            for post in self.servers[account.rpartition("-")[0]].public(account)
            if post["text"] not in self.roots
        ]

    def _link(self, account: str, remote_id: str) -> str:
        """What a browser shows as the address of the post."""
        if remote_id.startswith("at://"):
            did, _collection, key = remote_id.removeprefix("at://").split("/")
            return f"https://bsky.app/profile/{did}/post/{key}"
        return f"{self.channels[account].server}/@{account}/{remote_id}"

    def record(self, path: Path) -> None:
        """Write what became of each delivery to a file, to be replayed on the model of the outbox."""
        from delivery.commit_window import commit_window
        from tests.crash import behaviours
        from tests.crash.workers import TIMES

        def network(channel: Any) -> str:
            return channel.name.rpartition("-")[0]

        # The workers' window, which is shorter than this process's.
        windows = json.loads(TIMES["COMMIT_WINDOWS"])
        recorded = behaviours.read(
            KINDS,
            network,
            lambda channel: windows.get(channel.platform, commit_window(channel).total_seconds()),
            lambda channel: NETWORKS[network(channel)][2] == "honoured",
            {remote_id for server in self.servers.values() for remote_id in server.world.carried_out_late},
        )
        behaviours.save(recorded, path)

    def count(self) -> Count:
        from delivery.enums import State
        from delivery.models import Delivery
        from delivery.policies import EDIT
        from inbox.domain import answer
        from inbox.enums import MessageState
        from inbox.models import Message
        from municipalities.tenancy import everywhere

        with everywhere("chaos looks"):
            own = Delivery.objects.filter(kind__in=KINDS)
            states = dict(own.values_list("payload__text", "state"))
            edits = Delivery.objects.filter(kind=EDIT)
            unsettled = edits.exclude(state=State.PUBLISHED).count() + own.filter(edit_check_at__isnull=False).count()
            reported = set(own.filter(changed_at__isnull=False).values_list("payload__text", flat=True))
            asked = edits.filter(state__in=[State.FAILED, State.EXPIRED, State.WAITING])
            reported |= set(asked.values_list("parent__payload__text", flat=True))
            answer.settle_delivered()
            open_ones = Message.objects.exclude(state=MessageState.ANSWERED, first_answer_at__isnull=False).count()
        shown = self._shown()
        times = Counter(post.text for post in shown)
        below = Counter(post.above for post in shown if post.text in self.asked)
        astray = sum(self.asked.get(post.text) != post.above for post in shown if post.above)
        return Count(
            self.seed,
            deliveries=len(self.texts),
            public=len(times),
            answers=sum(text in self.asked for text in times),
            harm=dict(sorted(self.done.items())),
            duplicates=sum(times.values()) - len(times),
            twice=sum(below.values()) - len(below) + astray,
            # it says that it is public and is not, or the other way round
            lost=sum((states[text] == State.PUBLISHED) != (text in times) for text in self.texts),
            wrong_channel=sum(self.texts.get(post.text) != post.account for post in shown),
            wrong_text=sum(
                post.now != self.newest.get(post.text, post.text) for post in shown if post.text not in reported
            ),
            unsettled=sum(state != State.PUBLISHED for state in states.values()) + unsettled + open_ones,
        )


def _steady(question: Callable[[], Any]) -> Any:
    """The answer, or True while the database restarts."""
    from django.db import Error, connection

    try:
        return question()
    except Error:
        connection.close()
        return True


# ---- at full length, on servers of its own


def main() -> int:
    parser = argparse.ArgumentParser(description="Chaos at full length.")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--deliveries", type=int, default=1000)
    parser.add_argument("--behaviours", type=Path, help="write what became of each delivery to this file (.jsonl.gz)")
    parser.add_argument("--seconds", type=float, default=40, help="how long harm is done in each run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dobosar-chaos-") as place, _own_servers(Path(place)):
        counts = [_run(options, number, Path(place)) for number in range(options.runs)]
    print(f"{sum(count.clean for count in counts)} of {len(counts)} runs clean", flush=True)
    return 0 if all(count.clean for count in counts) else 1


@contextmanager
def _own_servers(place: Path) -> Iterator[None]:
    from launcher import embedded
    from tests.servers import VARIABLES

    os.environ.update(VARIABLES)
    os.environ["DATA_DIR"] = str(place / "site")
    place.chmod(0o711)
    with embedded.serving(place / "servers", environ={}) as urls:
        os.environ.update(urls)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield


def _run(options: argparse.Namespace, number: int, place: Path) -> Count:
    from django.conf import settings

    from tests import emptying
    from tests.crash.workers import Crew
    from tests.people import make_cast
    from tests.platforms.fakes import running

    seed = options.seed + number
    print(f"Run {number + 1}, seed {seed} …", flush=True)
    emptying._owner.cache_clear()  # PostgreSQL was restarted in the run before
    emptying.empty()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running()) for name in NETWORKS}
        hosts = [host for server in servers.values() for host in server.allow]
        logs = place / f"run-{number}"
        logs.mkdir()
        crew = Crew(logs, place, hosts)
        stack.callback(crew.stop)
        crew.revive()
        crew.wait()
        chaos = Chaos(seed, make_cast(), servers, crew, _restarts(place / "servers"))
        chaos.prepare()
        settings.PRIVATE_HOSTS_ALLOWED = hosts
        chaos.ask(options.deliveries // 4, options.seconds * 0.8)
        chaos.put(options.deliveries, options.seconds * 0.8)
        chaos.play(options.seconds, patience=240)
        count = chaos.count()
        if options.behaviours:
            chaos.record(options.behaviours)
        print(count.line(), flush=True)
        return count


def _restarts(servers: Path) -> dict[str, Callable[[], None]]:
    from django.conf import settings
    from django.db import connection

    from launcher import postgres, valkey

    def restart_postgres() -> None:
        connection.close()
        postgres.stop(servers)
        postgres.start(servers)

    def restart_valkey() -> None:
        forget(settings.REDIS_URL)
        valkey.stop(servers)
        valkey.start(servers)

    return {
        "PostgreSQL restarted": restart_postgres,
        "Valkey restarted empty": restart_valkey,
        "Valkey flushed": lambda: forget(settings.REDIS_URL),
    }


def forget(address: str) -> None:
    import redis

    with redis.Redis.from_url(address) as store:
        store.flushdb()


if __name__ == "__main__":
    sys.exit(main())
