"""`make maintain WHAT=security`: writes the tables of docs/security.md from docs/asvs.csv, our answers to OWASP ASVS
5.0, and from docs/security-figures.json, which `make maintain WHAT=security-figures` measures.

A row of the file names the tests or the files that hold a requirement, or says why there are none. `make check` fails
when a named test or file is gone, when a requirement is missing or stands twice, and when the page is not up to date.
"""

from __future__ import annotations

import ast
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from launcher.site import ROOT

TABLE = ROOT / "docs" / "asvs.csv"
PAGE = ROOT / "docs" / "security.md"
PROOFS = ROOT / "docs" / "security-figures.json"
COLUMNS = ["number", "level", "requirement", "status", "held by", "note"]
HOLDS, PARTLY, NOT_MET, DOES_NOT_APPLY = STATUSES = ("holds", "partly", "not met", "does not apply")
# The level of each requirement of the standard, by section: 1.2.10 is the tenth of "1.2".
# https://github.com/OWASP/ASVS/tree/v5.0.0/5.0
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
CHAPTERS = {
    1: "Encoding and sanitization", 2: "Validation and business logic", 3: "Web frontend", 4: "API and web service",
    5: "Files", 6: "Authentication", 7: "Sessions", 8: "Authorization", 9: "Self-contained tokens",
    10: "OAuth and OpenID Connect", 11: "Cryptography", 12: "Secure communication", 13: "Configuration",
    14: "Data protection", 15: "Secure coding and architecture", 16: "Logging and error handling", 17: "WebRTC",
}  # fmt: skip
# Of these chapters the third level is asked for as well.
THOROUGH = (6, 7, 8, 11, 16)
# What stands between two such lines of the page is written from the table.
PARTS = ("proofs", "figures", "open points", "tables")


@dataclass(frozen=True)
class Requirement:
    """One requirement and our answer to it. `held_by`: paths of files, or of tests as pytest names them."""

    number: str
    level: str
    requirement: str
    status: str
    held_by: tuple[str, ...]
    note: str

    @property
    def chapter(self) -> int:
        return int(self.number.split(".")[0])


def required() -> dict[str, str]:
    """Number → level of every requirement that the table has to answer, in the standard's order."""
    return {
        f"{section}.{position}": level
        for section, levels in LEVELS.items()
        for position, level in enumerate(levels, start=1)
        if level != "3" or int(section.split(".")[0]) in THOROUGH
    }


def read(place: Path = TABLE) -> list[Requirement]:
    with place.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != COLUMNS:
            raise ValueError(f"{place.name} has the columns {rows.fieldnames}, not {COLUMNS}")
        return [
            Requirement(
                row["number"],
                row["level"],
                row["requirement"],
                row["status"],
                tuple(row["held by"].split()),
                row["note"],
            )
            for row in rows
        ]


# ---- checks


def problems(rows: Sequence[Requirement], root: Path = ROOT) -> list[str]:
    """What is wrong with the table, one sentence each."""
    wanted = required()
    counts = Counter(row.number for row in rows)
    complaints = [f"{number} is missing." for number in wanted if not counts[number]]
    complaints += [f"{number} stands {count} times." for number, count in counts.items() if count > 1]
    complaints += [
        f"{number} is not asked for: it is no requirement, or of a higher level." for number in counts.keys() - wanted
    ]
    if not complaints and [row.number for row in rows] != list(wanted):
        complaints.append("The rows are not in the order of the standard.")
    for row in rows:
        complaints += [f"{row.number}: {problem}" for problem in _row_problems(row, wanted, root)]
    return complaints


def _row_problems(row: Requirement, wanted: dict[str, str], root: Path) -> Iterator[str]:
    if row.level != wanted.get(row.number, row.level):
        yield f"its level is {wanted[row.number]}, not {row.level}."
    if row.status not in STATUSES:
        yield f"the status {row.status!r} is none of {', '.join(STATUSES)}."
    if not row.requirement:
        yield "it does not say what is required."
    if row.status == HOLDS and not row.held_by:
        yield "it holds, but nothing is named that holds it."
    if row.status != HOLDS and not row.note:
        yield "the note has to say why."
    for name in row.held_by:
        if problem := missing(name, root):
            yield problem


def missing(name: str, root: Path = ROOT) -> str:
    """What is wrong with "path" or "tests/…/test_x.py::test_y" (also "::TestZ::test_y", "test_y[case]"), or ""."""
    path, *parts = name.split("::")
    if not (root / path).is_file():
        return f"there is no file {path}."
    is_test = path.startswith("tests/") and fnmatchcase(PurePosixPath(path).name, "test_*.py")
    if not parts:
        return f"{path} has tests: name one." if is_test else ""
    test, bracket, _case = "::".join(parts).partition("[")
    known = _tests(root / path)
    if not is_test or test not in known:
        return f"there is no test {name}."
    return f"{name} names a case, but the test is not parametrised." if bracket and not known[test] else ""


