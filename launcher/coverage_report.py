"""`make coverage`: runs the suite with branch coverage, then prints the total and the least covered packages.

coverage.py is started with the interpreter of pytest and of each of its workers (its `.pth` file reads
COVERAGE_PROCESS_START), so that modules which Django imports before any plugin of pytest are counted. Threads are
counted. Programs that tests start (servers of journeys, the publisher) are not, `tests/servers.py` sees to that: they
would be too slow for their deadlines, and the same code runs in the suite's own processes as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
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
    outcome, report = measure(arguments)
    print(summary(report))
    return outcome


def measure(arguments: list[str]) -> tuple[int, dict[str, Any]]:
    """Run pytest; its exit code, and what `coverage json` reports of all its processes."""
    with tempfile.TemporaryDirectory(prefix="dobosar-coverage-") as name:
        environ = {**os.environ, "COVERAGE_FILE": str(Path(name) / "data")}
        suite = [sys.executable, "-m", "pytest", *arguments]
        measured = {**environ, "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml")}
        outcome = subprocess.run(suite, cwd=ROOT, env=measured, check=False).returncode
        return outcome, _report(Path(name), environ)


def _report(directory: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """The report of all processes, which wrote a file of data each into `directory`."""
    path = directory / "coverage.json"
    for command in (["combine", "--quiet"], ["json", "--quiet", "-o", str(path)]):
        subprocess.run([sys.executable, "-m", "coverage", *command], cwd=ROOT, env=dict(environ), check=True)
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
