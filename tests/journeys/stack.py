"""The product as `make run` starts it: in a directory of its own, on free ports, with the demo filled in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal.launch import ports
from portal.launch.site import ROOT
from tests import template
from tests.servers import RUNS, VARIABLES

# What the suite says to itself; a person who types `make run` has none of it.
SUITES_OWN = {*VARIABLES, "DATABASE_URL", "REDIS_URL", "DATA_DIR", "PORT", "PRACTICE_PORT"}
# A generous bound: the suite keeps both cores busy, and seeding takes a minute on a quiet machine.
START_SECONDS = 600
STOP_SECONDS = 60


@dataclass
class Stack:
    url: str
    practice: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    is_ready: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Read what it prints until it ends: a full pipe would stop it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if f"Dobošar is ready at {self.url}" in line:
                self.is_ready.set()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    @property
    def words(self) -> str:
        return "".join(self.said[-60:])


@contextmanager
def started(place: Path, **variables: str) -> Iterator[Stack]:
    """A running product with its demo; afterwards it has stopped politely, or the test run hears of it.

    It begins with tables that are made already. What a first start does is tested in `tests/launch/test_run.py`.
    """
    template.lay_out(place / "servers", RUNS)
    port, practice = ports.choose(), ports.choose()
    environ = {name: value for name, value in os.environ.items() if name not in SUITES_OWN}
    own = {"DATA_DIR": str(place), "PORT": str(port), "PRACTICE_PORT": str(practice), **variables}
    # What a journey writes need not survive a power cut.
    environ |= {"PGOPTIONS": "-c synchronous_commit=off", **own}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.launch.run"], cwd=ROOT, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    stack = Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{practice}", process)
    listener = threading.Thread(target=stack.listen, daemon=True)
    listener.start()
    try:
        ready = stack.is_ready.wait(START_SECONDS)
        assert ready, stack.words
        yield stack
    finally:
        code = stack.stop()
        listener.join(timeout=5)
    assert code == 0, stack.words
