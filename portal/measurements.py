"""Durations of requests and tasks for `/metrics`: sums of all processes of all machines, in Valkey.

A process adds up in its memory and writes to Valkey every few seconds, from a thread of its own: no request waits for
it, and none notices that Valkey is away. What is measured meanwhile is written later. A process that is killed takes
the last seconds with it. Nothing is measured without METRICS_TOKEN.
"""

import atexit
import contextlib
import json
import logging
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from celery.signals import task_postrun, task_prerun, worker_process_shutdown

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from portal.access_log import route_of

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
VALKEY_SECONDS = 2
# Upper bounds in seconds; the last bucket has none.
REQUEST_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
TASK_BUCKETS = (0.1, 1.0, 10.0, 60.0)
SUM, FAILURES = "sum", "failures"


@dataclass(frozen=True)
class Measure:
    """A histogram. `labels` are the names of its labels; their values are few and never come from outside."""

    name: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...]

    @property
    def key(self) -> str:
        return f"metrics:{self.name}"


REQUESTS = Measure("http_request_seconds", ("route", "status"), REQUEST_BUCKETS)
TASKS = Measure("task_seconds", ("task",), TASK_BUCKETS)


@dataclass
class Series:
    """What was measured for one combination of labels. `counts`: by bucket, not cumulative."""

    counts: list[int]
    seconds: float = 0.0
    failures: int = 0


class Recorder:
    """The sums of this process that are not in Valkey yet."""

    def __init__(self, flush_seconds: float = FLUSH_SECONDS) -> None:
        self.flush_seconds = flush_seconds
        self.restart()

    def restart(self) -> None:
        """A forked process has neither the thread nor the holder of the lock; the sums are its parent's."""
        self.lock = threading.Lock()
        self.pending: dict[tuple[str, str], float] = {}  # by key and field
        self.thread: threading.Thread | None = None

    def observe(self, measure: Measure, labels: Sequence[str], seconds: float, *, failed: bool = False) -> None:
        with self.lock:
            self._add(measure, labels, str(bisect_left(measure.buckets, seconds)), 1)
            self._add(measure, labels, SUM, seconds)
            if failed:
                self._add(measure, labels, FAILURES, 1)
            if self.thread is None:
                self.thread = threading.Thread(target=self._flush_for_ever, name="measurements", daemon=True)
                self.thread.start()

    def _add(self, measure: Measure, labels: Sequence[str], part: str, value: float) -> None:
        name = (measure.key, json.dumps([*labels, part]))
        self.pending[name] = self.pending.get(name, 0) + value

    def flush(self) -> None:
        """Write to Valkey; what could not be written stays."""
        with self.lock:
            taken, self.pending = self.pending, {}
        if not taken:
            return
        try:
            with _valkey() as valkey, valkey.pipeline(transaction=True) as pipe:
                for (key, name), value in taken.items():
                    pipe.hincrbyfloat(key, name, value)
                pipe.execute()
        except (redis.RedisError, OSError) as problem:
            log.warning("Valkey does not answer: %s", problem)
            with self.lock:
                for part, value in taken.items():
                    self.pending[part] = self.pending.get(part, 0) + value

    def _flush_for_ever(self) -> None:
        while True:
            time.sleep(self.flush_seconds)
            with contextlib.suppress(Exception):  # it must outlive whatever one attempt does
                self.flush()


recorder = Recorder()
os.register_at_fork(after_in_child=recorder.restart)
atexit.register(recorder.flush)


def _valkey() -> redis.Redis:
    patience = {"socket_timeout": VALKEY_SECONDS, "socket_connect_timeout": VALKEY_SECONDS}
    return redis.Redis.from_url(settings.REDIS_URL, **patience)


def read(measure: Measure) -> dict[tuple[str, ...], Series]:
    """By the values of the labels; empty when Valkey does not answer."""
    try:
        with _valkey() as valkey:
            stored = valkey.hgetall(measure.key)
    except (redis.RedisError, OSError):
        return {}
    series: dict[tuple[str, ...], Series] = defaultdict(lambda: Series([0] * (len(measure.buckets) + 1)))
    for name, value in stored.items():
        *labels, part = json.loads(name)
        entry = series[tuple(labels)]
        if part == SUM:
            entry.seconds = float(value)
        elif part == FAILURES:
            entry.failures = int(float(value))
        elif int(part) < len(entry.counts):  # an older release may have had more buckets
            entry.counts[int(part)] = int(float(value))
    return dict(sorted(series.items()))


class MeasureMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        labels = (route_of(request).pattern, f"{response.status_code // 100}xx")
        recorder.observe(REQUESTS, labels, time.perf_counter() - started)
        return response


def watch_tasks() -> None:
    """Measure each task of this process from now on, if there is a METRICS_TOKEN."""
    if settings.METRICS_TOKEN:
        task_prerun.connect(_note_start, dispatch_uid="portal.measurements")
        task_postrun.connect(_record_task, dispatch_uid="portal.measurements")
        worker_process_shutdown.connect(_write_rest, dispatch_uid="portal.measurements")


def _note_start(task: Any = None, **_: Any) -> None:
    task.request.measured_since = time.perf_counter()


def _record_task(task: Any = None, state: str | None = None, **_: Any) -> None:
    seconds = time.perf_counter() - getattr(task.request, "measured_since", time.perf_counter())
    recorder.observe(TASKS, (task.name,), seconds, failed=state == "FAILURE")


def _write_rest(**_: Any) -> None:
    # A pool process of Celery ends without calling what `atexit` registered.
    recorder.flush()
