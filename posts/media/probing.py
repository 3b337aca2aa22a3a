"""Runs `posts.media.probe` on an untrusted file: a process of its own, without our environment, that ends in time."""

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common import untrusted_json

PROBE = Path(__file__).with_name("probe.py")
SECONDS = 60
MOST_OUTPUT = 4 * 1024 * 1024


def report(path: str, kind: str, *, seconds: float | None = None, most: int = MOST_OUTPUT) -> Mapping[str, Any]:
    """What the probe prints about a file of that kind, unvalidated: facts, or {"problem": code}.

    It is killed after `seconds` (`SECONDS`); more than `most` bytes are no report.
    """
    output, status = _run(path, kind, SECONDS if seconds is None else seconds, most)
    if status in (-signal.SIGKILL, -signal.SIGXCPU):
        return {"problem": "too_slow"}
    try:
        printed = untrusted_json.loads(output)
    except ValueError:
        return {"problem": "corrupt"}  # killed by the system, or too much output
    return printed if isinstance(printed, dict) else {"problem": "corrupt"}


def _run(path: str, kind: str, seconds: float, most: int) -> tuple[bytes, int]:
    # No environment: the probe needs none, and it contains our keys.
    command = [sys.executable, "-I", str(PROBE), path, kind]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, env={}, cwd="/") as run:
        assert run.stdout is not None
        late = threading.Timer(seconds, run.kill)
        late.start()
        try:
            output = run.stdout.read(most)
            run.stdout.close()
            return output, run.wait()
        finally:
            late.cancel()
            run.kill()
