"""Whether the disk of the data is full. No Django: the launcher uses it too.

A disk counts as full a little before nothing fits any more, since PostgreSQL must still write down what goes out. The
launcher keeps a reserve on it (`launcher.reserve`), which it gives up when hardly anything is left.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

FULL_MEGABYTES = 100
FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT)
MEGABYTE = 2**20


def free_bytes(path: Path) -> int | None:
    """What an ordinary user may still write to the disk of `path`; None where there is no such directory."""
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None


def free_share(path: Path) -> float | None:
    """The same as a share of the disk, from 0 to 1."""
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return None
    return usage.free / usage.total if usage.total else None


def free_megabytes(path: Path) -> int | None:
    """The same in megabytes."""
    free = free_bytes(path)
    return None if free is None else free // MEGABYTE


def is_full(path: Path) -> bool:
    free = free_megabytes(path)
    return free is not None and free < FULL_MEGABYTES


def sentence(free: int, where: str, *, stores: bool) -> str:
    """What a person reads. `stores`: whether PostgreSQL still works, without which nothing goes out."""
    still = (
        "Posts still go out as long as PostgreSQL can write; mail, numbers and uploads may fail."
        if stores
        else "PostgreSQL does not work: nothing can be stored and no post goes out."
    )
    return f"The disk is full: {free} MB free {where}. {still} Free some space; it goes on by itself."
