"""The tables of packages are complete: each package has a line and a file with which to begin, in README and docs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([a-z_/]+)/` \| (.+?) \| (.+) \|$", flags=re.MULTILINE)
PATH = re.compile(r"`([\w./]+)`")
# What every app may have, beside its subjects.
LAYERS = {"domain", "forms", "management", "migrations", "models", "queries", "templatetags", "views", "tests"}
TABLES = {
    "README.md": (ROOT / "README.md").read_text().partition("## Packages")[2].partition("\n## ")[0],
    "docs/architecture.md": (ROOT / "docs/architecture.md").read_text().partition("## Layers")[2].partition("\n## ")[0],
}


def packages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def rows(table: str) -> list[tuple[str, str, str]]:
    return ROW.findall(TABLES[table])


@pytest.mark.parametrize("table", TABLES)
def test_every_package_has_one_row(table: str) -> None:
    named = [name for name, _holds, _begin in rows(table) if "/" not in name]
    assert sorted(named) == sorted(packages(ROOT) - {"tests"})


@pytest.mark.parametrize("app", ["analytics", "posts"])
def test_every_subject_of_an_app_has_one_row(app: str) -> None:
    named = [
        name.partition("/")[2] for name, _holds, _begin in rows("docs/architecture.md") if name.startswith(f"{app}/")
    ]
    assert sorted(named) == sorted(packages(ROOT / app) - LAYERS)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_what_the_package_holds_and_where_to_begin(table: str) -> None:
    for name, holds, begin in rows(table):
        paths = PATH.findall(begin)
        assert len(holds) > 10, name
        assert paths, name
        assert [path for path in paths if not (ROOT / path).exists()] == [], name


@pytest.mark.parametrize("app", ["analytics", "posts"])
def test_every_subject_says_in_its_package_what_it_holds(app: str) -> None:
    silent = [name for name in packages(ROOT / app) - LAYERS if not (ROOT / app / name / "__init__.py").read_text()]
    assert silent == []


def test_every_row_of_the_index_names_a_file() -> None:
    text = (ROOT / "docs/architecture.md").read_text().partition("## Where is …?")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| Looked for")]
    assert len(rows) >= 12
    assert [line for line in rows if not re.search(r"`[a-z_]+/[\w/]+\.py`", line)] == []
