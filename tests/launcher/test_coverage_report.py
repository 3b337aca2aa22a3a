import shutil

import pytest

from launcher import coverage_report
from launcher.coverage_report import Count, by_package, measure, summary
from launcher.site import ROOT


def of(lines: int, statements: int, branches: int = 0, total: int = 0) -> dict:
    summary = {
        "covered_lines": lines,
        "num_statements": statements,
        "covered_branches": branches,
        "num_branches": total,
    }
    return {"summary": summary}


def test_statements_and_branches_are_added_by_directory():
    files = {
        "posts/editing/domain/save.py": of(8, 10, 3, 4),
        "posts/editing/domain/freeze.py": of(2, 2),
        "posts/rules.py": of(0, 0),
    }
    assert by_package(files) == {"posts/editing/domain": Count(13, 16), "posts": Count(0, 0)}


def test_the_least_covered_come_first_and_empty_packages_are_left_out():
    files = {f"p{number:02}/m.py": of(number, 20) for number in range(1, 13)} | {"empty/__init__.py": of(0, 0)}
    lines = summary({"files": files, "totals": of(78, 240, 3, 12)["summary"]}).splitlines()
    assert lines[0] == "Statements and branches: 32.1 %. Branches alone: 25.0 %."
    assert [line.split()[-1] for line in lines[2:]] == [f"p{number:02}" for number in range(1, 11)]


def test_what_is_imported_before_pytest_counts_is_counted_and_so_are_branches(tmp_path, monkeypatch):
    """With our settings of coverage.py, in a project of a few files."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setattr(coverage_report, "ROOT", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, source in {
        "bells/__init__.py": "",
        "bells/models.py": "import bells.rules\nSOUND = 'dong'\n",
        "bells/rules.py": "def loud(is_feast):\n    if is_feast:\n        return True\n    return False\n",
        "bells/unused.py": "NEVER = 1\n",
        "tests/test_bells.py": "from bells.rules import loud\ndef test_loud(): assert loud(True)\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    outcome, report = measure(["-o", "addopts=", "-p", "bells.models", "-p", "no:django", "-q"])
    assert outcome == 0
    lines = {name: file["summary"]["covered_lines"] for name, file in report["files"].items()}
    assert lines.keys() == {f"bells/{name}.py" for name in ("__init__", "models", "rules", "unused")}
    assert (lines["bells/models.py"], lines["bells/unused.py"]) == (2, 0)
    assert report["files"]["bells/rules.py"]["summary"]["covered_branches"] == 1


@pytest.mark.slow
def test_what_django_imports_at_its_start_is_counted_and_so_are_branches(monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    outcome, report = measure(["-n", "0", "-q", "tests/links/test_rules.py"])
    assert outcome == 0
    models, rules = (report["files"][f"links/{name}.py"]["summary"] for name in ("models", "rules"))
    assert models["covered_lines"] > 0  # imported by django.setup(), before any plugin of pytest could count
    assert rules["covered_branches"] > 0
    assert not any(name.startswith("tests/") for name in report["files"])
