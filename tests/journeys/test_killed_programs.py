"""What runs under `make run` is killed, one after the other, as a machine without memory does it."""

from __future__ import annotations

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

from launcher import binaries
from tests.journeys.stack import Stack
from tests.journeys.visit import Visit, until

pytestmark = [pytest.mark.journey, pytest.mark.slow]

OFFICER, APPROVER = "officer@mali-zvornik.example", "approver@mali-zvornik.example"
HERE = "/m/mali-zvornik/"
# In the command of each program.
PROGRAMS = {
    "web": "portal.wsgi:application",
    "publisher": "publisher@%h",
    "worker": "worker@%h",
    "errands": "errands@%h",
    "beat": "portal.beat",
    "practice": "portal.practice_wsgi:application",
}
# Heartbeats are looked at every few seconds, and a start takes some on a slow machine.
BACK_SECONDS = 180


def program(stack: Stack, words: str) -> psutil.Process:
    children = psutil.Process(stack.process.pid).children()
    [process] = [child for child in children if any(words in part for part in child.cmdline())]
    return process


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
        pid = int((home / "pg" / "postmaster.pid").read_text().splitlines()[0])
    else:
        [pid] = [process.pid for process in psutil.process_iter() if _works_in(process, home / "valkey")]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + BACK_SECONDS
    while not any(f"{name} " in line and "runs again after" in line for line in stack.output):
        assert time.monotonic() < deadline, stack.last_output
        time.sleep(0.1)
    seconds_until_ready(stack)


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(directory)
    except psutil.Error:
        return False


def test_afterwards_a_post_goes_out(stack: Stack, visit: Callable[..., Visit]) -> None:
    officer, approver, citizen = visit(OFFICER), visit(APPROVER), visit()
    text = f"Гараже код пијаце се уклањају у уторак, број {int(time.time()) % 100_000}."
    page = officer.go(f"{HERE}posts/new/").page
    page.locator("#text-sr-Cyrl").fill(text)
    page.locator("#title").fill(text)
    page.wait_for_url("**/edit/")
    officer.button("Submit for approval", page.locator(".composer-foot"))
    officer.sees("Submitted. The approvers have been notified by e-mail.")
    address = page.url.removesuffix("edit/")
    approver.go(address).button("Approve")
    approver.sees("Approved. Choose a time for it, or publish it now.")
    officer.go(address).button("Publish now")
    officer.button("Publish now", officer.page.locator("#confirm"))
    feed = citizen.go(f"{stack.practice}/").page.locator(".status", has_text=text)
    until(citizen, lambda: feed.count() == 1)
