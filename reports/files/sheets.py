"""The report as an Excel file: a sheet for each table, numbers as numbers, and one sheet with the meaning of the
figures.

Texts are written by `write_string` only, so that nothing anybody typed becomes a formula or a link.
"""

import io
import re
from datetime import UTC, date
from typing import Any

from django.utils import translation

from common.dates import date_time
from common.xml_text import xml_text
from reports.document import Cell, CellType, Column, Document, Link, Missing, Table
from reports.files.pdf import is_web

LONGEST_NAME = 31
WIDEST, NARROWEST = 60, 9
# Excel itself refuses more of them in one file, and longer ones.
MOST_LINKS, LONGEST_LINK = 1000, 2000
DATES = {"en": "d mmm yyyy"}


def write(document: Document) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    # The same report gives the same bytes: the clock has no say in it.
    born = document.as_of.astimezone(UTC).replace(tzinfo=None)
    book.set_properties(
        {"title": f"{document.title} · {document.subtitle}", "comments": document.about, "created": born}
    )
    styles = _Styles(book, document.language)
    with translation.override(document.language):
        _about(book, styles, document)
        taken: set[str] = {document.texts.about.lower()}
        for table in document.tables:
            _sheet(book, styles, table, _name(table.sheet or table.title or table.name, taken))
        _meanings(book, styles, document, _name(document.texts.meanings, taken))
    book.close()
    return out.getvalue()


class _Styles:
    def __init__(self, book: Any, language: str) -> None:
        self.book, self.day = book, DATES.get(language, "d. m. yyyy.")
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.quiet = book.add_format({"font_color": "#675f54", "valign": "top"})
        self.date = book.add_format({"num_format": self.day, "valign": "top", "align": "left"})
        self.link = book.add_format({"font_color": "#1f5a8f", "underline": 1, "valign": "top"})
        self._numbers: dict[int | None, Any] = {}

    def number(self, places: int | None) -> Any:
        if places not in self._numbers:
            shown = "General" if places is None else "#,##0" + (f".{'0' * places}" if places else "")
            self._numbers[places] = self.book.add_format({"num_format": shown, "valign": "top"})
        return self._numbers[places]


def _name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 signs, none of []:*?/\\, once."""
    base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", xml_text(title)).strip(" '")[:LONGEST_NAME] or "-"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: LONGEST_NAME - 4]} {number}"
    taken.add(name.lower())
    return name


def _about(book: Any, styles: _Styles, document: Document) -> None:
    sheet = book.add_worksheet(_name(document.texts.about, set()))
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, document.title, styles.title)
    lines = [document.subtitle, f"{document.texts.as_of} {date_time(document.as_of)}", document.foot, document.about]
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, line, styles.text)


def _sheet(book: Any, styles: _Styles, table: Table, name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.label, styles.head)
        sheet.set_column(at, at, _width(column, [row[at] for row in table.rows]))
    for down, row in enumerate(table.rows, 1):
        for across, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, styles, (down, across), column, cell, links=down <= MOST_LINKS)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note, styles.quiet)


def _write(sheet: Any, styles: _Styles, at: tuple[int, int], column: Column, cell: Cell, *, links: bool) -> None:
    match cell:
        case Missing():
            sheet.write_string(*at, cell.reason or "–", styles.quiet)
        case Link() if links and is_web(cell.url) and len(cell.url) <= LONGEST_LINK:
            sheet.write_url(*at, cell.url, styles.link, string=cell.text)
        case Link():
            sheet.write_string(*at, cell.url, styles.text)
        case str():
            sheet.write_string(*at, cell, styles.text)
        case int() | float():
            sheet.write_number(*at, cell, styles.number(column.places))
        case date():
            sheet.write_datetime(*at, cell, styles.date)


def _width(column: Column, cells: list[Cell]) -> int:
    if column.kind == CellType.NUMBER:
        return max(NARROWEST, min(18, len(column.label) + 1))
    if column.kind == CellType.DATE:
        return 13
    longest = max((len(str(cell.text if isinstance(cell, Link) else cell)) for cell in cells), default=0)
    return max(NARROWEST, min(WIDEST, max(longest, len(column.label)) + 2))


def _meanings(book: Any, styles: _Styles, document: Document, name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, document.texts.measure, styles.head)
    sheet.write_string(0, 1, document.texts.formula, styles.head)
    for row, (term, meaning) in enumerate(document.meanings, 1):
        sheet.write_string(row, 0, term, styles.text)
        sheet.write_string(row, 1, meaning, styles.text)