@cache
def _tests(path: Path) -> dict[str, bool]:
    """The tests of a file, with their class, and whether each is parametrised."""
    return dict(_found(ast.parse(path.read_text(encoding="utf-8")).body, "", False))


def _found(body: Sequence[ast.stmt], prefix: str, is_parametrised: bool) -> Iterator[tuple[str, bool]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _found(node.body, f"{prefix}{node.name}::", is_parametrised or _is_parametrised(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield f"{prefix}{node.name}", is_parametrised or _is_parametrised(node)


def _is_parametrised(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("parametrize" in ast.unparse(decorator) for decorator in node.decorator_list)


# ---- the page


def figures(rows: Sequence[Requirement]) -> str:
    """How many requirements of each status, by chapter and by level."""
    lines = ["| | Requirements | Hold | Partly | Not met | Do not apply |", "|---|--:|--:|--:|--:|--:|"]
    for number, title in CHAPTERS.items():
        lines.append(_counted(f"V{number} {title}", [row for row in rows if row.chapter == number]))
    for level in "123":
        lines.append(_counted(f"Level {level}", [row for row in rows if row.level == level]))
    return "\n".join([*lines, _counted("**All**", rows)])


def _counted(title: str, rows: Sequence[Requirement]) -> str:
    counts = Counter(row.status for row in rows)
    return f"| {title} | {len(rows)} | {' | '.join(str(counts[status]) for status in STATUSES)} |"


def open_points(rows: Sequence[Requirement]) -> str:
    """What is not met, or only partly."""
    lines = []
    for status, title in ((NOT_MET, "Not met"), (PARTLY, "Partly met")):
        lines += [f"{title}:", ""]
        lines += [f"- **{row.number}** {row.requirement} – {row.note}" for row in rows if row.status == status]
        lines.append("")
    return "\n".join(lines).strip()


def tables(rows: Sequence[Requirement]) -> str:
    parts = []
    for number, title in CHAPTERS.items():
        parts.append(f"### V{number} {title}\n\n| No. | Level | Requirement | Status | Held by, or why not |")
        parts[-1] += "\n|---|---|---|---|---|\n"
        parts[-1] += "\n".join(_line(row) for row in rows if row.chapter == number)
    return "\n\n".join(parts)


def _line(row: Requirement) -> str:
    held = ", ".join(_link(name) for name in row.held_by)
    text = f"{held}. {row.note}" if held and row.note else held or row.note
    return f"| {row.number} | {row.level} | {row.requirement} | {row.status} | {text} |"


def _link(name: str) -> str:
    path, _, test = name.partition("::")
    target = path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}"
    return f"[`{test.rpartition('::')[2] or path}`]({target})"


def proofs(measured: dict[str, Any]) -> str:
    """What the long security tests counted, a line each: name → date and counts (`tests/security_figures.py`)."""
    lines = ["| Proof | Counted | Measured on |", "|---|---|---|"]
    for name, proof in measured.items():
        counted = ", ".join(f"{what}: {amount:,}" for what, amount in proof["figures"].items())
        lines.append(f"| {name} | {counted} | {proof['measured']} |")
    return "\n".join(lines)


def page(text: str, rows: Sequence[Requirement], measured: dict[str, Any]) -> str:
    """The page with its parts written anew. Raises `ValueError` when it lacks the lines around one."""
    contents = {
        "proofs": proofs(measured),
        "figures": figures(rows),
        "open points": open_points(rows),
        "tables": tables(rows),
    }
    for part in PARTS:
        mark = f"<!-- {part} -->"
        if text.count(mark) != 2:
            raise ValueError(f"{PAGE.name} needs two lines {mark}")
        before, _, after = text.split(mark)
        text = f"{before}{mark}\n\n{contents[part]}\n\n{mark}{after}"
    return text


def read_proofs() -> dict[str, Any]:
    proofs: dict[str, Any] = json.loads(PROOFS.read_text(encoding="utf-8"))
    return proofs


def stale(table: Path = TABLE, place: Path = PAGE, root: Path = ROOT) -> str:
    """What `make check` says about the table and its page; empty when both are right."""
    rows = read(table)
    if complaints := problems(rows, root):
        return "\n".join([f"{table.name}:", *complaints])
    text = place.read_text(encoding="utf-8")
    return (
        ""
        if page(text, rows, read_proofs()) == text
        else f"{place.name} is not written from {table.name} and {PROOFS.name}. Run: make maintain WHAT=security"
    )


def main() -> int:
    rows = read()
    if complaints := problems(rows):
        print("\n".join(complaints))
        return 1
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), rows, read_proofs()), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}, {len(rows)} requirements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
