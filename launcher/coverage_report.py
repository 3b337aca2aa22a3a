"""`make coverage`: the suite with branches counted, then the total and the packages with the least.

Threads are counted. Servers that journeys start are processes of their own and are not: the same views run in the
suite's own process as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from launcher.site import ROOT

LEAST = 10


class Count(NamedTuple):
    covered: int
    total: int

    def __add__(self, other: object) -> Count:
        assert isinstance(other, Count)
        return Count(self.covered + other.covered, self.total + other.total)

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.total if self.total else 100.0


def main(arguments: list[str]) -> int:
    suite = [sys.executable, "-m", "pytest", "--cov", "--cov-report=", *arguments]
    outcome = subprocess.run(suite, cwd=ROOT, check=False).returncode
    print(summary(_report()))
    return outcome


def _report() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="dobosar-coverage-") as name:
        path = Path(name) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(path)]
        subprocess.run(command, cwd=ROOT, check=True)
        report: dict[str, Any] = json.loads(path.read_text())
        return report


def by_package(files: dict[str, Any]) -> dict[str, Count]:
    """Statements and branches together, as coverage.py's own total has them, by directory."""
    counts: dict[str, Count] = defaultdict(lambda: Count(0, 0))
    for name, file in files.items():
        counts[str(Path(name).parent)] += _count(file["summary"])
    return dict(counts)


def _count(summary: dict[str, int]) -> Count:
    return Count(
        summary["covered_lines"] + summary["covered_branches"], summary["num_statements"] + summary["num_branches"]
    )


def summary(report: dict[str, Any]) -> str:
    counts = by_package(report["files"])
    least = sorted((count.percent, package) for package, count in counts.items() if count.total)[:LEAST]
    totals = report["totals"]
    branches = Count(totals["covered_branches"], totals["num_branches"])
    lines = [
        f"Statements and branches: {_count(totals).percent:.1f} %. Branches alone: {branches.percent:.1f} %.",
        "The least covered packages:",
        *(f"{percent:6.1f} %  {package}" for percent, package in least),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
