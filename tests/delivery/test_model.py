"""The models of the outbox (docs/model.md) have the moves of the code, and allow what was recorded under chaos.

`make model` checks the models themselves; tests/launcher/test_model.py checks small parts of them.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery import graph
from launcher import model
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


def test_the_model_of_corrections_has_no_other_moves() -> None:
    modelled = moves_of_model(model.EDITS)
    assert modelled - moves_of_model() == set()
    assert ("sending", "scheduled", "unanswered") in modelled


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


BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
WINDOW = 4
UNANSWERED = ("sending", "checking", "outcome_unknown")
ASKED = ("checking", "unconfirmed", "absent")
ANSWER = ("unconfirmed", "checking", "not_there")
SENT_AGAIN = ("checking", "sending", "not_there")
SENT = ("sending", "published", "sent")
FOUND = "published", "found"


def _call(at: float, outcome: str, *, repeat: bool = False, left: bool = True) -> dict[str, Any]:
    moment = (BEGAN + timedelta(seconds=at)).isoformat()
    return {
        "step": "create",
        "repeat": repeat,
        "opened_at": moment,
        "sent_at": moment if left else None,
        "outcome": outcome,
    }


def _search(at: float, outcome: str) -> dict[str, Any]:
    return _call(at, outcome, left=False) | {"step": "find"}


def _behaviour(attempts: list[dict[str, Any]], moves: list[tuple[str, ...]], state: str = "published") -> Behaviour:
    return {
        "network": "careless",
        "honours_keys": False,
        "window": WINDOW,
        "carried_out_late": False,
        "restored": False,
        "state": state,
        "attempts": attempts,
        "moves": moves,
    }


def test_it_is_sent_again_after_an_answer_only_when_a_search_shows_nothing() -> None:
    before = [_call(0, "unknown"), _search(5, "absent")]
    again = _call(9, "ok", repeat=True)
    moves = [UNANSWERED, ASKED, ANSWER, SENT_AGAIN, SENT]
    assert replays(_behaviour([*before, _search(8, "absent"), again], moves))
    assert not replays(_behaviour([*before, again], moves)), "sent again without a search after the answer"
    assert not replays(_behaviour([*before, _search(8, "found"), again], moves)), "sent again although it was there"
    unclear = _behaviour([*before, _search(8, "cannot_tell"), again], moves)
    assert not replays(unclear), "sent again although the search said nothing"
    at_once = _behaviour(
        [*before, _call(9, "ok")], [UNANSWERED, ASKED, ("unconfirmed", "scheduled", "not_there"), SENT]
    )
    assert not replays(at_once), "a person's answer alone"
    assert replays({**at_once, "restored": True})
    unasked = _behaviour([*before, again], [UNANSWERED, SENT_AGAIN, SENT])
    assert not replays(unasked), "sent again without an answer"
    later = _behaviour(
        [*before, _search(8, "absent"), _call(9, "ok")],
        [UNANSWERED, ASKED, ANSWER, ("checking", "scheduled", "not_there"), SENT],
    )
    assert not replays(later), "its time was over"
    assert replays({**later, "restored": True})


def test_an_answer_is_taken_back_when_it_was_there_or_cannot_be_searched_for() -> None:
    before = [_call(0, "unknown"), _search(5, "absent")]
    moves = [UNANSWERED, ASKED, ANSWER]
    assert replays(_behaviour([*before, _search(8, "found")], [*moves, ("checking", *FOUND)]))
    unclear = [*moves, ("checking", "unconfirmed", "cannot_tell")]
    assert replays(_behaviour([*before, _search(8, "cannot_tell")], unclear, "unconfirmed"))
    assert not replays(_behaviour([*before, _search(8, "absent")], unclear, "unconfirmed")), "another reason"
    assert not replays(_behaviour(before, unclear, "unconfirmed")), "without a search"


def test_after_a_rate_limit_it_goes_out_again_when_the_window_is_over() -> None:
    limited = _call(0, "rate_limited")
    moves = [("sending", "checking", "rate_limited"), ("checking", "scheduled", "rate_limited"), SENT]
    assert replays(_behaviour([limited, _search(5, "absent"), _call(9, "ok")], moves))
    assert not replays(_behaviour([limited, _search(3, "absent"), _call(9, "ok")], moves)), "too early"
    assert not replays(_behaviour([limited, _search(5, "cannot_tell"), _call(9, "ok")], moves)), "not searched"
    assert not replays(_behaviour([_call(0, "unknown"), _search(5, "absent"), _call(9, "ok")], moves)), "no such answer"
    assert not replays(_behaviour([_call(0, "rate_limited", left=False)], moves[:1], "checking")), "it never left"
    mistaken = [UNANSWERED, *moves[1:]]
    assert not replays(_behaviour([_call(0, "unknown"), _search(5, "absent"), _call(9, "ok")], mistaken))


@pytest.mark.parametrize(
    ("outcome", "refused"),
    [("rejected", ("failed", "rejected")), ("needs_consent", ("waiting", "needs_consent"))],
)
def test_what_a_network_refused_may_be_found(outcome: str, refused: tuple[str, str]) -> None:
    moves = [("sending", *refused), (refused[0], *FOUND)]
    assert replays(_behaviour([_call(0, outcome), _search(60, "found")], moves))
    assert not replays(_behaviour([_call(0, outcome), _search(60, "absent")], moves)), "the search did not show it"
    assert not replays(_behaviour([_call(0, outcome)], moves)), "nobody searched"


def test_what_never_left_is_found_only_after_a_restore() -> None:
    found = _behaviour([_search(0, "found")], [("scheduled", *FOUND)])
    assert not replays(found)
    assert replays({**found, "restored": True})
    unclear = _behaviour([_search(0, "cannot_tell")], [("scheduled", "unconfirmed", "restored")], "unconfirmed")
    assert not replays(unclear)
    assert replays({**unclear, "restored": True})
