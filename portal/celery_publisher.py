"""Publishing as a part of a Celery worker: a worker of the queue `publishing` empties the outbox.

    celery --app portal.celery worker --queues publishing --pool threads --concurrency 32

- `--concurrency` is how many calls of this process may be under way at once. For more than one core start several.
- Messages play no part in it: the step reads the outbox and PostgreSQL wakes it, so posts go out while Valkey is down.
- `celery status`, `inspect ping` and `inspect stats` show it like any other worker, `stats` with the calls under way.
- SIGTERM lets the calls under way finish, SIGQUIT ends at once.
- When a call does not end, or the publisher itself fails, the process ends; whoever supervises it starts another.
"""

import gc
import logging
import os
import threading
from typing import Any

from celery import bootsteps
from celery.concurrency.thread import TaskPool

from django.conf import settings
from django.db import connections

from portal import queues

log = logging.getLogger(__name__)

IDLE_MILLISECONDS = 10_000


class Publisher(bootsteps.StartStopStep):
    """Runs a `delivery.dispatch.Dispatcher` in a thread of the worker, from before it is connected to Valkey."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        return queues.PUBLISHING in worker.app.amqp.queues.consume_from

    def create(self, worker: Any) -> None:
        if not issubclass(worker.pool_cls, TaskPool):
            raise SystemExit(f"A worker of the queue {queues.PUBLISHING!r} needs --pool threads.")

    def start(self, worker: Any) -> None:
        from delivery import dispatch, heartbeat
        from portal import alerts

        _give_up_locks_when_cut_off()
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection has to go through it again
        self.dispatcher = dispatch.Dispatcher(worker.concurrency, pulse=heartbeat.send_heartbeat)
        self.thread = threading.Thread(target=self._run, name="publishing", daemon=True)
        self.thread.start()
        # The periodic check comes through Valkey and a worker: what if one of these is what does not work?
        self.alerts = alerts.Watcher()
        self.alerts.start()

    def close(self, worker: Any) -> None:
        self.dispatcher.stop()

    def stop(self, worker: Any) -> None:
        self.alerts.stop()
        self.dispatcher.stop()
        self.thread.join()

    def terminate(self, worker: Any) -> None:
        _exit()

    def info(self, worker: Any) -> dict[str, Any]:  # type: ignore[override]  # the stubs say None
        return {"publisher": {"threads": self.dispatcher.threads, "busy": len(self.dispatcher.busy)}}

    def _run(self) -> None:
        from delivery import heartbeat

        finished = False
        try:
            finished = self.dispatcher.run()
        except Exception:
            log.exception("The publisher failed")
        # Others that run say within a second that they do.
        heartbeat.clear_heartbeat()
        if not finished:
            log.error("The publisher ends with a call under way; its lease runs out")
            _exit()


def _give_up_locks_when_cut_off() -> None:
    """For connections that are opened from now on: PostgreSQL ends a transaction that goes on with nothing for ten
    seconds, so that a machine that was cut off from it holds no row that another one would send. The publisher's
    transactions never wait for a network.

    A pooler knows no session, and notices itself that its client is gone.
    """
    if not settings.DATABASE_DIRECT_URL:
        options = connections.settings["default"].setdefault("OPTIONS", {})
        options.setdefault("options", f"-c idle_in_transaction_session_timeout={IDLE_MILLISECONDS}")


def _exit() -> None:
    """Not sys.exit: a call that does not end must not keep the process."""
    logging.shutdown()
    os._exit(1)
