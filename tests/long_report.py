"""The tests of the first stage of `make test-long` (`launcher/long_tests.py`): the result of each, how long it took."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest


def write(path: Path, reports: Iterable[Any]) -> None:
    """A row per test with the sum of its phases. Failed is a test of which any phase or subtest failed."""
    seconds: dict[str, float] = {}
    failed: set[str] = set()
    for report in reports:
        if not isinstance(report, pytest.SubtestReport):  # its time is part of the test's
            seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            failed.add(report.nodeid)
    lines = [f"## Tests of the first stage\n\n{len(seconds)} tests, {len(failed)} failed.", ""]
    lines += ["| Test | Result | Seconds |", "|---|---|---:|"]
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        result = "failed" if name in failed else "passed"
        lines.append(f"| `{name.replace('|', chr(92) + '|')}` | {result} | {seconds[name]:.0f} |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
