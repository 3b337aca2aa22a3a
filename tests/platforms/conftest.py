"""The fakes: one server for a module, reset before each test."""

from collections.abc import Iterator

import pytest

from tests.platforms.fakes import FakeServer, running
from tests.platforms.intervals import shorten


@pytest.fixture(autouse=True)
def short_intervals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.node.get_closest_marker("real"):
        shorten(monkeypatch)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture
def fakes(server: FakeServer) -> FakeServer:
    server.reset()
    return server
