"""The fakes: one server for a module, reset before each test. What connectors sent is checked at the end of it."""

import os
from collections.abc import Iterator

import pytest

from tests.platforms.fakes import FakeServer, running
from tests.platforms.intervals import shorten
from tests.platforms.vendor_schemas import recorded


@pytest.fixture(autouse=True)
def short_intervals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.node.get_closest_marker("real"):
        shorten(monkeypatch)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture
def fakes(server: FakeServer, request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    server.reset()
    server.world.exchanges = exchanges = []
    yield server
    checked = recorded.check_all(exchanges)
    if os.environ.get("NETWORK_PAGE"):
        request.node.user_properties += [("vendor_schemas", one.for_report()) for one in checked if one.operation]
    problems = sorted({problem for one in checked for problem in one.problems})
    assert not problems, "Requests or answers that the schemas of the networks do not allow:\n" + "\n".join(problems)
