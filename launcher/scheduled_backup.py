"""Backups from a timer: one more in a directory, then those that are no longer wanted are deleted.

    python -m launcher.scheduled_backup DIRECTORY

BACKUP_DAYS, BACKUP_WEEKS, BACKUP_MONTHS: for how many of the newest days, weeks and months that have backups the newest
one is retained. BACKUP_RECIPIENT: the public key it is encrypted to.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from launcher import backup, backup_encryption
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import Site

# Only names like these are ever deleted.
NAME = re.compile(r"dobosar-(\d{4}-\d{2}-\d{2}-\d{6})\.tar\.gz(\.age|\.gpg)?", re.ASCII)
MOMENT = "%Y-%m-%d-%H%M%S"


@dataclass(frozen=True)
class Retention:
    days: int = 7
    weeks: int = 4
    months: int = 12

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Retention:
        return cls(
            *(_number(environ, f"BACKUP_{name.upper()}", getattr(cls, name)) for name in ("days", "weeks", "months"))
        )

    def expired(self, moments: Iterable[datetime]) -> set[datetime]:
        """Those that no day, week or month needs. The newest one is always retained."""
        newest_first = sorted(moments, reverse=True)
        wanted = set(newest_first[:1])
        spans: list[tuple[int, Callable[[datetime], object]]] = [
            (self.days, lambda moment: moment.date()),
            (self.weeks, lambda moment: moment.isocalendar()[:2]),
            (self.months, lambda moment: (moment.year, moment.month)),
        ]
        for count, span in spans:
            newest_of_span: dict[object, datetime] = {}
            for moment in newest_first:
                newest_of_span.setdefault(span(moment), moment)
            wanted.update(list(newest_of_span.values())[:count])
        return set(newest_first) - wanted


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) < 10_000):
        raise LauncherError(f"{name} is {value!r}, but it is a whole number, {default} for example.")
    return int(value)


def run(site: Site, directory: Path, retention: Retention, recipient: str = "") -> Path:
    """Write a backup to `directory` and delete what expired there. Nothing is deleted where the backup fails."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"dobosar-{datetime.now(UTC):{MOMENT}}.tar.gz{backup_encryption.suffix(recipient)}"
    target = backup.save(site, directory / name, recipient=recipient)
    stored = {}
    for path in directory.iterdir():
        if (match := NAME.fullmatch(path.name)) and path.is_file():
            stored[path] = datetime.strptime(match[1], MOMENT)  # noqa: DTZ007 -- all of them are in UTC
    expired = retention.expired(stored.values())
    for path, moment in stored.items():
        if moment in expired:
            path.unlink()
            print(f"Deleted {path.name}, which the retention no longer asks for.")
    return target


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    site = sites.read()
    directory = Path(arguments[0]).expanduser().resolve()
    run(site, directory, Retention.read(os.environ), os.environ.get("BACKUP_RECIPIENT", ""))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(f"\n{error}")
