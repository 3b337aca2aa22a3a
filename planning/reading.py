"""From a file to rows: CSV in whatever encoding a spreadsheet wrote it, or Excel. Everything in it is hostile text.

`read` gives cells by our own names of the columns, untouched; `day` and `clock` understand what people type. A cell
that begins with = + - @ is text here and stays text: nothing is ever evaluated.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from django.utils.translation import gettext as _

from posts.draft import storable
from serbian.folding import fold

MOST_BYTES = 1024 * 1024
MOST_ROWS = 200
MOST_COLUMNS = 40
MOST_UNPACKED = 30 * 1024 * 1024
MOST_CELL = 20_000
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# Our name: what the heading may say, folded; both scripts fold to the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    "day": ("datum", "dan", "date", "day"),
    "time": ("vreme", "vrijeme", "sat", "time"),
    "text": ("tekst", "tekst objave", "objava", "text", "post"),
    "text_latin": ("tekst latinica", "latinica", "text latin", "latin"),
    "channels": ("kanal", "kanali", "mreza", "mreze", "channel", "channels", "network"),
    "category": ("vrsta", "vrsta sadrzaja", "kategorija", "category"),
    "title": ("naslov", "radni naslov", "title"),
    "link": ("veza", "link", "adresa", "url"),
}
NEEDED = ("text",)

_DAY = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\.?")
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?(?::\d{2})?\s*h?")


class Unreadable(ValueError):
    """The file is none we can read. The text says what to do."""


@dataclass(frozen=True)
class Line:
    """`number` is that of the line in the file, counted as a spreadsheet does; `cells` by our names of the columns."""

    number: int
    cells: dict[str, str]


def read(raw: bytes, name: str) -> list[Line]:
    """Raises `Unreadable`."""
    if not raw:
        raise Unreadable(_("The file is empty."))
    if len(raw) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 1 MB. Leave out pictures and old months."))
    rows = _excel(raw) if raw[:2] == b"PK" else _csv(raw)
    return _lines(rows, name)


def _lines(rows: Iterable[Sequence[str]], name: str) -> list[Line]:
    found: list[Line] = []
    columns: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        cells = [storable(cell)[:MOST_CELL].strip() for cell in row[:MOST_COLUMNS]]
        if not any(cells):
            continue
        if not columns:
            columns = _heading(cells)
            continue
        if len(found) >= MOST_ROWS:
            raise Unreadable(_("There are more than %(most)s rows. Split the plan into months.") % {"most": MOST_ROWS})
        found.append(Line(number, {columns[at]: cell for at, cell in enumerate(cells) if at in columns and cell}))
    if not columns:
        raise Unreadable(_("The file has no rows."))
    return found


def _heading(cells: Sequence[str]) -> dict[int, str]:
    known = {word: column for column, words in COLUMNS.items() for word in words}
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        column = known.get(" ".join(re.findall(r"[a-z]+", fold(cell))))
        if column and column not in found.values():
            found[at] = column
    missing = [column for column in NEEDED if column not in found.values()]
    if missing:
        raise Unreadable(
            _("The first row must name the columns, and “Text” is not among them. Download the sample and fill it in.")
        )
    return found


def _csv(raw: bytes) -> list[list[str]]:
    text = _decoded(raw)
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Unreadable(_("The file could not be read as CSV. Save it as CSV (UTF-8) or as Excel.")) from error


def _decoded(raw: bytes) -> str:
    for encoding in ["utf-16"] if raw.startswith(UTF_16) else ["utf-8-sig", *_old(raw)]:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("The letters of the file could not be read. Save it as CSV (UTF-8) or as Excel."))


def _old(raw: bytes) -> list[str]:
    """Windows-1250 (Latin) or Windows-1251 (Cyrillic): whichever makes more letters of our alphabets of the bytes."""
    guesses = {name: raw.decode(name, "replace") for name in ("cp1250", "cp1251")}
    latin = sum(letter in "čćžšđČĆŽŠĐ" for letter in guesses["cp1250"])
    cyrillic = len(re.findall(r"[а-яА-ЯђјљњћџЂЈЉЊЋЏ]{3,}", guesses["cp1251"]))
    return ["cp1251", "cp1250"] if cyrillic > latin else ["cp1250", "cp1251"]


def _excel(raw: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
        if unpacked <= MOST_UNPACKED:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
            return [[_cell(value) for value in row] for row in rows]
    except Exception as error:
        # openpyxl lets through whatever its parsers raise; the file is somebody's, so none of it is our fault.
        raise Unreadable(_("The Excel file could not be read. Save it again as .xlsx, or as CSV (UTF-8).")) from error
    raise Unreadable(_("The Excel file unpacks to far too much. Save only the sheet with the plan."))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def day(typed: str) -> date | None:
    """24.11.2026., 24. 11. 2026., 24/11/2026 and 2026-11-24; None for anything else."""
    typed = typed.strip()
    try:
        if found := _DAY.fullmatch(typed):
            on, month, year = (int(part) for part in found.groups())
            return date(year, month, on)
        return date.fromisoformat(typed[:10]) if typed else None
    except ValueError:
        return None


def clock(typed: str) -> time | None:
    """9:00, 09.00, 9h and 9; None for anything else."""
    found = _CLOCK.fullmatch(typed.strip())
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None
