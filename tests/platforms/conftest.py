"""The fakes: one server for a module, reset before each test."""

from collections.abc import Iterator

import pytest

from tests.platforms.fakes import FakeServer, running


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture
def fakes(server: FakeServer) -> FakeServer:
    server.reset()
    return server
