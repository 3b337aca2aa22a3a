"""The report as CSV, for programs: a ZIP with a file for each table and one with the meaning of the figures.

The format is the same in every language: commas as separators, a decimal point, dates as 2026-10-31, UTF-8 with a byte
order mark for Excel. Headings are in the language of the report. A missing value is empty.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from django.utils import timezone

from reports.document import Document
from reports.files.cells import plain, text_cell


def write(document: Document) -> bytes:
    out = io.BytesIO()
    born = timezone.localtime(document.as_of).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
            info = zipfile.ZipInfo(name, born)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o640 << 16
            archive.writestr(info, table(headings, rows))

        for number, document_table in enumerate(document.tables, 1):
            rows = ([plain(cell) for cell in row] for row in document_table.rows)
            add(f"{number:02}-{document_table.name}.csv", [column.label for column in document_table.columns], rows)
        meanings = ((text_cell(term), text_cell(text)) for term, text in document.meanings)
        add("meanings.csv", [document.texts.measure, document.texts.formula], meanings)
    return out.getvalue()


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One file of CSV (RFC 4180) with the mark of UTF-8 before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([text_cell(heading) for heading in headings])
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
