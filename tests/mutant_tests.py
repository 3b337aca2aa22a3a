"""The tests of one mutant (launcher/mutants.py), in the order of MUTANT_TESTS, until MUTANT_SECONDS have passed.

MUTANT_PROGRESS: the file into which each test that begins is written, each one or module that
fails, and that the time is over.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

chosen: dict[str, int] = {}
ends: list[float] = []


def pytest_configure() -> None:
    names = json.loads(Path(os.environ["MUTANT_TESTS"]).read_text(encoding="utf-8"))
    chosen.update({name: place for place, name in enumerate(names)})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.nodeid not in chosen]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted((item for item in items if item.nodeid in chosen), key=lambda item: chosen[item.nodeid])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _write("began", item.nodeid)
    result = yield
    if ends and time.monotonic() > ends[0]:
        item.session.shouldstop = "no more time"
        _write("over")
    return result


def pytest_runtest_call() -> None:
    """The time begins when the first test does: making its database does not count."""
    ends.append(time.monotonic() + float(os.environ["MUTANT_SECONDS"]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _write("failed", report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _write("failed", report.nodeid)


def _write(*words: str) -> None:
    with Path(os.environ["MUTANT_PROGRESS"]).open("a", encoding="utf-8") as progress:
        progress.write(" ".join(words) + "\n")
