"""A control group with a limit of memory for everything below it, of either version of the kernel's interface."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.containers.engine import NoEngine, run

ROOT = Path("/sys/fs/cgroup")


class Limited:
    """A group at `path`. Everything is in bytes."""

    def __init__(self, path: Path, *, version: int) -> None:
        self.path, self.version = path, version

    def set(self, limit: int) -> None:
        """No more memory than this, and no swap."""
        if self.version == 1:
            self._write("memory.limit_in_bytes", limit)
            # Where the kernel does not count swap, there is no such file.
            with suppress(FileNotFoundError):
                self._write("memory.memsw.limit_in_bytes", limit)
        else:
            self._write("memory.max", limit)
            with suppress(FileNotFoundError):
                self._write("memory.swap.max", 0)

    def used(self) -> int:
        """The cache of files counts, which the kernel takes back before anything is killed."""
        return int(self._read("memory.usage_in_bytes" if self.version == 1 else "memory.current"))

    def anonymous(self) -> int:
        """What programs hold and no file backs, with the shared memory of PostgreSQL: it cannot be taken back."""
        names = ("total_rss", "total_shmem") if self.version == 1 else ("anon", "shmem")
        fields = dict(line.split() for line in self._read("memory.stat").splitlines())
        return sum(int(fields[name]) for name in names if name in fields)

    def killed(self) -> int:
        """Processes that the kernel has killed for want of memory, in groups that are there."""
        if self.version == 2:
            return _count(self._read("memory.events"))
        files = self.path.rglob("memory.oom_control")
        return sum(_count(path.read_text()) for path in files if path.exists())

    def _read(self, name: str) -> str:
        return (self.path / name).read_text()

    def _write(self, name: str, value: int) -> None:
        (self.path / name).write_text(str(value))


def _count(text: str) -> int:
    match = re.search(r"^oom_kill (\d+)$", text, flags=re.MULTILINE)
    return int(match[1]) if match else 0


@contextmanager
def limited(name: str, limit: int) -> Iterator[Limited]:
    """A new group. Raises `NoEngine` where Docker would not use it, or none can be made."""
    if run("docker", "info", "--format", "{{.CgroupDriver}}").strip() != "cgroupfs":
        raise NoEngine("Docker leaves control groups to systemd, which knows no group that this could make")
    version = 2 if (ROOT / "cgroup.controllers").exists() else 1
    group = Limited((ROOT if version == 2 else ROOT / "memory") / name, version=version)
    try:
        group.path.mkdir(exist_ok=True)
        if version == 2:
            (ROOT / "cgroup.subtree_control").write_text("+memory")
        group.set(limit)
    except OSError as error:
        raise NoEngine(f"no control group with a limit can be made: {error}") from error
    try:
        yield group
    finally:
        ends = time.monotonic() + 30
        while group.path.exists() and time.monotonic() < ends:
            with suppress(OSError):
                for child in [path for path in group.path.iterdir() if path.is_dir()]:
                    child.rmdir()
                group.path.rmdir()
            time.sleep(0.2)
