"""Two people, or a person and a worker, in every order in which the statements of their acts can meet.

What must hold is said at each pair (`approvals`, `corrections`, `plans`, `rights`).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests import emptying
from tests.delivery.conftest import allowed, network
from tests.interleaving import explore
from tests.interleavings import approvals, corrections, plans, rights
from tests.interleavings.pairs import CASES, Case
from tests.people import Cast, make_cast
from tests.platforms.fakes import FakeServer
from tests.security_figures import record

__all__ = ["allowed", "approvals", "corrections", "network", "plans", "rights"]
pytestmark = pytest.mark.django_db(transaction=True)

# One of each kind is in `make test`.
QUICK = (
    approvals.approving_while_the_membership_of_the_approver_ends,
    approvals.approving_ones_own_while_the_rule_forbids_it,
    corrections.a_post_is_sent_while_it_is_moved,
    plans.a_day_is_made_while_the_pattern_is_deleted,
    plans.a_kit_is_adopted_while_it_is_closed,
    plans.a_plan_is_confirmed_twice,
    rights.a_relaxation_is_agreed_to_while_the_approver_leaves,
)
MOST = 2_000


def params() -> list[Any]:
    return [
        pytest.param(case, marks=[] if case.prepare in QUICK else [pytest.mark.slow], id=str(case)) for case in CASES
    ]


@pytest.mark.parametrize("case", params())
def test_what_must_hold_does_in_every_order(case: Case, cast: Cast, network: FakeServer) -> None:
    result = explore(case.prepare(cast, network), runs=MOST)
    assert not result.violations, f"{case.holds}\n{result.violations[0]}"
    assert result.is_complete
    assert result.runs >= 2


@pytest.mark.security_figures
@pytest.mark.long
def test_every_pair_is_counted(cast: Cast, network: FakeServer) -> None:
    """All of them once more, for the figures."""
    runs = violations = 0
    for case in CASES:
        network.reset()
        result = explore(case.prepare(cast, network), runs=MOST)
        assert result.is_complete, case
        runs, violations = runs + result.runs, violations + len(result.violations)
        emptying.empty()
        cast = make_cast()
    assert violations == 0
    assert runs > 2 * len(CASES)
    record("Interleavings", {"pairs of acts": len(CASES), "interleavings": runs, "violations": violations})
