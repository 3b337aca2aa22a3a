"""Acts of two people, or of a person and a worker, in every order of their statements."""

from __future__ import annotations

import time

import pytest

from tests.delivery.conftest import allowed, network
from tests.interleaving import explore
from tests.interleavings import approvals, corrections, plans, rights
from tests.interleavings.pairs import CASES, Case
from tests.people import Cast
from tests.platforms.fakes import FakeServer

__all__ = ["allowed", "approvals", "corrections", "network", "plans", "rights"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_smoke(case: Case, cast: Cast, network: FakeServer) -> None:
    start = time.time()
    result = explore(case.prepare(cast, network), runs=400)
    print("\nRESULT", case, result.runs, result.tries, result.is_complete, len(result.violations), round(time.time() - start, 1))
    assert not result.violations, "\n".join(result.violations)
