"""The report as CSV, for programs: a ZIP with a file for each table and one that says what the numbers mean.

The form is the same in every language: commas between, a point in numbers, dates as 2026-10-31, UTF-8 with the mark by
which Excel knows it. Headings are in the language of the report. Nothing where there is no value.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from django.utils import timezone

from reports.document import Document
from reports.files.cells import plain, words


def write(document: Document) -> bytes:
    out = io.BytesIO()
    born = timezone.localtime(document.as_of).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
            info = zipfile.ZipInfo(name, born)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o640 << 16
            archive.writestr(info, table(headings, rows))

        for number, each in enumerate(document.tables, 1):
            rows = ([plain(cell) for cell in row] for row in each.rows)
            add(f"{number:02}-{each.name}.csv", [column.label for column in each.columns], rows)
        meanings = ((words(term), words(text)) for term, text in document.meanings)
        add("meanings.csv", [document.words.measure, document.words.formula], meanings)
    return out.getvalue()


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One file of CSV (RFC 4180) with the mark of UTF-8 before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([words(heading) for heading in headings])
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
