"""A file that only takes space. It is deleted when hardly anything else is left, so that PostgreSQL can go on writing.

Whatever fills the disk may take that space as well, so it buys time and promises nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from portal import disk

MEGABYTES = 64


class Reserve:
    def __init__(self, directory: Path, megabytes: int = MEGABYTES) -> None:
        self.path = directory / "reserve"
        self.megabytes = megabytes

    def keep(self) -> bool:
        """Make the file where it is missing and the disk has room for it; whether it is there."""
        if self.path.exists():
            return True
        free = disk.free_megabytes(self.path.parent)
        # Twice: making it must not bring the disk near the limit below which it is deleted.
        if free is None or free < disk.FULL_MEGABYTES + 2 * self.megabytes:
            return False
        unfinished = self.path.with_suffix(".new")
        try:
            # Not a hole, and nothing that a file system can compress.
            with unfinished.open("wb") as out:
                for _ in range(self.megabytes):
                    out.write(os.urandom(disk.MEGABYTE))
            unfinished.rename(self.path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            return False
        return True

    def give_up(self) -> bool:
        """Delete the file; whether there was one."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
