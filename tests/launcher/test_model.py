"""`make model`, on the smallest network: SPIN accepts the models, and refuses them without a guard."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from launcher import model

needs_spin = pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("gcc") is None, reason="needs spin and gcc (`.ci/run` installs them)"
)


@needs_spin
def test_spin_finds_what_a_removed_guard_allows(tmp_path: Path) -> None:
    (intact,) = (one for one in model.INTACT if one.title == "no keys")
    (window,) = (one for one in model.REVERTS if "-DNO_WINDOW" in one.options and one.model == model.OUTBOX)
    assert model.run(intact, tmp_path / "intact").violated == ""
    outcome = model.run(window, tmp_path / "window")
    assert (outcome.violated, outcome.is_expected) == ("asked_in_time", True)
    assert outcome.length > 10


@needs_spin
def test_spin_finds_corrections_that_are_carried_out_late(tmp_path: Path) -> None:
    (intact,) = (one for one in model.INTACT if one.title == "corrections")
    (unchecked,) = (one for one in model.REVERTS if "-DNO_CHECK" in one.options)
    assert model.run(intact, tmp_path / "intact").violated == ""
    outcome = model.run(unchecked, tmp_path / "unchecked")
    assert (outcome.violated, outcome.is_expected) == ("newest_shown", True)
    assert outcome.length > 10


@needs_spin
@pytest.mark.long
@pytest.mark.parametrize("one", model.LONG, ids=lambda one: one.title)
def test_what_make_model_leaves_out_for_its_length(one: model.Check, tmp_path: Path) -> None:
    outcome = model.run(one, tmp_path / "check")
    assert outcome.is_expected, outcome.line()


def test_a_run_that_was_cut_short_is_no_proof() -> None:
    whole = "State-vector 132 byte, depth reached 376, errors: 0\n    11270 states, stored\n"
    assert model.verdict(whole) == ("", 11270)
    assert model.verdict("error: max search depth too small\n" + whole)[0] == "not exhaustive"
    assert model.verdict("pan: out of memory\n")[0] == "not exhaustive"
    assert model.verdict("pan:1: assertion violated own_channel (at depth 9)\n" + whole)[0] == "own_channel"


def test_every_guard_of_the_model_is_removed_by_some_check() -> None:
    assert all(one.violates for one in model.REVERTS)
    assert not any(one.violates for one in (*model.INTACT, *model.LONG, *model.DOUBLED))
    for path in (model.OUTBOX, model.EDITS):
        switches = set(re.findall(r"(?:ifdef |ifndef |defined\()(NO_\w+)", path.read_text()))
        removed = [
            {option.removeprefix("-D") for option in one.options if option.startswith("-DNO_")}
            for one in (*model.REVERTS, *model.DOUBLED)
            if one.model == path
        ]
        assert all(removed)
        assert set().union(*removed) == switches


@needs_spin
def test_a_run_is_written_into_the_document(tmp_path: Path) -> None:
    stopwatch = model.Stopwatch()
    outcome = model.run(model.REVERTS[0], tmp_path / "move")
    took = stopwatch.stop()
    assert took.processor > 0
    assert took.line().startswith(f"Run of {took.day:%d.%m.%Y}: ")
    document = tmp_path / "model.md"
    document.write_text(f"Before.\n{model.BEGIN}\nold\n{model.END}\nAfter.\n")
    model.write([outcome], took, document)
    written = document.read_text()
    assert "old" not in written
    assert took.line() in written
    assert f"| {outcome.check.title} | not_forgotten | {outcome.length} |" in written
    assert written.startswith("Before.\n")
    assert written.endswith("After.\n")


def test_a_machine_that_did_much_else_is_noted_as_busy() -> None:
    day = date(2026, 1, 31)
    assert "The machine was quiet" in model.Run(day, seconds=100, processor=120, others=5).line()
    assert "The machine was busy" in model.Run(day, seconds=100, processor=120, others=90).line()
