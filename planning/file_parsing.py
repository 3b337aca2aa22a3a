"""Parses a file into rows: CSV in any encoding that spreadsheets write, or Excel. All of it is untrusted input.

`read` returns cells by our own column names, unchanged; `planning.date_parsing` parses the days and times in them. A
cell that begins with = + - @ is text and stays text: nothing is ever evaluated.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common import openpyxl_loading
from posts.draft import MOST_TEXT, storable
from serbian.folding import fold

MOST_BYTES = 1024 * 1024
MOST_ROWS = 200
MOST_COLUMNS = 40
# A plan of 200 rows unpacks to a few hundred kilobytes; parsing takes a second per megabyte.
MOST_UNPACKED = 5 * 1024 * 1024
MOST_STYLES = 1024 * 1024
PIECE = 64 * 1024
# openpyxl needs time and memory for each tag, and a file of ten kilobytes can hold a million of them. A plan with
# formatted cells down to row 5000 has fewer than these.
MOST_TAGS = 300_000
MOST_STYLE_TAGS = 50_000
MOST_LINES = 5000
# One more than a post may have, so that a text that is too long is reported and not cut.
MOST_CELL = MOST_TEXT + 1
# Excel stores a repeated text once and refers to it by number, so a small file can expand to a huge one.
MOST_LETTERS = MOST_BYTES
# Above the column names there may be a title and an author.
MOST_ABOVE = 10
MOST_SHEETS = 24
MOST_MERGED = 500
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# The first bytes of .xls, and of an .xlsx with a password: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})

# Our name: possible headings, folded, the most specific first; both scripts fold to the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    "day": ("datum", "dan", "datum objave", "datum i vreme", "termin", "date", "day"),
    "time": ("vreme", "vrijeme", "vreme objave", "sat", "cas", "time"),
    "text": (
        "tekst", "tekst objave", "tekst cirilica", "cirilica", "objava", "sadrzaj", "sadrzaj objave", "text", "post",
    ),
    "text_latin": ("tekst latinica", "latinica", "text latin", "latin"),
    "channels": (
        "kanali", "kanal", "mreze", "mreza", "drustvene mreze", "drustvena mreza", "platforma", "platforme", "channels",
        "channel", "network", "networks",
    ),
    "category": ("vrsta sadrzaja", "vrsta", "kategorija", "tip sadrzaja", "category", "kind of content"),
    "title": ("radni naslov", "naslov", "tema", "working title", "title"),
    "link": ("veza", "link", "adresa", "url", "web adresa"),
    "campaign": ("kampanja", "campaign"),
    "pictures": (
        "slike", "slika", "fotografije", "fotografija", "vizual", "pictures", "picture", "images", "image", "photos",
        "photo",
    ),
}  # fmt: skip
NEEDED = "text"
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s+ref=["']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})["']""")


@dataclass(frozen=True)
class Shape:
    """The columns of a table: our name of each with its possible headings, folded, the most specific first.

    `without` is the message when no row names the column `needed`, `too_many` when there are more rows than
    `most_rows`; both as English msgids, the second with %(most)s.
    """

    columns: Mapping[str, tuple[str, ...]]
    needed: str
    most_rows: int
    without: str
    too_many: str

    @cached_property
    def known(self) -> dict[str, tuple[str, int]]:
        return {name: (column, rank) for column, names in self.columns.items() for rank, name in enumerate(names)}


PLAN = Shape(
    COLUMNS,
    NEEDED,
    MOST_ROWS,
    gettext_noop(
        "One of the first rows must name the columns, and “Text” is in none. Download the sample and fill it in."
    ),
    gettext_noop("There are more than %(most)s rows. Split the plan into months."),
)


class UnreadableFile(ValueError):
    """The file cannot be read. The message says what to do."""


@dataclass(frozen=True)
class FileRow:
    """`number` is the line in the file, counted as a spreadsheet does; `cells` by our column names."""

    number: int
    cells: dict[str, str]


def stored(lines: Iterable[Any]) -> list[dict[str, Any]]:
    """File rows, or rows made from them, as JSON."""
    return [{"number": line.number, "cells": line.cells} for line in lines]


def from_stored(rows: Iterable[dict[str, Any]]) -> list[FileRow]:
    return [FileRow(row["number"], row["cells"]) for row in rows]


