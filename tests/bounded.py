"""Runs one of our functions on a hostile file in a process of its own, with little memory, and measures it.

    with bounded.process("planning.file_parsing:read") as run:
        outcome = run(body)

The process imports the function once and forks for each file, so the peak of one says nothing of the next.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Far above what a test allows, so that the peak is measured, and far below what would harm the machine.
ADDRESS_SPACE = 3 * 1024**3
CPU_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """`error` is the class of what was raised ("" if nothing was), `text` its message or the result."""

    error: str
    text: str
    megabytes: int
    seconds: float


@contextmanager
def process(function: str) -> Iterator[Callable[[bytes], Outcome]]:
    """`function` is "module:name" and takes the bytes of the file."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bounded", function]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def run(body: bytes) -> Outcome:
            assert server.stdin is not None
            assert server.stdout is not None
            with NamedTemporaryFile(suffix=".hostile") as file:
                file.write(body)
                file.flush()
                server.stdin.write(file.name + "\n")
                server.stdin.flush()
                return Outcome(**json.loads(server.stdout.readline()))

        yield run
        server.stdin.close()


def _serve(function: str) -> None:
    import django
    from django.utils import translation

    from tests.settings import SUITE_ROOT

    django.setup()
    translation.activate("en")
    shutil.rmtree(SUITE_ROOT, ignore_errors=True)
    module, _, name = function.partition(":")
    act = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        reader, writer = os.pipe()
        if not (child := os.fork()):
            os.close(reader)
            os.write(writer, json.dumps(_measured(act, Path(line.strip()).read_bytes())).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = {"error": "Killed", "text": str(os.waitstatus_to_exitcode(status)), "megabytes": 0, "seconds": 0}
        sys.stdout.write((answer.decode() or json.dumps(killed)) + "\n")
        sys.stdout.flush()


def _measured(act: Callable[[bytes], Any], body: bytes) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    before, started, error = _peak(), time.process_time(), ""
    try:
        text = repr(act(body))
    except BaseException as problem:
        error, text = type(problem).__name__, str(problem)
    seconds = round(time.process_time() - started, 2)
    return {"error": error, "text": text[:300], "megabytes": _peak() - before, "seconds": seconds}


def _peak() -> int:
    """The most memory that this process ever held, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    _serve(sys.argv[1])
