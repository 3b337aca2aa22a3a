"""The answers to OWASP ASVS in docs/asvs.csv name tests and files that exist, leave nothing out, and make the page."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from launcher import asvs, check
from tests import security_figures

Change = Callable[[list[asvs.Requirement]], Any]


def test_the_table_and_the_page_are_right() -> None:
    assert asvs.stale() == ""


def test_make_check_looks_at_them() -> None:
    assert check.steps()["security"] is asvs.stale


def test_the_standard_has_as_many_requirements_as_it_says() -> None:
    """https://owasp.org/www-project-application-security-verification-standard/: 345 in 5.0.0."""
    assert Counter("".join(asvs.LEVELS.values())) == {"1": 70, "2": 183, "3": 92}
    assert {int(section.split(".")[0]) for section in asvs.LEVELS} == set(asvs.CHAPTERS)


def test_levels_one_and_two_are_asked_for_everywhere_and_three_in_some_chapters() -> None:
    required = asvs.required()
    assert Counter(required.values()) == {"1": 70, "2": 183, "3": 30}
    assert {"6.3.5", "7.5.3", "8.4.2", "11.7.1", "16.5.4", "1.2.9"} <= required.keys()
    assert not {"1.2.10", "3.1.1", "17.1.2"} & required.keys()


def number(rows: list[asvs.Requirement], wanted: str) -> int:
    return next(position for position, row in enumerate(rows) if row.number == wanted)


def changed(rows: list[asvs.Requirement], wanted: str, **values: Any) -> None:
    rows[number(rows, wanted)] = replace(rows[number(rows, wanted)], **values)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda rows: rows.pop(number(rows, "6.2.1")), "6.2.1 is missing."),
        (lambda rows: rows.append(rows[number(rows, "6.2.1")]), "6.2.1 stands 2 times."),
        (lambda rows: rows.append(replace(rows[0], number="1.2.10")), "1.2.10 is not asked for"),
        (lambda rows: rows.append(replace(rows[0], number="99.1.1")), "99.1.1 is not asked for"),
        (lambda rows: rows.reverse(), "The rows are not in the order of the standard."),
        (lambda rows: changed(rows, "6.2.1", level="2"), "6.2.1: its level is 1, not 2."),
        (lambda rows: changed(rows, "6.2.1", status="fine"), "6.2.1: the status 'fine' is none of holds,"),
        (lambda rows: changed(rows, "6.2.1", held_by=()), "6.2.1: it holds, but nothing is named that holds it."),
        (lambda rows: changed(rows, "17.1.1", note=""), "17.1.1: the note has to say why."),
        (lambda rows: changed(rows, "6.2.1", held_by=("docs/gone.md",)), "6.2.1: there is no file docs/gone.md."),
        (
            lambda rows: changed(rows, "6.2.1", held_by=("tests/docs/test_security.py::test_that_is_gone",)),
            "6.2.1: there is no test tests/docs/test_security.py::test_that_is_gone.",
        ),
    ],
)  # fmt: skip
def test_each_mistake_in_the_table_is_told(change: Change, complaint: str) -> None:
    rows = asvs.read()
    change(rows)
    assert [problem for problem in asvs.problems(rows) if problem.startswith(complaint)] != []


SOURCE = """
import pytest

def helper(): ...
def test_plain(): ...
async def test_later(): ...
@pytest.mark.parametrize("value", [1, 2])
def test_many(value): ...
class TestThings:
    def test_inside(self): ...
    @pytest.mark.parametrize("value", [1, 2])
    def test_inside_many(self, value): ...
    class TestDeeper:
        def test_below(self): ...
class Helper:
    def test_of_nothing(self): ...
def test_outer():
    def test_local(): ...
"""


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("test_plain", True),
        ("test_later", True),
        ("test_many", True),
        ("test_many[2]", True),
        ("test_plain[2]", False),
        ("TestThings::test_inside", True),
        ("TestThings::test_inside_many[1]", True),
        ("TestThings::TestDeeper::test_below", True),
        ("test_inside", False),
        ("TestThings::test_plain", False),
        ("Helper::test_of_nothing", False),
        ("test_local", False),
        ("helper", False),
        ("test_gone", False),
    ],
)
def test_a_test_is_found_as_pytest_finds_it(tmp_path: Path, name: str, is_known: bool) -> None:
    (tmp_path / "tests" / "some").mkdir(parents=True)
    (tmp_path / "tests" / "some" / "test_things.py").write_text(SOURCE)
    assert (asvs.missing(f"tests/some/test_things.py::{name}", tmp_path) == "") is is_known


@pytest.mark.parametrize("name", ["docs", "docs/gone.md", "tests/docs/test_security.py", "launcher/asvs.py::read"])
def test_what_is_no_file_and_no_test_is_told(name: str) -> None:
    assert asvs.missing(name) != ""


def test_a_file_that_is_no_test_may_be_named() -> None:
    assert asvs.missing("launcher/asvs.py") == ""


def test_a_page_that_is_not_written_anew_is_noticed(tmp_path: Path) -> None:
    table, page = tmp_path / "asvs.csv", tmp_path / "security.md"
    shutil.copy(asvs.TABLE, table)
    shutil.copy(asvs.PAGE, page)
    assert asvs.stale(table, page) == ""
    table.write_text(table.read_text().replace("No WebRTC", "No WebRTC at all", 1))
    assert "Run: make maintain WHAT=security" in asvs.stale(table, page)


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="proofs"):
        asvs.page("# Security", asvs.read(), asvs.read_proofs())


def test_proofs_are_shown_with_what_was_counted_and_when() -> None:
    measured = {"Walk": {"measured": "2026-11-28", "figures": {"requests": 12_345, "rows changed": 0}}}
    assert asvs.proofs(measured).splitlines()[-1] == "| Walk | requests: 12,345, rows changed: 0 | 2026-11-28 |"


def test_figures_of_a_proof_replace_those_of_its_last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "figures.json"
    monkeypatch.setenv("SECURITY_FIGURES", str(place))
    for proof, amount in (("Walk", 1), ("Races", 2), ("Walk", 3)):
        security_figures.record(proof, {"requests": amount})
    assert {name: proof["figures"] for name, proof in json.loads(place.read_text()).items()} == {
        "Races": {"requests": 2},
        "Walk": {"requests": 3},
    }


def test_no_figures_are_written_by_other_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECURITY_FIGURES", raising=False)
    monkeypatch.chdir(tmp_path)
    security_figures.record("Walk", {"requests": 1})
    assert list(tmp_path.iterdir()) == []


def test_words_of_the_table_break_no_table() -> None:
    for row in asvs.read():
        for text in (row.requirement, row.note):
            assert "|" not in text, row.number
            assert text == text.strip(), row.number
            assert len(text) < 400, row.number
