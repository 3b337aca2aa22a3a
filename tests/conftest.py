"""Fixtures for every test: a clean Valkey, a media directory of its own, a real browser for the journeys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg2
import pytest
import redis
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from common.database_owner import as_owner, set_owner
from launcher import browser as browsers
from tests import browsing, ci_sample, database, emptying, live, long_report, patience, refusals, template
from tests.crash import figures

pytest_plugins = ["tests.people", "tests.costs"]

PIECES = (
    "tests/journeys/",
    "tests/demo/test_seed.py",
    "tests/demo/test_report_files.py",
    "tests/architecture/test_hostile_rows.py",
    "tests/architecture/test_source.py",
)
NUMBERS = count()

# A property is about what comes out, not about how long it takes beside everything else the machine does.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


emptying.install()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_keepdb: bool, django_db_createdb: bool
) -> None:
    """Test databases are clones of one that is migrated once (`tests/template.py`)."""
    from django.conf import settings

    default, url = settings.DATABASES["default"], os.environ["DATABASE_OWNER_URL"]
    test = default.setdefault("TEST", {})
    name = test.get("NAME") or f"test_{default['NAME']}"
    if not (django_db_keepdb and not django_db_createdb and template.is_kept(url, name)):
        test["TEMPLATE"] = template.ensure(url)


@pytest.fixture(scope="session")
def application_role(django_db_modify_db_settings: None) -> Iterator[dict[str, str]]:
    """The login of the application, which does not create the database: until it exists, we connect as the owner."""
    from django.db import connection

    role = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    with as_owner():
        yield role


@pytest.fixture(scope="session")
def django_db_setup(application_role: dict[str, str], django_db_setup: None, django_db_keepdb: bool) -> Iterator[None]:
    """pytest-django's, as the owner. Then the tests connect with the application's role, as the product does. At the
    end all connections to the database are closed, so that it can be dropped."""
    from django.db import connections

    connection = connections["default"]
    owner = {name: connection.settings_dict[name] for name in application_role}
    connection.close()
    connection.settings_dict.update(application_role)
    set_owner(connection, is_owner=False)
    database.let_tests_become_owner(application_role["USER"])
    yield
    connections.close_all()
    connection.settings_dict.update(owner)
    set_owner(connection, is_owner=True)
    if not django_db_keepdb:
        name = connections["default"].settings_dict["NAME"]
        connections.close_all()
        with suppress(psycopg2.Error):  # then the drop says why it cannot be dropped
            template.shut_out_everybody(os.environ["DATABASE_OWNER_URL"], name)


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


@pytest.fixture(autouse=True)
def clean_valkey(settings: Any) -> Iterator[None]:
    """What one test left in the cache or the queue is no business of the next."""
    yield
    _valkey(settings.REDIS_URL).flushdb()


@pytest.fixture(autouse=True)
def open_door() -> None:
    """`live_server` shuts it at the end of a test; the next one begins with empty tables."""
    live.reopen()


@pytest.fixture(autouse=True)
def media(settings: Any) -> Path:
    """Made when the first file is stored. `tmp_path` would read the names of all earlier ones before each test."""
    settings.MEDIA_ROOT = settings.SUITE_ROOT / "media" / str(next(NUMBERS))
    return Path(settings.MEDIA_ROOT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium per worker."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=patience.MILLISECONDS)
    patience.teach()
    with ExitStack() as running:
        with patience.real_clock() as environ:
            playwright = running.enter_context(sync_playwright())
            chromium = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.ARGUMENTS, env=environ)
        refusals.listen(chromium)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def no_open_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that a test left open would go on asking the server of the next one. Pages of a whole module stay."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("browser")
    before = list(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture(autouse=True)
def nothing_refused() -> Iterator[None]:
    """No page of ours does what its own policy forbids."""
    yield
    assert refusals.take() == []


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page in a fresh context, in English, 1280 px wide, without motion: in the middle of a fade nothing can be
    clicked, and colours are others. A journey for phones makes its own context."""
    context = browser.new_context(
        locale="en-GB", timezone_id="Europe/Belgrade", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def live_server(live_server: Any, transactional_db: None) -> Iterator[Any]:
    """pytest-django's, with a door that is shut before the tables are emptied."""
    yield live_server
    live.shut()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests against real servers run in `make test-real` alone, which says which servers are there; slow ones in
    `make test-slow`, `make test-long` and `make coverage`, long ones in `make test-long`, both in WHAT=crash and
    WHAT=security-figures. These name their marks."""
    usable = os.environ.get("REAL_SERVERS", "").split(",")
    left_out = [item for item in items for mark in item.iter_markers("real") if mark.args[0] not in usable]
    browsing.every_look = "long" in config.option.markexpr
    for item in items:
        if item.nodeid.startswith(ci_sample.SAMPLE) and item.get_closest_marker("slow"):
            item.add_marker("ci")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    named = set(config.option.markexpr.split())
    if "slow" not in named:
        # Hypothesis would read and parse all our modules for their constants, ten seconds in each worker.
        providers._get_local_constants = Constants
    others = {"long", "crash", "security_figures"}
    for mark, includes in (("slow", {"slow", "ci", *others}), ("long", others)):
        if not includes & named:
            left_out += [item for item in items if item.get_closest_marker(mark)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        unwanted = set(left_out)
        items[:] = [item for item in items if item not in unwanted]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker takes a module, whose fixtures and imports then serve all its tests; of modules with a browser, which
    take long and share little, one test. As one piece it takes what shares a product, a demo or parsed source."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # not those with most tests first, but the most expensive (tests/costs.py)

    class InPieces(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            alone = nodeid if module.endswith("_in_browser.py") else module
            return next((piece for piece in PIECES if nodeid.startswith(piece)), alone)

        def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
            """Drops what is through, which xdist counts after every test: that takes the square of their number."""
            for scope in [scope for scope, tests in workload.items() if all(tests.values())]:
                del workload[scope]
            return int(super()._pending_of(workload))

    return InPieces(config, log)


def pytest_unconfigure() -> None:
    from django.conf import settings

    if settings.configured:
        shutil.rmtree(settings.SUITE_ROOT, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures of the crash suite and how long a journey took, when they were part of the run. LONG_REPORT=path
    writes the results of all tests, NETWORK_PAGE=path what the networks can do and what was checked by their schemas.
    """
    # Figures are complete when a test has been put away, so they travel with the report of its teardown.
    ends = [r for reports in terminalreporter.stats.values() for r in reports if getattr(r, "when", "") == "teardown"]
    kept = [each for report in ends for each in report.user_properties]
    rows = [value for name, value in kept if name == "crash"]
    if rows:
        figures.tell(terminalreporter, rows)
    for sentence in (value for name, value in kept if name == "journey"):
        terminalreporter.write_line(sentence)
    if path := os.environ.get("NETWORK_PAGE"):
        from tests.platforms import network_page

        checked = [value for name, value in kept if name == "vendor_schemas"]
        network_page.write(Path(path), checked)
    if path := os.environ.get("LONG_REPORT"):
        every = [r for reports in terminalreporter.stats.values() for r in reports]
        long_report.write(Path(path), [r for r in every if isinstance(r, pytest.TestReport)])


def pytest_report_header(config: pytest.Config) -> list[str]:
    def shown(name: str) -> str:
        return os.environ[name].rpartition("@")[2]

    return [f"PostgreSQL at {shown('DATABASE_URL')}, Valkey at {shown('REDIS_URL')}; browser: {browsers.describe()}"]
