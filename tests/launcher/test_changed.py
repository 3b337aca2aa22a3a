"""Which tests a change concerns: units of a file, mentions of their names, and what is run where nothing is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.changed import MANY, STARTS, Record, Selection, load, merge, save, select, source_of
from launcher.site import ROOT

RULES = """
from posts.limits import MOST

STEP = 2

class Rule:
    size = STEP

    def check(self):
        return self.size

def count(text, least=STEP):
    # how long it is
    return len(text) - least

def other():
    return MOST
"""
LIMITS = "MOST = 5\nLEAST = 1\n"
FILES = {
    "posts/rules.py": RULES,
    "posts/limits.py": LIMITS,
    "tests/posts/test_rules.py": "def test_rules(): ...",
    "tests/inbox/test_list.py": "def test_list(): ...",
    "inbox/views.py": "from posts import rules\n\ndef view():\n    return rules.count('')\n",
    "inbox/templates/inbox/list.html": "<ul>",
}
CHECK, COUNT, OTHER, LIST, BOTH = (
    f"tests/posts/test_rules.py::test_{name}" for name in ("check", "count", "other", "list", "both")
)


@pytest.fixture
def record() -> Record:
    record = Record(
        files=dict(FILES), sources={path: source_of(path, FILES[path]) for path in FILES if path[-1] == "y"}
    )
    record.add(CHECK, ["posts/rules.py::Rule.check"], 0.1)
    record.add(COUNT, ["posts/rules.py::count", "inbox/views.py::view"], 0.3)
    record.add(OTHER, ["posts/rules.py::other"], 0.2)
    record.add(LIST, ["inbox/templates/inbox/list.html"], 0.2)
    return record


def changed(record: Record, path: str, old: str = "", new: str = "", *, is_removed: bool = False) -> Selection:
    now = {**FILES, path: FILES.get(path, "").replace(old, new) if old else new}
    if is_removed:
        del now[path]
    return select(record, now, {path: source_of(path, now.get(path, ""))} if path.endswith(".py") else {})


def test_a_changed_function_concerns_the_tests_that_ran_it(record: Record) -> None:
    assert changed(record, "posts/rules.py", "len(text) -", "len(text) +").tests == {COUNT}


def test_a_method_is_a_unit_of_its_own(record: Record) -> None:
    assert changed(record, "posts/rules.py", "return self.size", "return -self.size").tests == {CHECK}


@pytest.mark.parametrize(("old", "new"), [("# how long it is", "# its length"), ("STEP = 2\n", "STEP = (2)\n\n")])
def test_comments_and_formatting_concern_nobody(record: Record, old: str, new: str) -> None:
    selection = changed(record, "posts/rules.py", old, new)
    assert (selection.tests, selection.modules) == (set(), set())


def test_a_changed_constant_concerns_who_mentions_it_also_by_a_class_and_a_default(record: Record) -> None:
    assert changed(record, "posts/rules.py", "STEP = 2", "STEP = 3").tests == {CHECK, COUNT}


def test_a_changed_constant_concerns_the_modules_that_import_it(record: Record) -> None:
    assert changed(record, "posts/limits.py", "MOST = 5", "MOST = 6").tests == {OTHER}


def test_what_leads_to_no_test_is_tested_with_all_of_its_package(record: Record) -> None:
    selection = changed(record, "posts/limits.py", "LEAST = 1", "LEAST = 0")
    assert (selection.tests, selection.modules) == (set(), {"tests/posts"})


def test_a_changed_class_concerns_its_methods(record: Record) -> None:
    assert changed(record, "posts/rules.py", "size = STEP", "size = 1").tests == {CHECK}


def test_a_removed_function_concerns_the_tests_that_ran_it(record: Record) -> None:
    assert changed(record, "posts/rules.py", "def other", "def another").tests == {OTHER}


def test_a_removed_file_concerns_the_tests_that_ran_it(record: Record) -> None:
    selection = select(
        record,
        {path: text for path, text in FILES.items() if path != "inbox/views.py"},
        {"inbox/views.py": source_of("inbox/views.py", "")},
    )
    assert selection.tests == {COUNT}


def test_a_template_concerns_the_tests_that_rendered_it(record: Record) -> None:
    assert changed(record, "inbox/templates/inbox/list.html", "<ul>", "<ol>").tests == {LIST}


def test_a_changed_module_of_tests_is_run_whole(record: Record) -> None:
    assert changed(record, "tests/inbox/test_list.py", "...", "pass").modules == {"tests/inbox/test_list.py"}


def test_a_new_module_of_tests_is_run(record: Record) -> None:
    assert "tests/posts/test_new.py" in changed(record, "tests/posts/test_new.py", new="x").modules


def test_a_migration_concerns_all_tests_of_its_package(record: Record) -> None:
    assert "tests/posts" in changed(record, "posts/migrations/0002_more.py", new="x = 1").modules


def test_another_translation_concerns_who_shows_the_text(record: Record) -> None:
    path, message = "locale/sr/LC_MESSAGES/django.po", 'msgid ""\nmsgstr ""\n\nmsgid "Too long"\nmsgstr "{}"\n'
    view = "from posts import rules\n\ndef view():\n    return _('Too long')\n"
    record.sources["inbox/views.py"] = source_of("inbox/views.py", view)
    record.sources[path] = source_of(path, message.format("Предуго"))
    now = {**FILES, path: "new"}
    assert select(record, now, {path: source_of(path, message.format("Предугачко"))}).tests == {COUNT}
    assert select(record, now, {path: source_of(path, message.format("Предуго"))}).tests == set()


def test_a_test_that_starts_a_process_is_run_for_any_change_of_its_package(record: Record) -> None:
    process, elsewhere = "tests/posts/test_rules.py::test_process", "tests/inbox/test_list.py::test_process"
    record.add(process, [STARTS], 1.0)
    record.add(elsewhere, [STARTS], 1.0)
    assert changed(record, "posts/rules.py", "return MOST", "return 1").tests == {OTHER, process}


def test_a_module_that_reads_most_files_of_a_kind_is_run_for_a_new_one(record: Record) -> None:
    pages = [f"docs/{number}.md" for number in range(MANY)]
    record.add(BOTH, pages[: MANY // 2 + 1], 1.0)
    record.add("tests/posts/test_docs_in_browser.py::test_all", pages, 1.0)
    record.files |= dict.fromkeys(pages, "x")
    now = {**FILES, **dict.fromkeys(pages, "x")}
    assert select(record, {**now, "docs/new.md": "y"}, {}).modules == {"tests/posts/test_rules.py"}
    assert select(record, {**now, "docs/new.csv": "y"}, {}).modules == set()
    assert select(record, now, {}).modules == set()


def test_a_module_that_is_read_as_a_file_concerns_who_reads_it(record: Record) -> None:
    record.add(BOTH, ["posts/rules.py"], 0.1)
    assert changed(record, "posts/rules.py", "# how long it is", "# its length").tests == {BOTH}


def test_the_set_up_of_pytest_concerns_everything(record: Record) -> None:
    assert changed(record, "pyproject.toml", new="x").everything == "pyproject.toml"


def test_a_test_that_failed_is_chosen_until_it_passes(record: Record, tmp_path: Path) -> None:
    def ran(passed: bool) -> set[str]:
        (tmp_path / "record.gw0").write_text(json.dumps({OTHER: [["posts/rules.py::other"], 0.1, passed]}))
        merge(record, tmp_path)
        return select(record, FILES, {}).tests

    assert ran(False) == {OTHER}
    assert ran(True) == set()


def test_the_record_comes_back_from_its_file(record: Record, tmp_path: Path) -> None:
    save(record, tmp_path / "of_changes" / "record.json")
    again = load(tmp_path / "of_changes" / "record.json")
    assert again == record
    assert again.tests_of(["posts/rules.py::count", "posts/rules.py::other"]) == [OTHER, COUNT]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 1}'])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "record.json").write_text(content)
    assert load(tmp_path / "record.json") is None
    assert load(tmp_path / "missing.json") is None


def test_a_file_that_cannot_be_parsed_concerns_all_of_its_package(record: Record) -> None:
    assert "tests/posts" in changed(record, "posts/rules.py", "def count(", "def count((").modules


def test_functions_templates_files_and_caches_are_recorded(tmp_path: Path) -> None:
    module = "tests/links/test_rules.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", module],
        cwd=ROOT,
        env={**os.environ, "TEST_RECORD": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    merge(result := Record(), tmp_path)
    assert result.tests
    assert all(test.startswith(module) for test in result.tests)
    assert any(run.startswith("links/rules.py::") for run in result.runs)
