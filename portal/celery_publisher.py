"""Publishing as a part of a Celery worker: a worker of the queue `publishing` empties the outbox.

    celery --app portal.celery worker --queues publishing --pool threads --concurrency 16

`--concurrency` is how many calls of this process may be under way at once. Messages play no part in it: the step reads
the outbox and is woken by PostgreSQL, so that posts go out while Valkey is down. `celery inspect ping` and `stats` show
the worker like any other; SIGTERM lets the calls in hand finish.
"""

import gc
import logging
import os
import threading
from typing import Any

from celery import bootsteps
from celery.concurrency.thread import TaskPool

from portal import queues

log = logging.getLogger(__name__)


class Publisher(bootsteps.StartStopStep):
    """Runs a `delivery.dispatch.Dispatcher` in a thread of the worker."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        threads = issubclass(worker.pool_cls, TaskPool)
        return threads and queues.PUBLISHING in worker.app.amqp.queues.consume_from

    def start(self, worker: Any) -> None:
        from delivery import dispatch

        gc.collect()
        gc.freeze()
        self.dispatcher = dispatch.Dispatcher(worker.concurrency, pulse=dispatch.send_heartbeat)
        self.thread = threading.Thread(target=self._run, name="publisher")
        self.thread.start()

    def _run(self) -> None:
        self.finished = self.dispatcher.run()

    def close(self, worker: Any) -> None:
        self.dispatcher.stop()

    def stop(self, worker: Any) -> None:
        self.dispatcher.stop()
        self.thread.join()
        if not self.finished:
            logging.shutdown()
            os._exit(1)

    def info(self, worker: Any) -> dict[str, Any]:  # type: ignore[override]
        return {"publisher": {"threads": self.dispatcher.threads, "busy": len(self.dispatcher.busy)}}
