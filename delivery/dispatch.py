"""The publisher: sleep until something is due, claim as much as there are free threads, deliver.

- Each publisher thread has a database connection. It waits for a network nearly all of its time, so a process has many.
- What is due is claimed the moment before a thread begins with it. Nothing lies claimed in a queue, so what is urgent
  overtakes everything, and municipalities take turns (`delivery.domain.claim.round_robin`).
- It sleeps until the next due time. PostgreSQL wakes it when something becomes due meanwhile (`delivery.wakeup`), a
  thread when it is free. Without notifications the longest sleep of a second takes their place.
- Any number may run, on any number of machines: claims skip what another one holds. Each renews the leases of its
  calls while it is alive, and settles what a dead one left, also without Valkey and periodic tasks.
- While the clock of its machine is wrong (`common.clock`) it claims nothing, renews nothing and gives no heartbeat.
- Asked to stop it claims no more and finishes the calls under way. A call that outlives the time limit of a task cannot
  be ended from within: the process then claims no more either, and ends without it.

A Celery worker of the queue `publishing` runs one (`portal.celery_publisher`).
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
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from common import clock
from delivery import queries, rules
from delivery.domain import attempts, claim, sweep
from delivery.domain.deliver import make
from delivery.wakeup import WakeUpListener
from municipalities.tenancy import everywhere

log = logging.getLogger(__name__)

MAX_SLEEP = 1.0
# Share of LEASE_SECONDS after which leases are renewed: a database that restarts costs none.
RENEW_AFTER = 0.2
# Under load threads become free one by one. Claiming for several at once costs a fraction, and nobody waits longer.
CLAIM_INTERVAL = 0.08
RECONNECT_DELAY = 1.0


@dataclass
class ActiveCall:
    """`heartbeat_at`: when it last made progress. `limit`: how many seconds it may go without progress."""

    heartbeat_at: float
    server: str
    heavy: bool
    slow: bool = False
    limit: float = 0
    attempt: int = 0

    @classmethod
    def of(cls, work: claim.Work) -> "ActiveCall":
        payload = work.delivery.payload
        slow = rules.is_slow(payload)
        limit = settings.VIDEO_TASK_TIME_LIMIT if slow else settings.CELERY_TASK_TIME_LIMIT
        heavy = rules.brings_files(payload)
        return cls(time.monotonic(), work.delivery.channel.server, heavy, slow, limit, work.attempt.pk)

    def heartbeat(self) -> None:
        self.heartbeat_at = time.monotonic()


class Capacity:
    """A quarter of the threads is kept from uploads, and from any one server: what is slow never takes all of them.

    Videos take half of the threads at most, so that a text finds a free one also where all of them go to one server.
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

    `longest_sleep`: seconds after which it claims even if nothing wakes it.
    """

    def __init__(
        self, threads: int, *, pulse: Callable[[], None] = lambda: None, longest_sleep: float = MAX_SLEEP
    ) -> None:
        self.threads = threads
        self.longest_sleep = longest_sleep
        self.pulse = pulse
        self.stopping = False
        self.busy: dict[int, ActiveCall] = {}  # by delivery id
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="publisher")
        self._wake_ups = WakeUpListener(self._wake)
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wakes, False)
        self._claimed_at = self._second_at = self._renewed_at = 0.0
        self._clock_is_wrong = False

    def run(self) -> bool:
        """Until `stop`, or until a call does not end. Whether every call under way was finished."""
        self._wake_ups.start()
        try:
            self._claim_until_stopped()
            while self.busy.keys() - self._late():
                self.pulse()
                with suppress(DatabaseError):
                    self._renew()
                time.sleep(0.05)
        finally:
            self._wake_ups.stop()
        return not self.busy

    def _claim_until_stopped(self) -> None:
        while not self.stopping and not self._late():
            try:
                self._sleep(self._round())
            except DatabaseError as problem:
                log.warning("The database does not answer; trying again: %s", problem)
                connection.close()
                time.sleep(RECONNECT_DELAY)

    def stop(self) -> None:
        self.stopping = True
        self._wake()

    def _round(self) -> float:
        """Claim for the free threads. How many seconds there may be nothing to do."""
        second_is_over = time.monotonic() - self._second_at >= 1
        if second_is_over:
            self._second_at = time.monotonic()
            self._compare_clocks()
        if self._clock_is_wrong:
            return self.longest_sleep
        now = timezone.now()
        self._renew()
        if second_is_over:
            self.pulse()
            with everywhere("settle what dead publishers left"):
                sweep.expired_leases(now)
            claim.settle_overdue(now)
            self._begin(claim.take_opened(self.threads - len(self.busy)))
        if free := self.threads - len(self.busy):
            self._claimed_at = time.monotonic()
            self._begin(claim.take_due(now, free, Capacity(self.threads, self.busy.copy().values()).takes))
        at = queries.next_due(now)
        seconds = (at - timezone.now()).total_seconds() if at else self.longest_sleep
        return min(max(seconds, 0.0), self.longest_sleep)

    def _compare_clocks(self) -> None:
        ahead = clock.seconds_ahead()
        was_wrong, self._clock_is_wrong = self._clock_is_wrong, clock.is_wrong(ahead)
        if self._clock_is_wrong and not was_wrong:
            log.error(clock.sentence(ahead))
        elif was_wrong and not self._clock_is_wrong:
            log.warning("The clock of this machine is right again; publishing goes on")

    def _renew(self) -> None:
        """While this process is alive, so are the leases of its calls; not of one that makes no progress."""
        if time.monotonic() - self._renewed_at < settings.LEASE_SECONDS * RENEW_AFTER:
            return
        self._renewed_at, late = time.monotonic(), self._late()
        if ids := [call.attempt for pk, call in self.busy.copy().items() if pk not in late]:
            with everywhere("renew the leases of calls under way"):
                attempts.renew_leases(ids, timezone.now())

    def _begin(self, works: Iterable[claim.Work]) -> None:
        for work in works:
            self.busy[work.delivery.pk] = call = ActiveCall.of(work)
            self._pool.submit(self._deliver, work, call)

    def _deliver(self, work: claim.Work, call: ActiveCall) -> None:
        try:
            make(work.delivery, work.attempt, call.heartbeat)
        except Exception:
            # Nothing is lost: the lease runs out and a sweep settles it by what stands in the database.
            log.exception("Delivery %s: the attempt was left to the sweeper", work.delivery.pk)
            connection.close()
        finally:
            del self.busy[work.delivery.pk]
            self._wake()

    def _late(self) -> set[int]:
        """Calls that have made no progress for longer than a task may take."""
        now = time.monotonic()
        return {pk for pk, call in self.busy.copy().items() if call.heartbeat_at < now - call.limit}

    def _sleep(self, seconds: float) -> None:
        """Until a thread is free, a wake-up comes, or `seconds` are over."""
        select.select([self._woken], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._woken, 65536)
        if self.busy and (early := self._claimed_at + CLAIM_INTERVAL - time.monotonic()) > 0:
            time.sleep(early)

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wakes, b".")


def publish_due(now: datetime, limit: int = 50) -> list[claim.Work]:
    """Send what is due at `now` in this thread, where no publisher runs. Returns what was claimed."""
    claim.settle_overdue(now)
    works = [*claim.take_opened(limit), *claim.take_due(now, limit)]
    for work in works:
        make(work.delivery, work.attempt)
    return works
