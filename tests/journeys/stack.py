"""The product as `make run` starts it: in a directory of its own, on free ports, with the demo filled in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from launcher import binaries, files, ports
from launcher.site import ROOT
from tests import patience
from tests.servers import VARIABLES

# What the suite says to itself; a person who types `make run` has none of it.
SUITES_OWN = {*VARIABLES, "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DATA_DIR", "PORT", "PRACTICE_PORT"}
# Only to end a run that hangs: tables and demo take a minute on a quiet machine.
START_SECONDS = 1800
STOP_SECONDS = 300


@dataclass
class Stack:
    url: str
    practice: str
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    start_seconds: float = 0
    is_ready: threading.Event = field(default_factory=threading.Event)
    has_ended: bool = False

    def listen(self) -> None:
        """Read what it prints until it ends: a full pipe would stop it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if f"Dobošar is ready at {self.url}" in line:
                self.is_ready.set()
        self.has_ended = True
        self.is_ready.set()  # nobody waits for what has failed

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    @property
    def last_output(self) -> str:
        return "".join(self.output[-60:])


@contextmanager
def started(place: Path, at: tuple[int, int] | None = None, **variables: str) -> Iterator[Stack]:
    """A running product with its demo; afterwards it has stopped politely, or the test run hears of it.

    `at`: ports of the portal and the practice network. The published posts of a demo link to that of its first start.
    """
    port, practice = at or (ports.choose(), ports.choose())
    began = time.monotonic()
    process = _launched(DATA_DIR=str(place), PORT=str(port), PRACTICE_PORT=str(practice), **variables)
    stack = Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{practice}", process)
    listener = threading.Thread(target=stack.listen, daemon=True)
    listener.start()
    try:
        ready = stack.is_ready.wait(START_SECONDS) and not stack.has_ended
        assert ready, stack.last_output
        stack.start_seconds = time.monotonic() - began
        yield stack
    finally:
        code = stack.stop()
        listener.join(patience.SECONDS)
    assert code == 0, stack.last_output


def _launched(**variables: str) -> subprocess.Popen[str]:
    """`make run` of a person who set nothing but `variables`."""
    environ = {name: value for name, value in os.environ.items() if name not in SUITES_OWN}
    # What a journey writes need not survive a power cut.
    environ |= {"PGOPTIONS": "-c synchronous_commit=off"}
    # As in the image: a journey weighs the first load. The year of the demo would be filled in beside the journeys.
    environ |= {"STATIC_BROTLI_QUALITY": "11", "DEMO_YEAR": "false", **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "launcher.run"], cwd=ROOT, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@dataclass(frozen=True)
class FirstRun:
    """What was seen while the product ran for the first time in an empty directory, and after it was stopped.

    `readiness`: /readyz. `megabytes`: memory of all its processes, what they share counted once. `second`: what a
    second start in the same directory printed. `left_alive`: its processes that still ran after the end.
    """

    place: Path
    url: str
    at: tuple[int, int]
    pid: int
    readiness: dict[str, bool]
    megabytes: float
    second: str
    programs: list[psutil.Process]
    left_alive: list[psutil.Process]
    code: int
    output: str
    start_seconds: float


def first_run(place: Path) -> FirstRun:
    at = ports.choose(), ports.choose()
    with started(place, at) as running:
        with urllib.request.urlopen(f"{running.url}/readyz", timeout=patience.SECONDS) as answer:
            readiness = json.load(answer)
        double = _launched(DATA_DIR=str(place), PORT=str(ports.choose()), PRACTICE_PORT=str(ports.choose()))
        second, _ = double.communicate(timeout=patience.SECONDS)
        assert double.returncode == 1, second
        programs = psutil.Process(running.process.pid).children(recursive=True)
        megabytes = sum(map(_megabytes, [psutil.Process(running.process.pid), *programs]))
        postgres = int((place / "servers" / "pg" / "postmaster.pid").read_text().splitlines()[0])
        servers = [psutil.Process(postgres)]
        running.process.send_signal(signal.SIGINT)
        code = running.process.wait(STOP_SECONDS)
    _, alive = psutil.wait_procs([*programs, *servers], timeout=patience.SECONDS)
    return FirstRun(
        place, running.url, at, running.process.pid, readiness, megabytes, second, programs,
        [process for process in alive if _runs(process)], code, "".join(running.output), running.start_seconds,
    )  # fmt: skip


def owner_url(place: Path) -> str:
    """The database of a product that runs in `place`, as its superuser, for whom no policy of rows holds."""
    home = binaries.home((place / "servers").resolve())
    password, port = files.load(home / "secrets.json")["pg"], files.load(home / "state.json")["pg_port"]
    return f"postgresql://portal:{password}@127.0.0.1:{port}/portal"


def _megabytes(process: psutil.Process) -> float:
    """0 where it has just ended."""
    try:
        return float(process.memory_full_info().pss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
