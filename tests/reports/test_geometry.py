"""The geometry of a file is right where it is right, and what is wrong is noticed: a margin, a word over another, a
cell in the column beside it."""

from __future__ import annotations

from datetime import date

import pytest

from reports.document import CellType, Column, Document, Facts, Heading, Missing, Paragraph, Table, Tile, Tiles
from reports.files import pdf
from tests.reports import geometry
from tests.reports.test_documents import document

LONG = "Градска управа за послове планирања и изградње у насељу Банатско Велико Село"
NARROW = b"columns: (13mm,) * block_.columns.len(),"
COLUMNS = b"columns: widths(block_.columns, size.width),"


def full() -> Document:
    columns = (
        Column("Општина или град"),
        Column("Полазна вредност", CellType.NUMBER, 1),
        Column("Остварено", CellType.NUMBER, 1),
        Column("Дан", CellType.DATE),
        Column("Стање"),
    )
    rows = [
        (f"{LONG} {number}", 1234.5 + number, Missing("мање од три општине"), date(2026, 10, 3), "Иде по плану")
        for number in range(60)
    ]
    tiles = Tiles("Бројке", [Tile(LONG, 123456.0, LONG, 1, 12.0, LONG) for _number in range(6)])
    return document(
        Paragraph(LONG, "lead"), tiles, Heading(LONG), Table("all", LONG, columns, rows, LONG), Facts([(LONG, LONG)])
    )


def test_a_sound_document_has_no_fault_and_its_tables_are_found() -> None:
    import pypdfium2

    body = pdf.write(full())
    assert geometry.faults(body) == []
    by_page = [geometry.tables(page) for page in pypdfium2.PdfDocument(body)]
    assert len(by_page) > 2
    assert [len(columns) for columns in by_page[0]] == [5]
    assert sum(len(columns[0]) for tables in by_page for columns in tables) >= 60


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"margin: (x: 18mm", b"margin: (x: 12mm", "outside"),
        (b"bottom: 18mm", b"bottom: 2mm", "outside"),
        (COLUMNS, NARROW, "column"),
        (b"        shown(cell)\n", b"        move(dx: -30pt, shown(cell))\n", "outside"),
        (b"#set par(leading: 0.58em", b"#set par(leading: -0.4em", "over"),
    ],
)
def test_a_falsified_template_is_noticed(old: bytes, new: bytes, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pdf.TEMPLATE.count(old) == 1
    falsified = pdf.TEMPLATE.replace(old, new)
    if kind == "column":
        falsified = falsified.replace(b"        shown(cell)\n", b"        box(shown(cell))\n")
    monkeypatch.setattr(pdf, "TEMPLATE", falsified)
    assert kind in {fault.kind for fault in geometry.faults(pdf.write(full()))}
