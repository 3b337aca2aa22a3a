"""CSV and Excel files, protected from formula injection by user input."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from common import openpyxl_loading
from common.xml_text import xml_text

# openpyxl and XlsxWriter are imported where a file is written: they take a tenth of a start, and few pages need them.
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
# Some programs also read the wide forms of East Asian keyboards, and what stands behind spaces.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


# Excel in Serbian separates by semicolons, and then takes no quotation mark of our CSV for one that stands behind a
# comma: what follows a semicolon, a tab or a line break in a text begins a cell of its own.
_NEXT_CELL = r"""([{}\t\r\n](?:[^\S\t\r\n]|["'])*)(?=[=+\-@＝＋－＠])"""
_AFTER_SEMICOLON, _AFTER_COMMA = re.compile(_NEXT_CELL.format(";")), re.compile(_NEXT_CELL.format(","))


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def harmless_csv(text: str, *, separator: str = ",") -> str:
    """The same for a cell of CSV with this separator, when it is read with the other one too."""
    other = _AFTER_SEMICOLON if separator == "," else _AFTER_COMMA
    return harmless(other.sub(r"\1'", text))


def _harmless_cell(text: str) -> str:
    return harmless(xml_text(text))


def table(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark by which spreadsheets know it; numbers as they are, None as an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless_csv(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8-sig")


def workbook(rows: Sequence[Sequence[Any]], places: int = 2) -> bytes:
    """The same as a file for Excel, the first row as its heading: numbers stay numbers, texts stay texts."""
    openpyxl_loading.load()
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                # set by hand: what begins with an equals sign would become a formula otherwise
                cell.value, cell.data_type, cell.number_format = _harmless_cell(value), "s", "@"
            elif value is not None:
                cell.value = value
                cell.number_format = "0" if isinstance(value, int) else f"0.{'0' * places}"
            cell.font = Font(bold=number == 1)
    for cells in sheet.iter_cols():
        longest = max(len(str(cell.value or "")) for cell in cells)
        sheet.column_dimensions[cells[0].column_letter].width = min(48, max(12, longest + 2))
    sheet.freeze_panes = "A2"
    book.save(out)
    return out.getvalue()


def sample(name: str, kind: str, lines: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> HttpResponse:
    """A file to fill in, heading first, as "xlsx" or "csv", else `Http404`. `widths` of the columns in letters."""
    if kind == "xlsx":
        answer = HttpResponse(_workbook(lines, widths), content_type=EXCEL)
    elif kind == "csv":
        out = io.StringIO(newline="")
        safe = [[harmless_csv(value, separator=";") for value in line] for line in lines]
        csv.writer(out, delimiter=";").writerows(safe)
        # With a BOM, by which Excel recognises UTF-8.
        answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    else:
        raise Http404
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}")
    return answer


def _workbook(lines: Sequence[Sequence[str]], widths: Sequence[int]) -> bytes:
    """Columns wide enough to write in, long texts in several lines, the heading always in sight."""
    openpyxl_loading.load()
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for line in lines:
        sheet.append([_harmless_cell(value) for value in line])  # a channel's name stands in one, as its network has it
    for number, cells in enumerate(sheet.iter_cols()):
        widest = max(12, *(len(str(cell.value)) + 2 for cell in cells))
        sheet.column_dimensions[cells[0].column_letter].width = widths[number] if number < len(widths) else widest
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 1)
            # What looks like a day stays the text it is, and nothing that one types becomes a formula.
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    book.save(out)
    return out.getvalue()
