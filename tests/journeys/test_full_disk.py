"""The disk below a running product is filled to the last byte, twice, and freed again. Nobody touches anything else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests import small_disk
from tests.journeys import publishing
from tests.journeys.stack import Stack, owner_url, started
from tests.journeys.test_killed_programs import BACK_SECONDS, readiness, seconds_until_ready
from tests.journeys.visit import Visit

pytestmark = [pytest.mark.journey, pytest.mark.slow]

# An installation with its demo takes 200 of them, its reserve included.
MEGABYTES = 1000
FULL_SECONDS = 15
# Of a full disk: its sentence, one of each program a minute, and PostgreSQL's. It was 12,954 in 45 seconds.
MOST_LINES = 40
SENTENCE = "Free some space; it goes on by itself."


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    with small_disk.mounted(MEGABYTES) as place:
        yield place


@pytest.fixture(scope="module")
def stack(disk: Path) -> Iterator[Stack]:
    with started(disk / "data") as running:
        yield running


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    return {}


def await_state(stack: Stack, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What /readyz answers as soon as that holds."""
    deadline = time.monotonic() + BACK_SECONDS
    while not holds(state := dict(readiness(stack))):
        assert time.monotonic() < deadline, f"{state}\n{stack.last_output}"
        time.sleep(0.2)
    return state


def checked(stack: Stack, before: int) -> str:
    """What was printed since: no traceback, few lines, no program that ended."""
    lines = stack.output[before:]
    printed = "".join(lines)
    assert "Traceback" not in printed
    assert len(lines) < MOST_LINES, printed
    assert stack.process.poll() is None, printed
    return printed


def test_with_the_reserve_posts_go_out_on_a_full_disk(stack: Stack, disk: Path, visit: Callable[..., Visit]) -> None:
    """One large file takes everything once. The launcher gives up its reserve, and that is what is left."""
    address, text = publishing.approved(visit)
    before = len(stack.output)
    large = disk / "large"
    small_disk.take_all(large)
    reserve = disk / "data" / "reserve"
    state = await_state(stack, lambda state: not reserve.exists() and state.get("disk") is False and state["valkey"])
    assert SENTENCE in state["message"]
    assert "Posts still go out" in state["message"]
    publishing.publish_now(visit, address)
    publishing.await_public(visit, stack, text)
    assert readiness(stack)["disk"] is False
    large.unlink()
    seconds_until_ready(stack)
    printed = checked(stack, before)
    assert printed.count(SENTENCE) == 1
    assert "ended" not in printed


def test_without_a_free_byte_no_program_ends_and_all_go_on_afterwards(stack: Stack, disk: Path) -> None:
    before = len(stack.output)
    with small_disk.filled(disk):
        state = await_state(stack, lambda state: state.get("valkey") is False)
        assert state["disk"] is False
        ends = time.monotonic() + FULL_SECONDS
        while time.monotonic() < ends:
            assert SENTENCE in str(readiness(stack).get("message"))
            time.sleep(0.5)
    seconds_until_ready(stack)
    printed = checked(stack, before)
    assert printed.count(SENTENCE) == 1
    assert f"MB free at {disk / 'data'}. " in printed
    assert "Has space again: " in printed
    assert "ended" not in printed


def test_a_postgresql_that_a_full_disk_stopped_comes_back_by_itself(
    stack: Stack, disk: Path, visit: Callable[..., Visit]
) -> None:
    before = len(stack.output)
    with small_disk.filled(disk):
        write_until_it_stops(owner_url(disk / "data"))
        state = await_state(stack, lambda state: state.get("database") is False)
        assert "nothing can be stored and no post goes out" in state["message"]
    seconds_until_ready(stack)
    checked(stack, before)
    address, text = publishing.approved(visit)
    publishing.publish_now(visit, address)
    publishing.await_public(visit, stack, text)


def write_until_it_stops(url: str) -> None:
    """PostgreSQL ends all its processes when its log of changes (WAL) may not grow."""
    deadline = time.monotonic() + BACK_SECONDS
    with suppress(psycopg2.Error):
        while True:
            assert time.monotonic() < deadline
            with closing(psycopg2.connect(url)) as connection:
                connection.autocommit = True
                connection.cursor().execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, '', 'x')")
