from launcher.coverage_report import Count, by_package, measure, summary


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


def test_what_django_imports_at_its_start_is_counted_and_so_are_branches(monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    outcome, report = measure(["-n", "0", "-q", "tests/links/test_rules.py"])
    assert outcome == 0
    models, rules = (report["files"][f"links/{name}.py"]["summary"] for name in ("models", "rules"))
    assert models["covered_lines"] > 0  # imported by django.setup(), before any plugin of pytest could count
    assert rules["covered_branches"] > 0
    assert not any(name.startswith("tests/") for name in report["files"])
