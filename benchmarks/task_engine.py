"""For comparison only: publishing by Celery tasks that go through the broker.

A worker of this application listens for wake-ups of PostgreSQL on a connection of its own and sends `drain` tasks; each
claims a batch with the product's own claim and makes its calls one after the other.
"""

import select
import threading
import time
from typing import Any

import django

django.setup()

import psycopg2  # noqa: E402
from celery import bootsteps, shared_task  # noqa: E402

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from delivery import dispatch, queries  # noqa: E402
from delivery.domain import claim, deliver  # noqa: E402
from delivery.models import NOTIFY_CHANNEL  # noqa: E402
from portal.celery import app  # noqa: E402
from portal.celery_publisher import Publisher  # noqa: E402
from portal.queues import PUBLISHING  # noqa: E402

BATCH = 2
MAX_SLEEP = 1.0


@shared_task(name="benchmarks.drain")
def drain() -> None:
    """Claim a batch and send it; the next batch is the next message's."""
    works = claim.take_due(timezone.now(), BATCH)
    for work in works:
        deliver.make(work.delivery, work.attempt)
    if works:
        drain.apply_async(queue=PUBLISHING)


class WakeUp(bootsteps.StartStopStep):
    """Sends one `drain` for each batch that is due."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        self.stopped = threading.Event()
        threading.Thread(target=self._listen, args=(worker.concurrency,), daemon=True).start()

    def stop(self, worker: Any) -> None:
        self.stopped.set()

    def _listen(self, most: int) -> None:
        listening = psycopg2.connect(**connection.get_connection_params())
        listening.autocommit = True
        listening.cursor().execute(f"LISTEN {NOTIFY_CHANNEL}")
        sent_at = second_at = 0.0
        while not self.stopped.is_set():
            now = timezone.now()
            if time.monotonic() - second_at >= 1:
                second_at = time.monotonic()
                claim.settle_overdue(now)
                dispatch.send_heartbeat()
            due = queries.ready(now).count()
            if due and time.monotonic() - sent_at >= 1:
                sent_at = time.monotonic()
                for _ in range(min(most, -(-due // BATCH))):
                    drain.apply_async(queue=PUBLISHING)
            elif due:
                drain.apply_async(queue=PUBLISHING)
            at = queries.next_due(now)
            seconds = (at - timezone.now()).total_seconds() if at else MAX_SLEEP
            listening.poll()
            if not listening.notifies:
                select.select([listening], [], [], min(max(seconds, 0.0), MAX_SLEEP))
                listening.poll()
            listening.notifies.clear()


# Otherwise Celery closes the connection to the database before and after each task.
app.conf["CELERY_DB_REUSE_MAX"] = 10**6
app.steps["worker"].discard(Publisher)
app.steps["worker"].add(WakeUp)
