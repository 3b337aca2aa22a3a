"""The model of the outbox (docs/model.md) has the moves of the code, and allows what was recorded under chaos.

`make model` checks the model itself; tests/launcher/test_model.py checks one small part of it.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from delivery import graph
from tests.crash.behaviours import Behaviour, features, load, moves_of_model, replays

RECORDED = Path(__file__).with_name("data") / "behaviours.jsonl.gz"


@pytest.fixture(scope="module")
def recorded() -> list[Behaviour]:
    return load(RECORDED)


def test_the_model_has_exactly_the_moves_of_the_code() -> None:
    moves = {(str(a), str(b), str(because)) for (a, b), reasons in graph.EDGES.items() for because in reasons}
    modelled = set(moves_of_model())
    assert modelled - moves == set(), "the code has no such move"
    assert moves - modelled == set(), "the model has no such move"


def test_a_thousand_recorded_deliveries_behave_as_the_model_does(recorded: list[Behaviour]) -> None:
    counts = features(recorded)
    assert counts["all"] >= 1000
    assert set(counts) >= {"repeated", "carried_out_late", "sent_again_by_person", "linked_by_person"}
    assert min(counts.values()) > 0, f"chaos did not get to all of it: {counts}"
    refused = [behaviour for behaviour in recorded if not replays(behaviour)]
    assert refused == []


def test_behaviours_that_must_not_be_are_refused(recorded: list[Behaviour]) -> None:
    """Each is a recorded one with one thing changed."""
    plain = next(b for b in recorded if [a["outcome"] for a in b["attempts"]] == ["ok"])
    confirmed = next(b for b in recorded if any(m[2] == "found" for m in b["moves"]))
    assert replays(plain)
    assert replays(confirmed)

    never_sent = copy.deepcopy(plain)
    never_sent["attempts"][0]["sent_at"] = None
    assert not replays(never_sent), "published by a call that never left"

    sent_twice = copy.deepcopy(plain)
    sent_twice["attempts"].append(sent_twice["attempts"][0])
    assert not replays(sent_twice), "sent again after it was published"

    unseen = copy.deepcopy(confirmed)
    for attempt in unseen["attempts"]:
        attempt["outcome"] = attempt["outcome"].replace("found", "absent")
    assert not replays(unseen), "confirmed by a search that did not show it"

    repeated = next(b for b in recorded if sum(m[2] == "repeated" for m in b["moves"]) == 1)
    answered = next(b for b in recorded if any(m[2] == "not_there" for m in b["moves"]))
    assert replays(repeated)
    assert replays(answered)
    without_keys = {**copy.deepcopy(repeated), "honours_keys": False}
    assert not replays(without_keys), "repeated where a key means nothing"
    assert not replays(_with_window(repeated, 3600)), "repeated while the first call could still be carried out"
    assert not replays(_with_window(answered, 3600)), "a person was asked while the call could still be carried out"

    elsewhere = {**copy.deepcopy(plain), "state": "cancelled"}
    assert not replays(elsewhere), "cancelled without a move"


def _with_window(behaviour: Behaviour, seconds: float) -> Behaviour:
    return {**copy.deepcopy(behaviour), "window": seconds}
