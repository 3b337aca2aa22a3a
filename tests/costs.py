"""The processor time of each test: of its worker, of the processes that it started, and of the browser. That of
PostgreSQL and Valkey, which all tests share, is not counted.

TEST_COSTS=path writes it into a file for each worker, `path.gw0` and so on, which `launcher/suite_figures.py` reads.
Its record decides which tests begin first, and `make check` compares it with the budget.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from launcher import suite_figures

# Their processes live on from one test to the next.
BROWSERS = {"browser", "page"}
spent_by: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    # With the last test the browser ends, and what it has taken since it began is that of an ended child.
    if "TEST_COSTS" not in os.environ or nextitem is None:
        return (yield)
    with_browser = not BROWSERS.isdisjoint(getattr(item, "fixturenames", ()))
    began = _spent(with_browser=with_browser)
    result = yield
    spent_by[item.nodeid] = _spent(with_browser=with_browser) - began
    return result


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The most expensive ones begin, so that in the end no worker waits long for the others."""
    known = {test: seconds for costs in suite_figures.read().values() for test, seconds in costs.items()}
    items.sort(key=lambda item: -known.get(item.nodeid, 0.0))


def pytest_sessionfinish() -> None:
    if spent_by:
        place = f"{os.environ['TEST_COSTS']}.{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        Path(place).write_text(json.dumps(spent_by), encoding="utf-8")


def _spent(*, with_browser: bool) -> float:
    """Seconds of the processor."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() + ended.ru_utime + ended.ru_stime
    if with_browser:
        for process in psutil.Process().children(recursive=True):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            # of a process of the browser also those of its ended children
            spent += sum(times[:4])
    return spent
