"""The schedule of periodic tasks, as a part of the workers of the queue `portal` (Celery's beat, without a process of
its own).

Every such worker runs it in a thread, and the one that holds a lease sends. When that worker ends, the lease is free at
once; when it is killed, a few seconds later. Two that send at the same time are harmless: a message only makes a worker
look for what is due.

What runs every few seconds and mostly has nothing to do (`portal.conditions`) is sent when there is something, and once
a minute in any case.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from datetime import UTC, timedelta
from typing import Any

from celery import bootsteps
from celery.beat import Scheduler

from django.db import close_old_connections, connection
from django.db.utils import Error as DatabaseError
from django.utils import timezone

from portal import queues
from portal.schedule import SCHEDULE

log = logging.getLogger(__name__)

LEASE = "schedule"
LEASE_SECONDS = 10.0
RENEW_SECONDS = 3.0
# How long it sleeps at most; a stop waits for it.
STEP_SECONDS = 1.0
RETRY_SECONDS = 5.0
STOP_SECONDS = 5.0
# Entries that are sent less often than this are remembered in the database.
REMEMBERED_SECONDS = 60.0
# A condition that is wrong costs this much time and no more.
REGARDLESS_SECONDS = 60.0


class LeasedScheduler(Scheduler):
    """Celery's scheduler, which sends only while this process holds the lease."""

    # `Scheduler.tick` passes it on: each message takes a connection of the pool of the app.
    producer: Any = None

    def __init__(self, app: Any, holder: str, **options: Any) -> None:
        self.holder = holder
        self.is_holder = False
        self._renew_at = 0.0
        # By name of entry, in seconds of `time.monotonic`.
        self._sent_at: dict[str, float] = {}
        super().__init__(app, schedule={}, max_interval=STEP_SECONDS, **options)  # type: ignore[arg-type]

    def setup_schedule(self) -> None:
        self.update_from_dict(SCHEDULE)

    def adjust(self, n: Any, drift: float = 0.0) -> Any:
        """Celery would wake up a hundredth of a second before each task, and then try again and again until then."""
        return super().adjust(n, drift)

    def schedules_equal(self, old_schedules: Any, new_schedules: Any) -> bool:
        """Nothing changes it while it runs; Celery would compare all entries at each step."""
        return True

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send one task that is due. Returns the seconds until the next one, `STEP_SECONDS` at most."""
        if not self._hold():
            return STEP_SECONDS
        return float(super().tick(*args, **kwargs))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Also called when there is nothing to do for it; its next time is an interval from now either way."""
        if self._is_needed(entry.name):
            super().apply_entry(entry, producer=producer)

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        """Raises when the message could not be sent, which `apply_entry` logs: then it was not sent."""
        sent = super().apply_async(entry, *args, **kwargs)
        self._sent_at[entry.name] = time.monotonic()
        if _is_remembered(entry):
            _remember(entry.name)
        return sent

    def release(self) -> None:
        from common import leases

        if self.is_holder:
            self.is_holder = False
            leases.release(LEASE, self.holder)

    def _hold(self) -> bool:
        from common import leases

        if time.monotonic() >= self._renew_at:
            had_it, self.is_holder = self.is_holder, False  # also if the database does not answer
            self.is_holder = leases.hold(LEASE, self.holder, LEASE_SECONDS)
            self._renew_at = time.monotonic() + RENEW_SECONDS
            if self.is_holder and not had_it:
                self._take_over()
        return self.is_holder

    def _take_over(self) -> None:
        """Continue where the last holder stopped."""
        from common.models import PeriodicRun

        log.info("This worker sends the periodic tasks from now on")
        entries: dict[str, Any] = {name: entry for name, entry in self.schedule.items() if _is_remembered(entry)}
        now = timezone.now()
        # A task that was never sent is due after its interval, counted from here.
        PeriodicRun.objects.bulk_create(
            [PeriodicRun(name=name, sent_at=now) for name in entries], ignore_conflicts=True
        )
        sent_at = dict(PeriodicRun.objects.values_list("name", "sent_at"))
        for name, entry in entries.items():
            # Not in the future, where a clock was wrong: it would not be sent until then.
            entry.last_run_at = min(sent_at[name], now).astimezone(UTC)
        # `/readyz` waits for it.
        heartbeat = self.schedule["heartbeat"]
        heartbeat.last_run_at = (now - timedelta(days=1)).astimezone(UTC)
        self.populate_heap()

    def _is_needed(self, name: str) -> bool:
        from portal.conditions import CONDITIONS

        condition = CONDITIONS.get(name)
        if condition is None or time.monotonic() - self._sent_at.get(name, -REGARDLESS_SECONDS) >= REGARDLESS_SECONDS:
            return True
        return condition()


class PeriodicTasks(bootsteps.StartStopStep):
    """Runs the scheduler in a thread of the worker."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        return queues.DEFAULT in worker.app.amqp.queues.consume_from

    def create(self, worker: Any) -> None:
        holder = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self.scheduler = LeasedScheduler(worker.app, holder)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name="periodic-tasks", daemon=True)

    def start(self, worker: Any) -> None:
        self.thread.start()

    def close(self, worker: Any) -> None:
        self.stopping.set()

    def stop(self, worker: Any) -> None:
        self.stopping.set()
        # Without Valkey it may be waiting for a connection, and the process ends without it.
        if self.thread.is_alive():
            self.thread.join(STOP_SECONDS)

    def info(self, worker: Any) -> dict[str, Any]:  # type: ignore[override]  # the stubs say None
        return {"periodic_tasks": {"sends": self.scheduler.is_holder}}

    def _run(self) -> None:
        seconds = 0.0
        while not self.stopping.wait(seconds):
            try:
                seconds = self.scheduler.tick()
            except DatabaseError as problem:
                log.warning("No periodic task is sent: %s", problem)
                seconds = RETRY_SECONDS
            except Exception:
                log.exception("A periodic task could not be sent")
                seconds = RETRY_SECONDS
            finally:
                close_old_connections()
        try:
            self.scheduler.release()
        except DatabaseError as problem:
            log.warning("The lease of the periodic tasks was not given back: %s", problem)
        connection.close()


def _is_remembered(entry: Any) -> bool:
    return bool(entry.schedule.run_every.total_seconds() > REMEMBERED_SECONDS)


def _remember(name: str) -> None:
    from common.models import PeriodicRun

    PeriodicRun.objects.filter(name=name).update(sent_at=timezone.now())
