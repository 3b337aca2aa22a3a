"""Reads a table of populations as people export it: commas, semicolons or tabs, any of the usual encodings, names in
either script, with or without diacritics. Nothing is written here: the page shows the rows, with what is wrong, first.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from serbian.folding import fold

LARGEST_BYTES = 1024 * 1024
MOST_ROWS = 1000
FIRST_YEAR, LARGEST = 1948, 3_000_000  # the first census after the war; no municipality of Serbia is near that large
NAME_HEADINGS = {"naziv", "opstina", "grad", "opstina/grad", "municipality", "name", "jls", "jedinica", "city"}
FIGURE_HEADINGS = {"population", "stanovnistvo", "broj stanovnika", "stanovnika", "inhabitants"}
YEAR_HEADINGS = {"year", "godina"}
_GROUPED = re.compile(r"\d{1,3}([.,  ]\d{3})+")
_KIND_WORDS = re.compile(r"^(grad|opstina|city of|municipality of)\s+|(?<!\s)\s++(grad|city|municipality)$")
_FORMULA = ("=", "+", "-", "@", "\t")


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence."""

    def __init__(self, message: LazyText) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class PopulationRow:
    """One line of the file: what it says, whom it means, and what is wrong with it."""

    line: int
    name: str
    slug: str = ""
    population: int | None = None
    year: int | None = None
    problems: list[LazyText] = field(default_factory=list)


def read(raw: bytes, *, year: int | None, known: Iterable[tuple[str, tuple[str, ...]]]) -> list[PopulationRow]:
    """Rows of the file; `known` are (slug, names) of the municipalities, `year` is for a file without that column.

    Raises `Unreadable`.
    """
    lines = _lines(_decoded(raw))
    columns = _columns(lines[0][1])
    by_name = {fold(name): slug for slug, names in known for name in names}
    rows = [_row(number, cells, columns, year, by_name) for number, cells in lines[1:]]
    if not rows:
        raise Unreadable(_("The file has a heading but no rows."))
    _mark_repeated(rows)
    return rows


def _decoded(raw: bytes) -> str:
    if len(raw) > LARGEST_BYTES:
        raise Unreadable(_("The file is larger than 1 MB. The table of all municipalities is a hundred times smaller."))
    # cp1250 is what Excel on a Serbian Windows writes
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1250"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(_("This is not a text file. Save the table as CSV and choose that file."))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error:
        raise Unreadable(_("The file breaks the rules of CSV. Save the table as CSV once more.")) from None
    if not lines:
        raise Unreadable(_("The file is empty."))
    if len(lines) > MOST_ROWS:
        raise Unreadable(_("The file has more than 1,000 rows. There are 145 municipalities; choose another table."))
    return lines


def _columns(heading: list[str]) -> dict[str, int]:
    names = [fold(cell) for cell in heading]
    places = {
        key: next((place for place, word in enumerate(names) if word in headings), None)
        for key, headings in (("name", NAME_HEADINGS), ("population", FIGURE_HEADINGS), ("year", YEAR_HEADINGS))
    }
    columns = {key: place for key, place in places.items() if place is not None}
    if "name" not in columns or "population" not in columns:
        raise Unreadable(_("The first row must name the columns: “municipality” and “population”, and perhaps “year”."))
    return columns


def _row(
    line: int, cells: list[str], columns: dict[str, int], year: int | None, by_name: dict[str, str]
) -> PopulationRow:
    def cell(key: str) -> str:
        place = columns.get(key)
        return cells[place] if place is not None and place < len(cells) else ""

    row = PopulationRow(line, cell("name")[:120])
    row.slug = by_name.get(fold(row.name)) or by_name.get(_KIND_WORDS.sub("", fold(row.name)), "")
    if not row.name:
        row.problems.append(_("The name is missing."))
    elif not row.slug:
        row.problems.append(_("No municipality has this name."))
    _read_figure(row, cell("population"))
    _read_year(row, cell("year"), year)
    return row


def _read_figure(row: PopulationRow, text: str) -> None:
    if not text:
        row.problems.append(_("The population is missing."))
        return
    digits = re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else text
    if re.fullmatch(r"-\s*\d+", digits):
        row.problems.append(_("The population is negative."))
    elif digits.startswith(_FORMULA):
        row.problems.append(_("This is a formula, not a number. Save the table with its values."))
    elif not re.fullmatch(r"[0-9]{1,9}", digits):
        row.problems.append(_("The population is not a whole number."))
    elif not 0 < int(digits) <= LARGEST:
        row.problems.append(_("A population between 1 and 3,000,000 was expected."))
    else:
        row.population = int(digits)


def _read_year(row: PopulationRow, text: str, year: int | None) -> None:
    text = text.rstrip(".")
    if not text and year is None:
        row.problems.append(_("The year is missing."))
    elif text and not re.fullmatch(r"[0-9]{4}", text):
        row.problems.append(_("The year is not a year."))
    else:
        row.year = int(text) if text else year
        if row.year is not None and not FIRST_YEAR <= row.year <= 2100:
            row.problems.append(_("The year lies outside 1948 to 2100."))


def _mark_repeated(rows: list[PopulationRow]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.slug and row.slug in seen:
            row.problems.append(_("The municipality is in the file twice; only the first row counts."))
        seen.add(row.slug)
