"""Mutants: put into a file, run by their tests, compared with earlier results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from launcher import mutants
from launcher.mutants import GONE, KILLED, SURVIVED, Mutant, Reason, Result

SOURCE = '''
"""A module."""


class Counter:
    def step(self, by: int = 1) -> int:
        """if by:"""
        if by:
            self.total += by
        if by:
            record(
                self.total,
                by=by,
            )
        return self.total


def step() -> None:
    if by:
        pass
'''
MUTANT = Mutant(1, "a theme", "package/module.py", "Counter.step", "if by:", "if not by:", 0, "AddNot")


def changed_lines(mutant: Mutant, text: str = SOURCE) -> list[tuple[int, str]]:
    mutated = mutants.applied(mutant, text)
    assert mutated is not None
    return [
        (number, line)
        for number, (line, original) in enumerate(zip(mutated.split("\n"), text.split("\n"), strict=False))
        if line != original
    ]


def test_a_line_is_the_one_of_its_function_and_not_of_the_docstring() -> None:
    assert changed_lines(MUTANT) == [(7, "        if not by:")]


def test_of_equal_lines_it_is_the_one_that_was_meant() -> None:
    assert changed_lines(replace(MUTANT, occurrence=1)) == [(9, "        if not by:")]


def test_a_statement_of_several_lines_is_removed_whole() -> None:
    removal = replace(MUTANT, line="record(\nself.total,\nby=by,\n)", mutated="pass")
    mutated = mutants.applied(removal, SOURCE)
    assert mutated is not None
    assert "        if by:\n            pass\n        return self.total" in mutated


def test_a_mutant_stays_the_same_where_lines_move_and_are_indented() -> None:
    nested = "if True:\n" + "\n".join(f"    {line}" if line else "" for line in SOURCE.split("\n"))
    assert changed_lines(replace(MUTANT, function="step"), nested) == [(18 + 1, "        if not by:")]


@pytest.mark.parametrize(
    "gone",
    [
        replace(MUTANT, function="Counter.leap"),
        replace(MUTANT, line="if by > 0:"),
        replace(MUTANT, occurrence=2),
        replace(MUTANT, line="record(\nself.total,\n)"),
    ],
    ids=["function", "line", "occurrence", "a line of several"],
)
def test_a_mutant_whose_code_is_gone_is_not_applied(gone: Mutant) -> None:
    assert mutants.applied(gone, SOURCE) is None


def test_every_mutant_of_the_list_is_another_python_or_gone(subtests: pytest.Subtests) -> None:
    every = mutants.mutants()
    assert [mutant.number for mutant in every] == list(range(1, 401))
    for mutant in every:
        with subtests.test(str(mutant)):
            text = (mutants.ROOT / mutant.path).read_text(encoding="utf-8")
            mutated = mutants.applied(mutant, text)
            if mutated is not None:
                compile(mutated, mutant.path, "exec")
                assert mutated != text


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = {2: Result(KILLED, "tests/a/test_b.py::test_c[č]", 3, 4.5), 1: Result(GONE)}
    mutants.write_results(tmp_path / "results.json", results)
    assert mutants.read_results(tmp_path / "results.json") == results
    assert mutants.read_results(tmp_path / "no.json") == {}


def test_what_was_killed_and_is_not_any_more_is_lost() -> None:
    killed, survived = Result(KILLED, "a test"), Result(SURVIVED)
    before = {1: killed, 2: killed, 3: survived, 4: survived, 5: killed}
    now = {1: killed, 2: survived, 3: killed, 4: survived, 5: Result(GONE), 6: survived}
    assert mutants.lost(before, now) == [2, 5]


def test_the_table_counts_equivalent_mutants_apart() -> None:
    every = [replace(MUTANT, number=number, theme="odd" if number % 2 else "even") for number in range(1, 7)]
    results = {number: Result(KILLED if number < 4 else SURVIVED) for number in range(1, 6)}
    why = {3: Reason(True, "killed all the same"), 4: Reason(True, "the same"), 5: Reason(False, "not worth it")}
    rows = [line.split(" | ") for line in mutants.table(every, results, why).splitlines()[2:]]
    assert rows == [
        ["| odd", "3", "2", "0", "1", "0", "0", "67 % |"],
        ["| even", "2", "1", "1", "0", "0", "0", "100 % |"],
        ["| **All**", "5", "3", "1", "1", "0", "0", "75 % |"],
    ]


def test_every_reason_is_that_of_a_mutant() -> None:
    assert mutants.reasons().keys() <= {mutant.number for mutant in mutants.mutants()}
    assert all(reason.text for reason in mutants.reasons().values())


def test_numbers_are_single_ones_and_ranges() -> None:
    assert mutants.numbers(["3", "20-22"]) == {3, 20, 21, 22}
    with pytest.raises(ValueError):
        mutants.numbers(["all"])


MODULE = """
def test_quick(): pass
def test_failing(): assert not __name__
def test_unchosen(): assert not __name__
def test_long(): pass
"""


def run_tests(directory: Path, chosen: list[str], seconds: float) -> tuple[list[str], list[str], bool]:
    """Those that began, those that failed, and whether the time was over."""
    (directory / "test_some.py").write_text(MODULE)
    (directory / "chosen.json").write_text(json.dumps([f"test_some.py::test_{name}" for name in chosen]))
    (directory / "progress").touch()
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(mutants.ROOT), "MUTANT_SECONDS": str(seconds)}
    environ |= {"MUTANT_TESTS": "chosen.json", "MUTANT_PROGRESS": "progress"}
    plugins = ["-p", "tests.mutant_tests", "-p", "no:randomly", "-p", "no:django", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-x", "--rootdir=.", "-c", os.devnull, *plugins, "test_some.py"]
    subprocess.run(command, cwd=directory, env=environ, capture_output=True, check=False)
    began, failed, is_over = mutants.progress((directory / "progress").read_text())
    return [name.partition("test_")[2].partition("test_")[2] for name in began], failed, is_over


def test_chosen_tests_run_in_their_order_until_one_fails(tmp_path: Path) -> None:
    began, failed, is_over = run_tests(tmp_path, ["long", "failing", "quick"], seconds=30)
    assert began == ["long", "failing"]
    assert failed == ["test_some.py::test_failing"]
    assert not is_over


def test_no_test_begins_when_the_time_is_over(tmp_path: Path) -> None:
    assert run_tests(tmp_path, ["long", "quick", "failing"], seconds=0) == (["long"], [], True)
