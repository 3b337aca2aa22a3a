"""Real PostgreSQL and Valkey for one run of pytest. Loaded before everything else (`-p` in pyproject.toml).

The process that was started by hand starts one pair, unless DATABASE_URL / REDIS_URL name servers. The workers of
pytest-xdist inherit the addresses; each has a database (pytest-django) and a Valkey database of its own.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from launcher import embedded, roles
from launcher.errors import LauncherError
from tests import offline, template

# The suite's own values; what the environment says wins.
VARIABLES = {
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "SECRET_KEY": "tests-only-" + "k" * 50,
    "TOKEN_KEYS": "tests:" + "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtISEhISE=",
    "DEBUG": "false",
    "DEMO": "false",
    "PRACTICE_ENABLED": "true",
    # The year of the demo would be filled in beside the tests that start the demo.
    "DEMO_YEAR": "false",
    "SECOND_FACTOR_REQUIRED": "false",
    # Tests that read workbooks themselves import openpyxl before `common.openpyxl_loading` does.
    "OPENPYXL_LXML": "False",
    # Playwright's synchronous interface runs inside an event loop; the database is used from that thread alone.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
# Until everything is collected: what is made then stays, and searching it for garbage takes a third of the time.
gc.disable()
RUNS = Path(tempfile.gettempdir()) / f"dobosar-tests-{os.getuid()}"
running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # pytest-django reads the settings in this very hook, so the addresses must stand in the environment before it.
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = valkey_of(worker, os.environ["REDIS_URL"])
    else:
        try:
            _start()
        except LauncherError as error:
            raise pytest.UsageError(str(error)) from error
    offline.enforce()
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """`make coverage` counts the workers of pytest-xdist, or this process where there are none, and nothing else."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", default=None):
        os.environ.pop("COVERAGE_PROCESS_START", None)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def valkey_of(worker: str, url: str) -> str:
    """Valkey has 16 databases; the worker gwN takes N + 1."""
    number = int(worker.removeprefix("gw")) + 1
    if number > 15:
        raise pytest.UsageError("Valkey has 16 databases: run at most 15 workers (-n 15).")
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def _start() -> None:
    _sweep()
    base = RUNS / str(os.getpid())
    base.mkdir(parents=True, mode=0o711)
    # At exit rather than in a hook: the last fixtures still talk to the servers when pytest's hooks are through.
    atexit.register(running.close)
    running.callback(shutil.rmtree, base, ignore_errors=True)
    os.environ.setdefault("DATA_DIR", str(base / "site"))
    if not os.environ.get("DATABASE_URL"):
        template.lay_out(base / "servers", RUNS)
    os.environ.update(running.enter_context(embedded.serving(base / "servers", test=True)))
    if not os.environ.get("DATABASE_OWNER_URL"):
        _separate_roles()


def _separate_roles() -> None:
    """On a server that somebody names: its role owns the tables, and the tests sign in with one of their own."""
    owner = os.environ["DATABASE_URL"]
    at = urlsplit(owner)
    application = at._replace(netloc=f"dobosar_tests:tests-only@{at.netloc.rpartition('@')[2]}").geturl()
    roles.ensure(owner, application)
    os.environ.update(DATABASE_URL=application, DATABASE_OWNER_URL=owner)


def _sweep() -> None:
    """Servers of a run that was killed are still there: stop them."""
    RUNS.mkdir(mode=0o711, exist_ok=True)
    for left in RUNS.iterdir():
        if left.name.isdigit() and not psutil.pid_exists(int(left.name)):
            embedded.stop(left / "servers")
            shutil.rmtree(left, ignore_errors=True)
