"""`make test-long`: what takes longer than CI may, one stage after the other; docs/long-tests.md has the results.

It runs before an issue is called done. ARGS='slow model' runs the stages that are named. What cannot run on this
machine says so, and counts as not run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from launcher import browser
from launcher.site import ROOT

PAGE = ROOT / "docs" / "long-tests.md"
WORKERS = os.environ.get("PYTEST_WORKERS", "3")
HEAD = """# Long tests

`make test-long` runs what takes longer than CI may; `.ci/run` has a sample of each kind
([what is where](test-suite.md#what-runs-where)). It writes this page.

"""


@dataclass(frozen=True)
class Stage:
    """`proves`: a sentence for people. `not_here`: why it cannot run on this machine, empty where it can."""

    name: str
    proves: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    not_here: str = ""


def stages(report: Path) -> list[Stage]:
    """`report`: the file into which the first stage writes its tests."""
    python = (sys.executable, "-m")
    parallel = (*python, "pytest", "-n", WORKERS, "-m")
    others = [path for path in browser.installed() if path != browser.find()]
    return [
        Stage(
            "slow",
            "Every address as every role, hostile rows on every page, journeys in every theme, killed programs, "
            "backups, older data, large instances",
            (*parallel, "slow or long or journey"),
            {"LONG_REPORT": str(report), "HOSTILE_REPORT": "docs/hostile-rendering.md"},
        ),
        Stage(
            "second-browser",
            "The tests with a browser pass in ordinary Chromium as well as in its headless shell",
            (*parallel, "browser"),
            {"BROWSER_PATH": others[0]} if others else {},
            "" if others else f"only one browser is installed: {browser.find()}",
        ),
        Stage(
            "one-core",
            "The suite passes on a machine with one core",
            ("taskset", "--cpu-list", "0", *python, "pytest", "-n", "1", "-m", "not real"),
        ),
        Stage(
            "crash",
            "Workers killed at every step: nothing twice, nothing lost, nothing on a wrong channel",
            (*python, "pytest", "tests/crash", "-m", "crash", "-q"),
            {"CRASH_REPORT": "docs/crash-suite.md"},
        ),
        Stage(
            "model",
            "The models of the outbox hold, and fail without each guard, with the checks that take longer",
            (*python, "launcher.model", "--all"),
        ),
        Stage(
            "real-servers",
            "Connectors against snac2, WordPress, a mail server and Bluesky",
            (*python, "launcher.real"),
        ),
        Stage(
            "containers",
            "The image and the compose file: set-up, a post, a backup restored beside it, an upgrade",
            (*python, "tests.containers.walk", "--required"),
        ),
        Stage(
            "debian",
            "The Debian package as docs/operations/deploy.md installs it",
            (*python, "tests.containers.debian", "--required"),
        ),
    ]


def run(stage: Stage) -> tuple[str, float]:
    """What came of it, and the minutes."""
    print(f"\n=== {stage.name}: {stage.proves}", flush=True)
    if stage.not_here:
        return f"not run: {stage.not_here}", 0.0
    began = time.monotonic()
    done = subprocess.run(stage.command, cwd=ROOT, env={**os.environ, **stage.environ}, check=False)
    return "failed" if done.returncode else "passed", (time.monotonic() - began) / 60


def main(names: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="dobosar-long-") as directory:
        report = Path(directory) / "report.md"
        every = stages(report)
        if unknown := set(names) - {stage.name for stage in every}:
            print(f"No such stage: {', '.join(sorted(unknown))}. There are: {', '.join(stage.name for stage in every)}")
            return 2
        lines = [
            f"Run of {datetime.now(UTC):%d.%m.%Y}.",
            "",
            "| Stage | What it proves | Result | Minutes |",
            "|---|---|---|---:|",
        ]
        has_failed = False
        for stage in every:
            if names and stage.name not in names:
                continue
            result, minutes = run(stage)
            has_failed |= result == "failed"
            lines.append(f"| {stage.name} | {stage.proves} | {result} | {minutes:.0f} |")
        print("\n".join(lines))
        if not names:
            tests = report.read_text(encoding="utf-8") if report.exists() else ""
            PAGE.write_text(HEAD + "\n".join(lines) + "\n\n" + tests, encoding="utf-8")
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
