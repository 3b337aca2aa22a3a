"""`make run` for the first time and again: plain words, a clean end, and nothing done twice."""

from __future__ import annotations

import pytest

from tests.journeys.stack import FirstRun, Stack

pytestmark = pytest.mark.journey


@pytest.mark.slow
def test_it_starts_answers_refuses_a_double_and_stops_cleanly(first_run: FirstRun, stack: Stack) -> None:
    assert first_run.readiness
    assert all(first_run.readiness.values())
    whole = " ".join(first_run.second.split())
    assert f"already runs on {first_run.place}: process {first_run.pid}, at {first_run.url}" in whole
    assert len(first_run.programs) >= 4
    assert first_run.code == 0
    assert first_run.left_alive == []
    assert "filling in the demo" in first_run.output

    # 540 on a quiet machine, half a minute after a start without the demo to be filled in.
    assert first_run.megabytes < 660

    output = "".join(stack.output)
    assert "filling in the demo" not in output
    assert "Preparing the tables" not in output
    # Under 6 s on a quiet machine.
    assert stack.start_seconds < first_run.start_seconds
