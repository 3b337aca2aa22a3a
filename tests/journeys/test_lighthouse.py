"""What Lighthouse says of the pages that people open every day, with its own profile of a telephone: a slow processor
and a slow line. It is a program of others, so it sees what our own limits forget."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher import browser as browsers
from tests import places
from tests.journeys.visit import Visit

pytestmark = [pytest.mark.journey, pytest.mark.long]
PACKAGE = Path(__file__).parents[1] / "lighthouse"
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
PAGES = {
    "officer@cuprija.example": [
        "/m/cuprija/", "/m/cuprija/calendar/", "/m/cuprija/posts/", "/m/cuprija/posts/new/", "/m/cuprija/inbox/",
        "/m/cuprija/analytics/", "/m/cuprija/library/",
    ],
    "approver@cuprija.example": ["/m/cuprija/"],
    "mentor@dobosar.example": ["/"],
    "staff@dobosar.example": ["/programme/"],
}  # fmt: skip
SECONDS = 120


@pytest.fixture(scope="module")
def lighthouse() -> Iterator[Path]:
    """A directory with the pinned packages in it, and for what it writes."""
    npm = shutil.which("npm")
    assert npm, "Lighthouse needs npm and Node.js 18.20 or newer: docs/dependencies.md"
    with places.open_directory() as directory:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGE / name, directory)
        install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=directory, check=True, capture_output=True, timeout=600)
        yield directory


def judged(directory: Path, url: str, cookies: str) -> tuple[dict[str, int], list[str]]:
    """Points by category, and the audits that cost some."""
    (directory / "headers.json").write_text(json.dumps({"Cookie": cookies}), encoding="utf-8")
    command = [
        "node", "node_modules/lighthouse/cli/index.js", url, "--quiet", "--extra-headers=headers.json",
        "--output=json", "--output-path=report.json", f"--only-categories={','.join(LEAST)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": browsers.find()}
    answer = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert answer.returncode == 0, f"{url}: {answer.stderr[-800:]}"
    report = json.loads((directory / "report.json").read_text(encoding="utf-8"))
    assert report["finalDisplayedUrl"] == url
    return (
        {name: round(category["score"] * 100) for name, category in report["categories"].items()},
        [
            f"{audit['id']} {audit['score']} {audit.get('displayValue', '')}"
            for audit in report["audits"].values()
            if audit["score"] is not None and audit["score"] < 0.9
        ],
    )


def test_lighthouse_finds_every_daily_page_fast_accessible_and_sound(
    speaking: Callable[[str, str], Visit], lighthouse: Path
) -> None:
    points, below = {}, {}
    for who, paths in PAGES.items():
        person = speaking(who, "sr")
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in person.context.cookies())
        for path in paths:
            name = f"{who} {path}"
            points[name], costs = judged(lighthouse, person.stack.url + path, cookies)
            if any(points[name][category] < least for category, least in LEAST.items()):
                below[name] = (points[name], costs)
    print("\n".join(f"{name}: {scores}" for name, scores in points.items()))
    assert sum(map(len, PAGES.values())) == len(points) >= 10
    assert not below, "\n".join(f"{name}: {result}" for name, result in below.items())