def refuse_broken(row: Any, line: FileRow) -> None:
    """Report cells in which Excel shows an error and remove them from `row`, which was made from `line`."""
    for column in [column for column, cell in line.cells.items() if cell in BROKEN]:
        row.add_problem(column, _("Excel shows an error in this cell. Correct its formula."))
        del row.cells[column]


@dataclass(frozen=True)
class ParsedTable:
    """`sheet` is set if the workbook has others, too; `left_out` are unknown headings."""

    lines: list[FileRow]
    left_out: list[str]
    sheet: str = ""


Table = list[list[str]]


def read(raw: bytes, shape: Shape = PLAN) -> ParsedTable:
    """The rows of a CSV or Excel file. Raises `UnreadableFile`."""
    if not raw:
        raise UnreadableFile(_("The file is empty."))
    if len(raw) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than 1 MB. Leave out pictures and old months."))
    if raw.startswith(COMPOUND):
        raise UnreadableFile(
            _("This is an old Excel file, or one with a password. Save it as .xlsx without a password.")
        )
    return _excel(raw, shape) if raw[:2] == b"PK" else _csv(raw, shape)


# ---------------------------------------------------------------- rows


def _plan(rows: Table, shape: Shape, sheet: str = "") -> ParsedTable:
    heading = _heading(rows, shape)
    if heading is None:
        if not any(any(row) for row in rows):
            raise UnreadableFile(_("The file has no rows."))
        raise UnreadableFile(_(shape.without))
    columns = _columns(rows[heading], shape)
    lines = [
        FileRow(number, {columns[at]: cell for at, cell in enumerate(row) if at in columns and cell})
        for number, row in enumerate(rows[heading + 1 :], heading + 2)
        if any(row)
    ]
    if not lines:
        raise UnreadableFile(_("There is no row under the names of the columns."))
    if len(lines) > shape.most_rows:
        raise UnreadableFile(_(shape.too_many) % {"most": shape.most_rows})
    strange = [cell[:60] for at, cell in enumerate(rows[heading]) if cell and at not in columns]
    return ParsedTable([line for line in lines if line.cells], strange, sheet)


def _heading(rows: Table, shape: Shape) -> int | None:
    """The row with the column names: the one of the first rows with the most known headings, including the
    needed one.
    """
    first = [at for at, row in enumerate(rows) if any(row)][:MOST_ABOVE]
    known = {at: _columns(rows[at], shape) for at in first}
    return max((at for at in first if shape.needed in known[at].values()), key=lambda at: len(known[at]), default=None)


def _columns(cells: Sequence[str], shape: Shape) -> dict[int, str]:
    """Our name of each column; of two candidates the more specific heading wins, then the left one."""
    best: dict[str, tuple[int, int]] = {}
    for at, cell in enumerate(cells):
        column, rank = shape.known.get(" ".join(re.findall(r"[a-z]+", fold(cell[:80]))), ("", 0))
        if column and (rank, at) < best.get(column, (len(shape.known), 0)):
            best[column] = (rank, at)
    return {at: column for column, (_rank, at) in best.items()}


def _tidy(cells: Iterable[str]) -> list[str]:
    return [storable(cell)[:MOST_CELL].strip() for cell in cells]


# ---------------------------------------------------------------- CSV


def _csv(raw: bytes, shape: Shape) -> ParsedTable:
    """With the separator that yields the most known columns."""
    text = _decoded(raw)
    tables = [_table(text, separator) for separator in ";,\t"]
    return _plan(max(tables, key=lambda table: _known(table, shape)), shape)


def _known(rows: Table, shape: Shape) -> int:
    heading = _heading(rows, shape)
    return 0 if heading is None else len(_columns(rows[heading], shape))


def _table(text: str, separator: str) -> Table:
    table: Table = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            table.append(_tidy(row[:MOST_COLUMNS]))
            if len(table) > MOST_LINES:
                break
    except csv.Error as error:
        raise UnreadableFile(_("The file could not be read as CSV. Save it as CSV (UTF-8) or as Excel.")) from error
    return table


def _decoded(raw: bytes) -> str:
    for encoding in ["utf-16"] if raw.startswith(UTF_16) else ["utf-8-sig", *_old(raw)]:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("The letters of the file could not be read. Save it as CSV (UTF-8) or as Excel."))


