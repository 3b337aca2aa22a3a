"""What the tests cost: `make maintain WHAT=suite-figures` measures it, `make check` compares it with the budget.

`python -m launcher.suite_figures` runs `make test` three times and `make test-slow` once, and writes their times into
docs/test-suite.md and the most expensive tests into docs/test-costs.json. With `--runs 1` the first runs once, with
`--fast` the second does not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from launcher.site import ROOT

RECORD, PAGE = ROOT / "docs" / "test-costs.json", ROOT / "docs" / "test-suite.md"
BEGIN, END = "<!-- begin of figures -->\n", "<!-- end of figures -->\n"
# Seconds of the processor that one test may take, with what it is the first to set up.
BUDGETS = {"test": 5.0, "test-slow": 30.0}
# Cheaper ones are not recorded.
LEAST_SECONDS = 1.0
SHOWN = 30
SUMMARY = re.compile(r"(?:(\d+) failed, )?(\d+) passed(?:, (\d+) skipped)?")


@dataclass(frozen=True)
class Run:
    """`minutes` by the clock, `processor_minutes` of everything that was started, `costs` by test in seconds."""

    target: str
    minutes: float
    processor_minutes: float
    failed: int
    passed: int
    skipped: int
    costs: Mapping[str, float]


def read(path: Path = RECORD) -> dict[str, dict[str, float]]:
    """By target, the most expensive tests and their seconds."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def over_budget(record: Mapping[str, Mapping[str, float]] | None = None) -> str:
    """The complaint of `make check`; empty where every test is within its budget."""
    lines = []
    for target, costs in (read() if record is None else record).items():
        expensive = sorted(costs.items(), key=lambda pair: -pair[1])[:SHOWN]
        if expensive and expensive[0][1] > BUDGETS[target]:
            lines.append(f"make {target}: {BUDGETS[target]:.0f} s of the processor are the most for a test. Today:")
            lines += [f"{seconds:7.1f} s  {name}" for name, seconds in expensive]
    return "\n".join(lines)


def measure(target: str) -> Run:
    with tempfile.TemporaryDirectory(prefix="dobosar-costs-") as name:
        place = Path(name) / "costs"
        began, before = time.monotonic(), _processor_seconds()
        done = subprocess.run(
            ["make", "--no-print-directory", target], cwd=ROOT, env={**os.environ, "TEST_COSTS": str(place)}, text=True,
            stdout=subprocess.PIPE, check=False,
        )  # fmt: skip
        minutes, processor = time.monotonic() - began, _processor_seconds() - before
        costs = [json.loads(path.read_text(encoding="utf-8")) for path in Path(name).iterdir()]
    summary = SUMMARY.search(done.stdout.splitlines()[-1]) or sys.exit(f"{done.stdout[-4000:]}\nNot run: make {target}")
    failed, passed, skipped = (int(number or 0) for number in summary.groups())
    every = {test: seconds for part in costs for test, seconds in part.items()}
    return Run(target, minutes / 60, processor / 60, failed, passed, skipped, every)


def _processor_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def record(runs: list[Run]) -> dict[str, dict[str, float]]:
    """By target, the median of what each test took."""
    costs = read()
    for target in {run.target for run in runs}:
        by_test: dict[str, list[float]] = {}
        for run in runs:
            for test, seconds in run.costs.items() if run.target == target else ():
                by_test.setdefault(test, []).append(seconds)
        medians = {test: round(statistics.median(seconds), 1) for test, seconds in by_test.items()}
        expensive = sorted(
            (test for test in medians if medians[test] >= LEAST_SECONDS), key=lambda test: -medians[test]
        )
        costs[target] = {test: medians[test] for test in expensive}
    return costs


def table(runs: list[Run]) -> str:
    lines = [
        f"Measured on {datetime.now(UTC):%d.%m.%Y} with {os.cpu_count()} cores.", "",
        "| Command | Minutes | Of the processor | Passed | Failed | Skipped | Tests above 1 s | Their minutes |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for run in runs:
        above = [seconds for seconds in run.costs.values() if seconds >= LEAST_SECONDS]
        lines.append(
            f"| `make {run.target}` | {run.minutes:.1f} | {run.processor_minutes:.1f} | {run.passed} | {run.failed} "
            f"| {run.skipped} | {len(above)} | {sum(above) / 60:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often `make test` is run")
    parser.add_argument("--fast", action="store_true", help="without `make test-slow`")
    options = parser.parse_args()
    targets = ["test"] * options.runs + ([] if options.fast else ["test-slow"])
    runs = []
    for target in targets:
        runs.append(measure(target))
        print(table(runs[-1:]).splitlines()[-1], flush=True)
    RECORD.write_text(json.dumps(record(runs), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(head + BEGIN + table(runs) + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
