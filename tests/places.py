"""Directories for servers that a test starts: in memory where there is room, as a busy disk makes them wait."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED_BYTES = 4 * 1024**3


@contextmanager
def open_directory(prefix: str = "dobosar-test-") -> Iterator[Path]:
    """An empty directory that PostgreSQL's own user may enter, also when the tests run as root.

    Outside pytest's own directories: those are closed again by every run of pytest on this computer.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES
    with tempfile.TemporaryDirectory(prefix=prefix, dir=MEMORY if has_room else None) as name:
        Path(name).chmod(0o711)
        yield Path(name)
