"""Small private files: JSON readable by its owner only, and locks that are released with their process."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any


def load(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; empty when the file is missing or was cut off by a crash."""
    try:
        values = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def save(path: Path, values: dict[str, Any]) -> None:
    """Replace `path` in one step, readable by its owner only."""
    write_private(path.with_suffix(".new"), json.dumps(values, indent=1))
    os.replace(path.with_suffix(".new"), path)


def update(path: Path, **values: Any) -> dict[str, Any]:
    """Nothing is written where nothing changes: on a full disk a server can still be started."""
    before = load(path)
    merged = {**before, **values}
    if merged != before or not path.exists():
        save(path, merged)
    return merged


def write_private(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as out:
        out.write(text)


def keep_private(path: Path, text: str) -> None:
    """Write it unless it is what the file holds already, which a full disk would empty."""
    if not path.exists() or path.read_text() != text:
        write_private(path, text)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for `path` and hold it: several starts at once go through one after the other."""
    with path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def share(held: IO[str]) -> None:
    fcntl.flock(held, fcntl.LOCK_SH)


def take(held: IO[str]) -> bool:
    """Take an exclusive lock; False when another process holds or shares the file."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
