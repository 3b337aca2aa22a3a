"""A file system of a few hundred megabytes that a test may fill. Only root can mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests import patience

BLOCK = 4096
# A file system of every Linux on which nothing can be stored: 0 bytes are free.
FULL = Path("/proc")


@contextmanager
def mounted(megabytes: int) -> Iterator[Path]:
    """An empty tmpfs that PostgreSQL's own user may enter. Where none can be mounted, the test is skipped, which the
    summary has among its warnings."""
    place = Path(tempfile.mkdtemp(prefix="dobosar-disk-"))
    place.chmod(0o711)
    options = f"size={megabytes}m,mode=711"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        problem = done.stderr.strip() if done.returncode else ""
    except FileNotFoundError:
        problem = "there is no program `mount`"
    if problem:
        place.rmdir()
        reason = f"NOT TESTED: what happens on a full disk, as no tmpfs can be mounted here ({problem})"
        warnings.warn(pytest.PytestWarning(reason), stacklevel=2)  # for the summary
        pytest.skip(reason)
    try:
        yield place
    finally:
        _unmount(place)
        place.rmdir()


def _unmount(place: Path) -> None:
    """A process that was just stopped may have a child which still has a file open there, as Valkey's that saves."""
    deadline = time.monotonic() + patience.SECONDS
    while True:
        done = subprocess.run(["umount", str(place)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if time.monotonic() > deadline:
            raise AssertionError(done.stderr.strip())
        time.sleep(0.1)


def take_all(path: Path) -> None:
    """One file that takes all but a megabyte at once, so that it takes nothing of what is freed meanwhile."""
    with path.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, shutil.disk_usage(path.parent).free - 2**20)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """No byte is free there until the block ends, also when somebody frees some."""
    filler, done = place / "filler", threading.Event()

    def fill() -> None:
        with filler.open("ab", buffering=0) as out:
            while not done.is_set():
                with suppress(OSError):
                    while out.write(bytes(BLOCK)) and not done.is_set():
                        pass
                done.wait(0.02)

    thread = threading.Thread(target=fill, daemon=True)
    thread.start()
    try:
        while shutil.disk_usage(place).free >= BLOCK:
            done.wait(0.02)
        yield
    finally:
        done.set()
        thread.join()
        filler.unlink()
