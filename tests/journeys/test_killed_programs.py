"""What runs under `make run` is killed, one after the other, as a machine without memory does it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from launcher import binaries, files
from tests.journeys import publishing
from tests.journeys.stack import Stack
from tests.journeys.visit import Visit

pytestmark = [pytest.mark.journey, pytest.mark.slow]

# In the title of each program.
PROGRAMS = {
    "web": "master [portal.wsgi:application]",
    "live": "python -m portal.live",
    "publisher": "celeryd: publisher@",
    "worker": "celeryd: worker@",
    "errands": "celeryd: errands@",
    "practice": "master [portal.practice_wsgi:application]",
}
# Heartbeats are looked at every few seconds, and a start takes some on a slow machine.
BACK_SECONDS = 180
OUTAGE_SECONDS = 10
# Until what the programs wrote has come through the launcher, on a slow machine.
PRINTED_SECONDS = 60
# Of six programs, some with several processes, and two servers. It was 3,782.
MOST_LINES = 60


def program(stack: Stack, words: str) -> psutil.Process:
    """The program itself, not a process of its pool."""
    children = psutil.Process(stack.process.pid).children(recursive=True)
    [process] = [child for child in children if words in title(child)]
    return process


def title(process: psutil.Process) -> str:
    """Empty where it has ended since."""
    try:
        text = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
    return "" if "PoolWorker" in text else text


def readiness(stack: Stack) -> dict[str, bool]:
    """What /readyz says; empty while it does not answer."""
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=20) as response:
            return dict(json.load(response))
    except urllib.error.HTTPError as error:
        return dict(json.loads(error.read() or "{}"))
    except (OSError, ValueError):
        return {}


def seconds_until_ready(stack: Stack) -> float:
    """Two answers in a row: heartbeats of what was killed are good for a while."""
    began, in_a_row = time.monotonic(), 0
    while in_a_row < 2:
        assert time.monotonic() - began < BACK_SECONDS, f"{readiness(stack)}\n{stack.last_output}"
        state = readiness(stack)
        in_a_row = in_a_row + 1 if state and all(state.values()) else 0
        time.sleep(0.5)
    return time.monotonic() - began


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_killed_is_started_again(stack: Stack, name: str) -> None:
    before = program(stack, PROGRAMS[name])
    os.kill(before.pid, signal.SIGKILL)
    before.wait(20)
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        try:
            after = program(stack, PROGRAMS[name])
            break
        except ValueError:
            assert time.monotonic() < deadline, stack.last_output
            time.sleep(0.1)
    assert after.pid != before.pid
    seconds_until_ready(stack)
    assert any(f"{name} " in line and "killed by SIGKILL" in line for line in stack.output)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_server_that_is_killed_is_started_again(stack: Stack, place: Path, name: str) -> None:
    home = binaries.home((place / "servers").resolve())
    if name == "postgres":
        pid = postmaster(home)
    else:
        [pid] = pids_in(home / "valkey")
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + BACK_SECONDS
    while not any(f"{name} " in line and "runs again after" in line for line in stack.output):
        assert time.monotonic() < deadline, stack.last_output
        time.sleep(0.1)
    seconds_until_ready(stack)


def postmaster(home: Path) -> int:
    return int((home / "pg" / "postmaster.pid").read_text().splitlines()[0])


def pids_in(directory: Path) -> list[int]:
    """Processes that work in a directory."""
    return [process.pid for process in psutil.process_iter() if _works_in(process, directory)]


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(directory)
    except psutil.Error:
        return False


def test_an_outage_of_both_servers_is_a_sentence_of_each_program(stack: Stack, place: Path) -> None:
    """Both are away for ten seconds: longer than it takes until each program has noticed, several times."""
    home = binaries.home((place / "servers").resolve())
    # A process repeats the sentence once a minute at most, and an outage may just have been.
    for name in ("web", "publisher"):
        program(stack, PROGRAMS[name]).kill()
    seconds_until_ready(stack)
    before = len(stack.output)
    # Who holds it keeps the launcher from starting them.
    with files.exclusive(home / "start.lock"):
        for pid in [postmaster(home), *pids_in(home / "valkey")]:
            os.kill(pid, signal.SIGKILL)
        # A server process that has lost its postmaster answers for a moment more.
        ends = time.monotonic() + BACK_SECONDS
        while readiness(stack).get("database"):
            assert time.monotonic() < ends, "the database still answers"
            time.sleep(0.2)
        ends = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < ends:
            # A page that reads the database.
            with contextlib.suppress(urllib.error.URLError, TimeoutError):
                urllib.request.urlopen(f"{stack.url}/about/", timeout=20)
            time.sleep(0.2)
        assert not readiness(stack).get("database")
    seconds_until_ready(stack)
    wanted = [
        ("postgres ", "runs again after"),
        ("valkey ", "runs again after"),
        ("publisher ", "PostgreSQL does not answer: "),
        ("", "Valkey does not answer: "),
        ("web ", "PostgreSQL does not answer: "),
    ]
    ends = time.monotonic() + PRINTED_SECONDS
    while missing := [pair for pair in wanted if not _is_printed(stack.output[before:], *pair)]:
        assert time.monotonic() < ends, (missing, "".join(stack.output[before:]))
        time.sleep(0.2)
    lines = stack.output[before:]
    printed = "".join(lines)
    assert "Traceback" not in printed, printed
    assert len(lines) < MOST_LINES, (len(lines), printed)


def _is_printed(lines: list[str], program: str, sentence: str) -> bool:
    return any(program in line and sentence in line for line in lines)


def test_afterwards_a_post_goes_out(stack: Stack, visit: Callable[..., Visit]) -> None:
    address, text = publishing.approved(visit)
    publishing.publish_now(visit, address)
    publishing.await_public(visit, stack, text)
