"""The time limit of tasks in workers whose pool has threads, where Celery knows none: a thread cannot be stopped.

A task that runs longer than its limit ends the whole process, as its supervisor starts another. Its other tasks are
delivered again, or find their work when they are next due, as after any crash.
"""

import logging
import os
import threading
import time
from typing import Any

from celery import bootsteps
from celery.concurrency.thread import TaskPool
from celery.worker import state

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0


class TimeLimit(bootsteps.StartStopStep):
    """Checks the tasks of this worker, in a thread of its own."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        return issubclass(worker.pool_cls, TaskPool)

    def create(self, worker: Any) -> None:
        self.default = worker.app.conf.task_time_limit
        # By id of request: when it was first seen running, in seconds of `time.monotonic`. A clock may be set.
        self.began_at: dict[str, float] = {}

    def start(self, worker: Any) -> None:
        # Until the process ends: a worker that is asked to stop waits for its tasks.
        threading.Thread(target=self._check, name="time-limit", daemon=True).start()

    def _check(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            if late := self._late():
                log.error("The task %s runs longer than its time limit; this process ends", late.name)
                logging.shutdown()
                os._exit(1)

    def _late(self) -> Any:
        """A request that has run for too long; None if there is none."""
        now = time.monotonic()
        try:
            running = {request.id: request for request in state.active_requests}
        except RuntimeError:  # one has just begun
            return None
        self.began_at = {key: self.began_at.get(key, now) for key in running}
        for key, request in running.items():
            limit = request.task.time_limit or self.default
            if limit and now - self.began_at[key] > limit:
                return request
        return None