def _old(raw: bytes) -> list[str]:
    """Windows-1250 (Latin) or Windows-1251 (Cyrillic), whichever decodes to more letters of our alphabets."""
    guesses = {name: raw.decode(name, "replace") for name in ("cp1250", "cp1251")}
    latin = sum(letter in "čćžšđČĆŽŠĐ" for letter in guesses["cp1250"])
    cyrillic = len(re.findall(r"[а-яА-ЯђјљњћџЂЈЉЊЋЏ]{3,}", guesses["cp1251"]))
    return ["cp1251", "cp1250"] if cyrillic > latin else ["cp1250", "cp1251"]


# ---------------------------------------------------------------- Excel


def _excel(raw: bytes, shape: Shape) -> ParsedTable:
    try:
        name, rows = _sheet(_unpacked(raw), shape)
    except UnreadableFile:
        raise
    except Exception as error:
        # openpyxl passes on any exception of its parsers; the file is untrusted, so all of them mean a bad file.
        raise UnreadableFile(
            _("The Excel file could not be read. Save it again as .xlsx, or as CSV (UTF-8).")
        ) from error
    return _plan(rows, shape, name)


def _unpacked(raw: bytes) -> dict[str, bytes]:
    """The parts of the package. Raises `UnreadableFile` if they are too large, or too costly for openpyxl.

    The sizes that the package declares are not believed: `ZipFile.read` unpacks a whole part before it cuts it to the
    declared size, and openpyxl reads like that.
    """
    parts: dict[str, bytes] = {}
    left, tags = MOST_UNPACKED, MOST_TAGS
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        # Only these two are unpacked piece by piece. Spreadsheets write no other.
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in packed.infolist()):
            raise zipfile.BadZipFile("unusual compression")
        for part in packed.infolist():
            content = _part(packed, part, left)
            left -= len(content)
            tags -= content.count(b"<")
            if min(left, tags) < 0 or (part.filename.endswith("styles.xml") and _is_large_style(content)):
                raise UnreadableFile(_("The Excel file unpacks to far too much. Save only the sheet with the plan."))
            parts[part.filename] = content
    return parts


def _is_large_style(content: bytes) -> bool:
    return len(content) > MOST_STYLES or content.count(b"<") > MOST_STYLE_TAGS


def _part(packed: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """At most one byte more than `most`, unpacked in small pieces."""
    content = bytearray()
    with packed.open(part) as file:
        while len(content) <= most and (piece := file.read(min(PIECE, most + 1 - len(content)))):
            content += piece
    return bytes(content)


def _sheet(parts: Mapping[str, bytes], shape: Shape) -> tuple[str, Table]:
    """The plan among the visible sheets, the active one first; named if there are several."""
    openpyxl_loading.load()
    from planning.workbook_reader import WorkbookReader  # openpyxl is large, and few people read files

    reader = WorkbookReader(_stored_package(parts), read_only=True, data_only=True, keep_links=False)
    reader.read()
    book = reader.wb
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:MOST_SHEETS]
    sheets.sort(key=lambda sheet: sheet is not book.active)
    tables = []
    for sheet in sheets:
        tables.append(_rows(sheet, parts[sheet._worksheet_path.lstrip("/")], shape))
        if _known(tables[-1], shape):
            return sheet.title if len(sheets) > 1 else "", tables[-1]
    return "", tables[0] if tables else []


def _stored_package(parts: Mapping[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out


def _rows(sheet: Any, xml: bytes, shape: Shape) -> Table:
    table: Table = []
    letters = filled = 0
    for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_LINES, values_only=True):
        cells = [] if row.count(None) == len(row) else [_cell(value) for value in row]
        letters += sum(map(len, cells))
        filled += bool(cells)
        if letters > MOST_LETTERS:
            raise UnreadableFile(_("There is far too much text in the file. Save only the sheet with the plan."))
        table.append(_tidy(cells))
        if filled > shape.most_rows + MOST_ABOVE:
            break
    _spread(table, xml)
    return table


def _spread(rows: Table, xml: bytes) -> None:
    """Copy merged cells to each of their rows; the file has the value in the first only."""
    filled = [any(row) for row in rows]
    for merged in list(_MERGED.finditer(xml))[:MOST_MERGED]:
        column, first, last = _column(merged[1]), int(merged[2]) - 1, int(merged[3])
        if first < len(rows) and column < len(rows[first]):
            for at in range(first + 1, min(last, len(rows))):
                if filled[at]:
                    rows[at][column] = rows[first][column]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds() // 3600:.0f}:{value.total_seconds() // 60 % 60:02.0f}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
