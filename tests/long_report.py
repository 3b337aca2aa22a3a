"""The document about the last run of `make test-long`: each test, its result, how long it took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

HEAD = """# Long tests

`make test-long` runs what takes minutes and is left out of `make test` and `make test-slow`: the large instances of
properties, matrices, and measurements of size, and the walk over [hostile rows](hostile-rendering.md) as every role.
Each has a smaller instance in `make test` or `make test-slow`. It runs before an issue is called done, and writes this
page.

"""


def write(path: Path, reports: Iterable[Any]) -> None:
    """A row per test with the sum of its phases. Failed is a test of which any phase or subtest failed."""
    seconds: dict[str, float] = {}
    failed: set[str] = set()
    for report in reports:
        if not isinstance(report, pytest.SubtestReport):  # its time is part of the test's
            seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            failed.add(report.nodeid)
    lines = [f"Run of {date.today():%d.%m.%Y}: {len(seconds)} tests, {len(failed)} failed.", ""]
    lines += ["| Test | Result | Seconds |", "|---|---|---:|"]
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        result = "failed" if name in failed else "passed"
        lines.append(f"| `{name.replace('|', chr(92) + '|')}` | {result} | {seconds[name]:.0f} |")
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
