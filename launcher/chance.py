"""`make test-chance`: the suite under conditions that a developer's machine never has, each run with its own.

The order is random; clock, time zone and locale are those of the run. Half of the runs begin at 00:30, half at 23:30,
and `--all` adds the other hour of each. Only the processes of the tests see any of this.
`make test-chance ARGS='leap-day --tests tests/posts'` narrows it. Needs Linux and libfaketime; the run that resolves
names to IPv6 alone needs root.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from calendar import isleap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

from launcher.site import ROOT

LOCAL = ZoneInfo("Europe/Belgrade")
EARLY, LATE = hour_of_day(0, 30), hour_of_day(23, 30)
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def libfaketime() -> Path | None:
    """Where Debian's package puts it."""
    return min(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), default=None)


@dataclass(frozen=True)
class Run:
    """The suite at `hour` of `day`, local time of the product; `zone` and `language` are those of the machine."""

    name: str
    day: date
    hour: hour_of_day
    zone: str
    language: str = "C.UTF-8"
    has_one_core: bool = False
    has_ipv6_names: bool = False

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.day, self.hour, LOCAL)


def runs(today: date) -> list[Run]:
    """Five, on days to come."""
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return [
        Run("first-day", first, EARLY, "Pacific/Kiritimati"),
        Run("last-day", first - timedelta(days=1), LATE, "America/Los_Angeles", language="C"),
        Run("spring", _clock_change(today, month=3), EARLY, "Asia/Kathmandu", has_one_core=True),
        Run("autumn", _clock_change(today, month=10), LATE, "Europe/Belgrade", has_ipv6_names=True),
        Run("leap-day", _leap_day(today), LATE, "Pacific/Chatham", language="POSIX"),
    ]


def _clock_change(today: date, *, month: int) -> date:
    """The last Sunday of a month, of this year or the next."""
    for year in (today.year, today.year + 1):
        last = date(year, month, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday > today:
            return sunday
    raise AssertionError("there is one in each year")


def _leap_day(today: date) -> date:
    year = next(year for year in range(today.year, today.year + 9) if isleap(year) and date(year, 2, 29) > today)
    return date(year, 2, 29)


def other_hour(run: Run) -> Run:
    return replace(run, name=f"{run.name}-other-hour", hour=LATE if run.hour == EARLY else EARLY)


def command(run: Run, tests: list[str], hosts: Path) -> list[str]:
    """`hosts`: a file in which localhost is an IPv6 address only."""
    workers = os.environ.get("PYTEST_WORKERS", "3")
    suite = [sys.executable, "-m", "pytest", "-n", workers, "-m", "not real", "-q", *tests]
    if run.has_one_core:
        suite = ["taskset", "--cpu-list", "0", *suite]
    if run.has_ipv6_names:
        # The kernel always gives a loopback interface its IPv4 address; no name leads to it here.
        script = 'ip link set lo up && mount --bind "$0" /etc/hosts && exec "$@"'
        suite = ["unshare", "--mount", "--net", "sh", "-c", script, str(hosts), *suite]
    return suite


def environment(run: Run, library: Path, cache: str) -> dict[str, str]:
    """`cache`: a directory for bytecode, whose times are those of the run."""
    # Two times of the same zone would be subtracted by their clocks, which is an hour wrong from winter to summer.
    ahead = round((run.begins - datetime.now(UTC)).total_seconds())
    return {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{ahead:+d}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": run.zone,
        "LC_ALL": run.language,
        "LANG": run.language,
        "PYTHONPYCACHEPREFIX": cache,
    }


@contextmanager
def load(*, on_one_core: bool) -> Iterator[None]:
    """Four processes that count, on the core of the run."""
    counting = "while True: pass"
    busy = [
        subprocess.Popen(["taskset", "--cpu-list", "0", sys.executable, "-c", counting])
        for _ in range(4 if on_one_core else 0)
    ]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def perform(run: Run, tests: list[str], library: Path) -> tuple[list[str], float]:
    """The names of the tests that failed, and the minutes. A run that did not end is a failure of its own."""
    print(f"\n=== {run.name}: {run.begins:%A %d.%m.%Y %H:%M}, {run.zone}, {run.language}", flush=True)
    printed = []
    with tempfile.TemporaryDirectory(prefix="dobosar-chance-") as directory, load(on_one_core=run.has_one_core):
        hosts = Path(directory) / "hosts"
        hosts.write_text("::1 localhost\n", encoding="utf-8")
        environ = environment(run, library, f"{directory}/bytecode")
        began = time.monotonic()
        with subprocess.Popen(
            command(run, tests, hosts), cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, errors="replace"
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                printed.append(line)
                print(line, end="", flush=True)
        minutes = (time.monotonic() - began) / 60
    failed = sorted(set(FAILED.findall("".join(printed))))
    if process.returncode and not failed:
        failed = [f"pytest ended with {process.returncode}"]
    return failed, minutes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = runs(date.today())  # noqa: DTZ011 -- the machine's day
    every += [other_hour(run) for run in every]
    parser.add_argument("names", nargs="*", metavar="RUN", help=", ".join(run.name for run in every))
    parser.add_argument("--all", action="store_true", help="ten runs: each day at 00:30 and at 23:30")
    parser.add_argument("--tests", nargs="+", default=[], help="these instead of the whole suite")
    options = parser.parse_args()
    if unknown := set(options.names) - {run.name for run in every}:
        parser.error(f"no such run: {', '.join(sorted(unknown))}")
    library = libfaketime()
    if library is None:
        print("Needs libfaketime (Debian: apt-get install libfaketime).")
        return 2
    chosen = [run for run in every if run.name in options.names] or (every if options.all else every[:5])
    lines, has_failed = [], False
    for run in chosen:
        failed, minutes = perform(run, options.tests, library)
        has_failed |= bool(failed)
        lines.append(f"{run.name:24} {run.begins:%d.%m.%Y %H:%M} {minutes:6.1f} min  {len(failed)} failed")
        lines += [f"    {name}" for name in failed]
    print("\n" + "\n".join(lines))
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
