"""The fake networks, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.fakes import FakeServer, running


@pytest.fixture(scope="session")
def network() -> Iterator[FakeServer]:
    with running() as server:
        yield server


@pytest.fixture
def fakes(network: FakeServer) -> FakeServer:
    network.reset()
    return network
