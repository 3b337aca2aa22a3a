"""Real Celery workers in processes of their own, made to be killed."""

from __future__ import annotations

import contextlib
import os
import random
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
# Only to end the wait for what never comes: a worker takes seconds to start, and many times that on a slow machine.
PATIENCE_SECONDS = 300
# The worker lives on while other tests run; what they ring for is none of its business.
QUEUE = "crash"


def environment(media: Path, hosts: list[str]) -> dict[str, str]:
    own = {**os.environ, **TIMES, "PRIVATE_HOSTS_ALLOWED": ",".join(hosts), "CRASH_MEDIA": str(media)}
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    query = os.environ["DATABASE_URL"].partition("?")[2]
    own["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}" + (f"?{query}" if query else "")
    return {**own, "LOG_LEVEL": "INFO", "CONN_MAX_AGE": "60"}


class Workers:
    """One worker at a time, with `CONCURRENCY` processes."""

    def __init__(self, logs: Path, media: Path, hosts: list[str]) -> None:
        self.logs, self.media, self.hosts = logs, media, hosts
        self.process: subprocess.Popen[bytes] | None = None
        self.killed = 0
        self.started = 0

    def start(self) -> None:
        """Start one and wait until it answers."""
        if self.process and self.process.poll() is None:
            return
        self.started += 1
        log = self.logs / f"worker-{self.started}.log"
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-m", "celery", "--app", "tests.crash.app", "worker", "--loglevel", "INFO", *quiet]
        command += ["--queues", QUEUE]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--concurrency", str(CONCURRENCY)],
                env=environment(self.media, self.hosts), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: b" ready." in log.read_bytes(), PATIENCE_SECONDS, f"the worker did not start: {log}")

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
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children()


class Crew:
    """Two publishers with two processes each, and a worker for sweeping and looking: all made to be killed."""

    def __init__(self, logs: Path, media: Path, hosts: list[str]) -> None:
        self.logs, self.environment = logs, environment(media, hosts)
        python = [sys.executable, "-m"]
        publisher = [*python, "tests.crash.publisher", "--processes", "2", "--hands", "6"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", "2"]
        quiet += ["--queues", f"publishing,{QUEUE}"]
        worker = [*python, "celery", "--app", "tests.crash.app", "worker", "--loglevel", "INFO", *quiet]
        self.commands = {"publisher-1": publisher, "publisher-2": publisher, "worker": worker}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def revive(self) -> None:
        """Start whatever does not run."""
        for name, command in self.commands.items():
            if name not in self.running or self.running[name].poll() is not None:
                with (self.logs / f"{name}.log").open("ab") as out:
                    self.running[name] = subprocess.Popen(
                        command, env=self.environment, stdout=out, stderr=out, start_new_session=True
                    )

    def wait(self) -> None:
        """Until all of them are at work."""
        wait_for(
            lambda: all(len(self._children(name)) >= 2 for name in self.running),
            PATIENCE_SECONDS,
            "the crew did not start",
        )

    def kill(self, dice: random.Random) -> None:
        """kill -9 one process, now and then a whole program with all of its processes."""
        name = dice.choice(sorted(self.running))
        children = self._children(name)
        with contextlib.suppress(ProcessLookupError):
            if children and dice.random() < 0.8:
                os.kill(dice.choice(children).pid, signal.SIGKILL)
            else:
                os.killpg(self.running[name].pid, signal.SIGKILL)
                self.running[name].wait()

    def stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _children(self, name: str) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.running[name].pid).children()
        return []


def wait_for(condition: Any, seconds: float = PATIENCE_SECONDS, complaint: str = "it did not happen in time") -> Any:
    """Whatever `condition` returns once it is true. A busy machine may take long, a quiet one waits no longer."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := condition():
            return found
        time.sleep(0.03)
    raise AssertionError(complaint)
