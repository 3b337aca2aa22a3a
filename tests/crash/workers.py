"""Real Celery workers in processes of their own, made to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from django.db import connection

# Deadline of a call < time limit of a task < lease, as in the product, only shorter.
TIMES = {
    "CALL_DEADLINE_SECONDS": "2",
    "CELERY_TASK_TIME_LIMIT": "4",
    "LEASE_SECONDS": "5",
    "PICKUP_SECONDS": "2",
    "LOOK_APART_SECONDS": "2",
}
CONCURRENCY = 4
# The worker lives on while other tests run; what they ring for is none of its business.
QUEUE = "crash"


class Workers:
    """One worker at a time, with `CONCURRENCY` processes."""

    def __init__(self, logs: Path, media: Path, hosts: list[str]) -> None:
        self.logs, self.media, self.hosts = logs, media, hosts
        self.process: subprocess.Popen[bytes] | None = None
        self.killed = 0
        self.started = 0

    def environment(self) -> dict[str, str]:
        own = {**os.environ, **TIMES, "PRIVATE_HOSTS_ALLOWED": ",".join(self.hosts), "CRASH_MEDIA": str(self.media)}
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        query = os.environ["DATABASE_URL"].partition("?")[2]
        own["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}" + (f"?{query}" if query else "")
        return {**own, "LOG_LEVEL": "INFO", "CONN_MAX_AGE": "60"}

    def start(self) -> None:
        """Start one and wait until it answers."""
        if self.process and self.process.poll() is None:
            return
        self.started += 1
        log = self.logs / f"worker-{self.started}.log"
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-m", "celery", "--app", "tests.crash.app", "worker", "--loglevel", "INFO", *quiet]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--concurrency", str(CONCURRENCY), "--queues", QUEUE],
                env=self.environment(), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: b" ready." in log.read_bytes(), 60, f"the worker did not start: {log}")

    def kill(self) -> None:
        """kill -9, the pool's processes too: nobody tidies up."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.killed += 1

    def stop(self) -> None:
        """A polite end: what runs may finish."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children()


def wait_for(condition: Any, seconds: float, complaint: str = "it did not happen in time") -> Any:
    """Whatever `condition` returns once it is true."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := condition():
            return found
        time.sleep(0.03)
    raise AssertionError(complaint)
