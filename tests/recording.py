"""What each test runs, renders and opens, for `make test CHANGED=1` (launcher/changed.py).

TEST_RECORD=directory switches it on; each worker writes a file there. TEST_CHOSEN=path leaves only tests
that are named in it, and tests without a record.

Python says once per test that a function begins (`sys.monitoring`). Results that one test leaves to the next would hide
what made them: so what runs in a fixture of wider scope counts for all tests that use it, and what runs while a cached
function computes (`functools.cache`) for all that call it. A file that is opened counts for all tests of the module.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from launcher import changed
from launcher.site import ROOT

TOOL = sys.monitoring.PROFILER_ID
BELOW, VENV = f"{ROOT}{os.sep}", f"{ROOT}{os.sep}.venv"
# A cached function that computes more often than this in one process computes the like again.
COMPUTED = 20
Runs = set[str]
# The innermost is where things are written down: that of the test, of a fixture or of a cached function.
open_records: list[Runs] = [set()]
of_fixtures: dict[Any, Runs] = {}
of_caches: dict[str, Runs] = {}
opened_in: dict[str, Runs] = {}
recorded: dict[str, tuple[Runs, float, bool]] = {}
outcomes: dict[str, bool] = {}


def is_on() -> bool:
    return "TEST_RECORD" in os.environ


def _unit(code: CodeType) -> str | None:
    """None for code of others."""
    path = code.co_filename
    if not path.startswith(BELOW) or path.startswith(VENV):
        return None
    return f"{path[len(BELOW) :]}::{code.co_qualname.partition('.<locals>')[0]}"


def _began(code: CodeType, _offset: int) -> Any:
    if unit := _unit(code):
        open_records[-1].add(unit)
    return sys.monitoring.DISABLE


class _Recording:
    """In here everything is written into `runs`, also what was already written elsewhere; and outside it as well."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs

    def __enter__(self) -> None:
        open_records.append(self.runs)
        sys.monitoring.restart_events()

    def __exit__(self, *_: object) -> None:
        # Usually the last one, unless a thread of the server computes meanwhile.
        for index in range(len(open_records) - 1, 0, -1):
            if open_records[index] is self.runs:
                del open_records[index]
                break
        open_records[-1].update(self.runs)


def _opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(path := arguments[0], str | os.PathLike):
        name = os.path.abspath(os.fspath(path)) if not isinstance(path, bytes) else ""
        is_ours = name.startswith(BELOW) and not name.startswith((VENV, f"{BELOW}.")) and not name.endswith(".pyc")
        if is_ours and not (name.endswith(".py") and _is_import()):
            open_records[-1].add(name[len(BELOW) :])
    elif event == "subprocess.Popen" and "python" in str(arguments[0]):
        open_records[-1].add(changed.STARTS)


def _is_import() -> bool:
    """A module that is imported is not read for its text."""
    return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")


def _rendered(sender: Any, **_: Any) -> None:
    name = str(getattr(sender.origin, "name", ""))
    if name.startswith(BELOW) and not name.startswith(VENV):
        open_records[-1].add(name[len(BELOW) :])


# ---- caches of functions

_lru_cache = functools.lru_cache


class _Cached:
    """A cached function of ours. A call counts as one of everything that ran while its results were computed."""

    def __init__(self, function: Callable[..., Any], options: tuple[Any, Any]) -> None:
        self.unit = _unit(function.__code__) or ""
        self.counter: Counter[str] = Counter()
        self.cached = _lru_cache(*options)(self._computed(function))
        functools.update_wrapper(self, function)
        for name in ("cache_info", "cache_clear", "cache_parameters"):
            setattr(self, name, getattr(self.cached, name))

    def _computed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def computed(*args: Any, **options: Any) -> Any:
            self.counter["computed"] += 1
            if self.counter["computed"] > COMPUTED:
                return function(*args, **options)
            with _Recording(of_caches.setdefault(self.unit, set())):
                return function(*args, **options)

        return computed

    def __call__(self, *args: Any, **options: Any) -> Any:
        result = self.cached(*args, **options)
        open_records[-1].add(self.unit)
        return result

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)


def _recorded_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    def decorate(function: Any) -> Any:
        code = getattr(function, "__code__", None)
        is_ours = code is not None and _unit(code)
        return _Cached(function, (limit, typed)) if is_ours else _lru_cache(limit, typed)(function)

    if callable(maxsize):
        limit: Any = 128
        return decorate(maxsize)
    limit = maxsize
    return decorate


if is_on():
    # Before the product is imported, which takes them from this module.
    functools.lru_cache = _recorded_cache
    functools.cache = lambda function: _recorded_cache(None)(function)
    sys.monitoring.use_tool_id(TOOL, "dobosar")
    sys.monitoring.register_callback(TOOL, sys.monitoring.events.PY_START, _began)
    sys.addaudithook(_opened)


def pytest_collection_finish() -> None:
    if is_on():
        from django.test.signals import template_rendered

        template_rendered.connect(_rendered)
        sys.monitoring.set_events(TOOL, sys.monitoring.events.PY_START)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "TEST_CHOSEN" not in os.environ:
        return
    chosen = json.loads(Path(os.environ["TEST_CHOSEN"]).read_text(encoding="utf-8"))
    record, modules, tests = changed.load() or changed.Record(), tuple(chosen["modules"]), set(chosen["tests"])

    def is_chosen(name: str) -> bool:
        return name in tests or name not in record.tests or name.startswith(modules)

    left_out = [item for item in items if not is_chosen(item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if is_chosen(item.nodeid)]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    if not is_on() or fixturedef.scope == "function":
        return (yield)
    runs = of_fixtures[fixturedef] = set()
    with _Recording(runs):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if not is_on():
        return (yield)
    runs: Runs = set()
    began = time.monotonic()
    with _Recording(runs):
        result = yield
    seconds = time.monotonic() - began
    info: Any = item._fixtureinfo  # type: ignore[attr-defined]
    for definitions in info.name2fixturedefs.values():
        for definition in definitions:
            runs |= of_fixtures.get(definition, set())
    module = item.nodeid.partition("::")[0]
    opened_in.setdefault(module, set()).update(run for run in runs if "::" not in run and run != changed.STARTS)
    recorded[item.nodeid] = (runs, seconds, outcomes.get(item.nodeid, True))
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if is_on() and report.failed:
        outcomes[report.nodeid] = False


def pytest_sessionfinish(session: pytest.Session) -> None:
    is_controller = not hasattr(session.config, "workerinput") and session.config.getoption(
        "numprocesses", default=None
    )
    if not is_on() or is_controller:
        return
    content = {}
    for test, (runs, seconds, has_passed) in recorded.items():
        complete = runs | opened_in[test.partition("::")[0]]
        waiting = complete & of_caches.keys()
        while waiting:
            more = of_caches[waiting.pop()] - complete
            waiting |= more & of_caches.keys()
            complete |= more
        content[test] = (sorted(complete), round(seconds, 2), has_passed and outcomes.get(test, True))
    place = Path(os.environ["TEST_RECORD"]) / f"record.{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    place.write_text(json.dumps(content), encoding="utf-8")
