"""The publisher at work: sleep until something is due, claim as much as there are free hands, deliver.

- A *hand* is a thread with a database connection. Nearly all of its time it waits for a network, so a process has many.
- What is due is claimed the moment before a hand begins with it. Nothing lies claimed in a queue, so what is urgent
  overtakes everything, and municipalities take turns (`delivery.domain.claim.round_robin`).
- It sleeps until the next due time. PostgreSQL wakes it when something becomes due meanwhile (`DOORBELL`), a hand when
  it is free. Behind a pooler that forwards no notifications the longest sleep of a second takes their place.
- Any number may run, on any number of machines: claims skip what another one holds.
- Asked to stop it claims no more and finishes the calls in hand. A call that outlives the time limit of a task cannot
  be ended from within: the process then claims no more either, and ends without it.
"""

import logging
import os
import select
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg2

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from delivery import queries, rules
from delivery.domain import claim
from delivery.domain.deliver import make
from delivery.models import NOTIFY_CHANNEL

log = logging.getLogger(__name__)

HEARTBEAT_KEY = "heartbeat:publisher"
HEARTBEAT_SECONDS = 15
MAX_SLEEP = 1.0
# Under load hands become free one by one. Claiming for several at once costs a fraction, and nobody waits longer.
CLAIM_INTERVAL = 0.08
RECONNECT_DELAY = 1.0


def send_heartbeat() -> None:
    """For `alive`, and for `/readyz`. Publishing itself does not need Valkey."""
    _with_valkey(lambda: cache.set(HEARTBEAT_KEY, 1, HEARTBEAT_SECONDS))


def clear_heartbeat() -> None:
    _with_valkey(lambda: cache.delete(HEARTBEAT_KEY))


def has_heartbeat() -> bool:
    """Whether a publisher gave a sign of late. Raises what Valkey's client raises."""
    return cache.get(HEARTBEAT_KEY) is not None


def _with_valkey(say: Callable[[], object]) -> None:
    try:
        say()
    except Exception as problem:
        log.warning("Valkey does not answer (%s)", type(problem).__name__)


@dataclass
class ActiveCall:
    """`signed_at`: when it last gave a sign of life. `limit`: how many seconds it may go without one."""

    heartbeat_at: float
    server: str
    heavy: bool
    slow: bool = False
    limit: float = 0

    @classmethod
    def of(cls, work: claim.Work) -> "ActiveCall":
        payload = work.delivery.payload
        slow = rules.is_slow(payload)
        limit = settings.VIDEO_TASK_TIME_LIMIT if slow else settings.CELERY_TASK_TIME_LIMIT
        return cls(time.monotonic(), work.delivery.channel.server, rules.brings_files(payload), slow, limit)

    def heartbeat(self) -> None:
        self.heartbeat_at = time.monotonic()


class Capacity:
    """A quarter of the hands is kept from uploads, and from any one server: what is slow never takes all of them.

    Videos take half of the hands at most, so that a text finds a free one also where all of them go to one server.
    """

    def __init__(self, threads: int, busy: Iterable[ActiveCall]) -> None:
        self.most = max(threads * 3 // 4, 1)
        self.most_slow = max(threads // 2, 1)
        calls = list(busy)
        self.heavy = sum(call.heavy for call in calls)
        self.slow = sum(call.slow for call in calls)
        self.servers = Counter(call.server for call in calls)

    def takes(self, head: queries.QueueHead) -> bool:
        """Whether there is room for this one, which then counts."""
        full = (head.heavy and self.heavy >= self.most) or (head.slow and self.slow >= self.most_slow)
        if full or self.servers[head.server] >= self.most:
            return False
        self.heavy += head.heavy
        self.slow += head.slow
        self.servers[head.server] += 1
        return True


class Dispatcher:
    """Call `run`; `stop` may be called from a signal handler. `pulse` is called about once a second.

    `longest_sleep`: seconds after which it looks even if nothing wakes it.
    """

    def __init__(
        self, threads: int, *, pulse: Callable[[], None] = lambda: None, longest_sleep: float = MAX_SLEEP
    ) -> None:
        self.threads = threads
        self.longest_sleep = longest_sleep
        self.pulse = pulse
        self.stopping = False
        self.busy: dict[int, ActiveCall] = {}  # by delivery id
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hand")
        self._listens: object = None
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wakes, False)
        self._claimed_at = self._second_at = 0.0

    def run(self) -> bool:
        """Until `stop`, or until a call does not end. Whether every call in hand was finished."""
        while not self.stopping and not self._late():
            try:
                self._sleep(self._round())
            except (DatabaseError, psycopg2.Error) as problem:
                log.warning("The database does not answer (%s); trying again", type(problem).__name__)
                connection.close()
                time.sleep(RECONNECT_DELAY)
        while self.busy.keys() - self._late():
            self.pulse()
            time.sleep(0.05)
        return not self.busy

    def stop(self) -> None:
        self.stopping = True
        self._wake()

    def _round(self) -> float:
        """Claim for the free hands. How many seconds there may be nothing to do."""
        now = timezone.now()
        if time.monotonic() - self._second_at >= 1:
            self._second_at = time.monotonic()
            self.pulse()
            claim.settle_overdue(now)
        if free := self.threads - len(self.busy):
            self._claimed_at = time.monotonic()
            for work in claim.take_due(now, free, Capacity(self.threads, self.busy.copy().values()).takes):
                self.busy[work.delivery.pk] = call = ActiveCall.of(work)
                self._pool.submit(self._deliver, work, call)
        at = queries.next_due(now)
        seconds = (at - timezone.now()).total_seconds() if at else self.longest_sleep
        return min(max(seconds, 0.0), self.longest_sleep)

    def _deliver(self, work: claim.Work, call: ActiveCall) -> None:
        try:
            make(work.delivery, work.attempt, call.heartbeat)
        except Exception:
            # Nothing is lost: the lease runs out and the sweeper settles it by what stands in the database.
            log.exception("Delivery %s: the attempt was left to the sweeper", work.delivery.pk)
            connection.close()
        finally:
            del self.busy[work.delivery.pk]
            self._wake()

    def _late(self) -> set[int]:
        """Calls that are longer without a sign of life than a task may take."""
        now = time.monotonic()
        return {pk for pk, call in self.busy.copy().items() if call.heartbeat_at < now - call.limit}

    def _sleep(self, seconds: float) -> None:
        """Until a hand is free, the doorbell rings, or `seconds` are over."""
        postgres = self._listening()
        if not postgres.notifies:
            select.select([postgres, self._woken], [], [], seconds)
            postgres.poll()
        postgres.notifies.clear()
        with suppress(BlockingIOError):
            os.read(self._woken, 65536)
        if self.busy and (early := self._claimed_at + CLAIM_INTERVAL - time.monotonic()) > 0:
            time.sleep(early)

    def _listening(self) -> Any:
        """The connection under Django's, which has asked to be notified. A notification needs no query to arrive."""
        connection.ensure_connection()
        if self._listens is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {NOTIFY_CHANNEL}")
            self._listens = connection.connection
        return connection.connection

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wakes, b".")
