"""CSV and Excel files, protected from formula injection by user input."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
# Some programs also read the wide forms of East Asian keyboards, and what stands behind spaces.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def table(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark by which spreadsheets know it; numbers as they are, None as an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8-sig")


def workbook(rows: Sequence[Sequence[Any]], places: int = 2) -> bytes:
    """The same as a file for Excel, the first row as its heading: numbers stay numbers, texts stay texts."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                # set by hand: what begins with an equals sign would become a formula otherwise
                cell.value, cell.data_type, cell.number_format = harmless(value), "s", "@"
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
        csv.writer(out, delimiter=";").writerows([harmless(value) for value in line] for line in lines)
        # With a BOM, by which Excel recognises UTF-8.
        answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    else:
        raise Http404
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}")
    return answer


def _workbook(lines: Sequence[Sequence[str]], widths: Sequence[int]) -> bytes:
    """Columns wide enough to write in, long texts in several lines, the heading always in sight."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for line in lines:
        sheet.append([harmless(value) for value in line])  # a channel's name stands in one, as its network has it
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
