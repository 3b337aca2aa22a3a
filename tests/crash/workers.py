"""Real Celery workers in processes of their own, made to be killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from django.db import connection

from portal import queues

# Deadline of a call < time limit of a task < lease, as in the product, only shorter.
TIMES = {
    "CALL_DEADLINE_SECONDS": "2",
    "CELERY_TASK_TIME_LIMIT": "4",
    "LEASE_SECONDS": "5",
    "TASK_LEASE_SECONDS": "5",
    "COMMIT_WINDOWS": '{"mastodon": 4, "facebook": 4, "instagram": 4, "telegram": 4}',
    # Beat and the other queues are missing on purpose.
    "ALERT_MINUTES": "0",
}
CONCURRENCY = 4
# Only to end the wait for what never comes: a worker takes seconds to start, and many times that on a slow machine.
PATIENCE_SECONDS = 300
# The worker lives on while other tests run; their messages are none of its business.
QUEUE = "crash"
SERVED = f"{queues.PUBLISHING},{QUEUE}"


def environment(media: Path, hosts: list[str]) -> dict[str, str]:
    own = {**os.environ, **TIMES, "PRIVATE_HOSTS_ALLOWED": ",".join(hosts), "CRASH_MEDIA": str(media)}
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    query = os.environ["DATABASE_URL"].partition("?")[2]
    own["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}" + (f"?{query}" if query else "")
    return {**own, "LOG_LEVEL": "INFO", "CONN_MAX_AGE": "60"}


def command(name: str, *, served: str = SERVED, pool: str = "threads", concurrency: int = CONCURRENCY) -> list[str]:
    """A worker of the product. One that serves `publishing` is a publisher."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    own = ["--queues", served, "--pool", pool, "--concurrency", str(concurrency), "--hostname", f"{name}@%h"]
    return [sys.executable, "-m", "celery", "--app", "tests.crash.app", "worker", *quiet, *own]


class Workers:
    """One worker at a time, which publishes and runs the outbox's tasks in `CONCURRENCY` threads each."""

    def __init__(self, logs: Path, media: Path, hosts: list[str]) -> None:
        self.logs, self.media, self.hosts = logs, media, hosts
        self.process: subprocess.Popen[bytes] | None = None
        self.more: dict[str, str] = {}
        self.wanted = False
        self.killed = 0
        self.started = 0
        self.name = f"crash-{uuid4().hex[:8]}"

    def start(self, ready: bytes = b" ready.") -> None:
        """Start one, or let it go on, and wait until its log says that it is `ready`."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            return
        self.wanted = True
        self.started += 1
        log = self.logs / f"worker-{self.started}.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command(self.name), env=environment(self.media, self.hosts) | self.more, stdout=out,
                stderr=out, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: ready in log.read_bytes(), PATIENCE_SECONDS, f"the worker did not start: {log}")

    def kill(self) -> None:
        """kill -9: nobody tidies up."""
        assert self.process is not None
        self.wanted = False
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.killed += 1

    def stop(self) -> None:
        """A polite end: what runs may finish."""
        self.wanted = False
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def revive(self) -> None:
        """The supervisor's part: start it again where it ended by itself, because of a call that did not end."""
        if self.wanted and self.process and self.process.poll() is not None:
            self.start()

    def log(self) -> bytes:
        """What the present process has written."""
        return (self.logs / f"worker-{self.started}.log").read_bytes()

    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def freeze(self, busy: Callable[[], object]) -> None:
        """Let it do nothing until the next `start`: it would publish what other tests put out. Not while it is `busy`
        in the database: a transaction that is frozen keeps its locks."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGSTOP)
        while busy():
            self.process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)


class Crew:
    """Three publishers, and a worker for sweeping and looking: all made to be killed."""

    def __init__(self, logs: Path, media: Path, hosts: list[str]) -> None:
        self.logs, self.environment = logs, environment(media, hosts)
        publishers = [f"publisher-{number}" for number in (1, 2, 3)]
        self.commands = {name: command(name, served=queues.PUBLISHING, concurrency=6) for name in publishers}
        served = f"{queues.OUTBOX},{QUEUE}"
        self.commands["worker"] = command("worker", served=served, pool="prefork", concurrency=2)
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
            lambda: all(b" ready." in (self.logs / f"{name}.log").read_bytes() for name in self.running),
            PATIENCE_SECONDS,
            "the crew did not start",
        )

    def kill(self, dice: random.Random) -> None:
        """kill -9 a publisher, or a process of the worker, now and then all of it."""
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
        if answer := condition():
            return answer
        time.sleep(0.03)
    raise AssertionError(complaint)
