"""One document in three formats: what anybody typed stays words, numbers stay numbers, and the PDF is accessible."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reports.contents.common import document_texts
from reports.document import (
    Bullets,
    CellType,
    Column,
    Document,
    Facts,
    Figure,
    Heading,
    Link,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)
from reports.files import pdf, sheets, tables
from reports.files.cells import plain
from tests.reports import reading

HOSTILE = (
    '#set page(fill: red)', "$x^2$ @ref <label>", 'a "quoted" \\ back\\slash', "_a_ *b* `c` // d /* e */ ~ -- ---",
    "https://example.org/?a=1&b=2#c", "= heading", "- list", "[content] {code}", "#read(\"/etc/passwd\")", "</title>",
)  # fmt: skip
FORMULAS = ('=HYPERLINK("https://evil.example")', "+1+1", "-2+3|cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "  =1")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


def document(*blocks: object, language: str = "sr", title: str = "Месечни извештај") -> Document:
    as_of = datetime(2026, 11, 3, 7, tzinfo=UTC)
    return Document(title, "Ћуприја", language, "О чему је", as_of, blocks, "Добошар", document_texts())  # type: ignore[arg-type]


def table(*rows: tuple[object, ...]) -> Table:
    columns = (
        Column("Наслов"),
        Column("Број", CellType.NUMBER, 1, "збир"),
        Column("Дан", CellType.DATE),
        Column("Веза", CellType.LINK),
    )
    return Table("posts", "Објаве", columns, rows)  # type: ignore[arg-type]


def test_no_sign_in_a_text_is_markup_in_the_pdf(subtests: pytest.Subtests) -> None:
    for text in HOSTILE:
        with subtests.test(text=text):
            row = (text, 1, date(2026, 10, 3), Link(text, "https://example.org/1"))
            blocks = (Paragraph(text), Heading(text), table(row), Figure(text, SVG, text, text), Bullets([text]),
                      Facts([(text, text)]), Tiles(text, [Tile(text, 1, text)]))  # fmt: skip
            printed = reading.pdf(pdf.write(document(*blocks, title=text)))
            assert printed.text.count(text) >= 9
            assert printed.title == f"{text} · Ћуприја"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Сајам 🎉🎊 књига", "Сајам [] књига"),
        ("مرحبا بكم", "[] []"),
        ("नमस्ते", "[]"),
        ("x\x07y", "x[]y"),
    ],
)
def test_what_the_typeface_cannot_draw_is_shown_as_a_box_and_kept_in_excel(text: str, shown: str) -> None:
    made = document(table((text, 1, date(2026, 10, 3), Missing())))
    assert shown in reading.pdf(pdf.write(made)).text
    if "\x07" not in text:
        assert reading.xlsx(sheets.write(made))["Објаве"]["A2"].value == text


def test_a_very_long_word_stays_on_the_page() -> None:
    word = "Ш" * 500
    printed = reading.pdf(pdf.write(document(table((word, 1, date(2026, 10, 3), Missing())))))
    assert word in printed.text.replace(" ", "")


def test_a_reason_in_a_narrow_column_runs_into_no_neighbour() -> None:
    columns = (
        *(Column(label) for label in ("Показатељ", "Ниво", "Јединица")),
        *(Column(label, CellType.NUMBER, 1) for label in ("Полазна вредност", "Договорени циљ")),
        Column("до", CellType.DATE),
        Column("Остварено", CellType.NUMBER, 1),
        Column("Стање"),
    )
    why = (Missing("није закључана"), Missing("није договорено у програму"), Missing(), Missing("нема вредности"))
    row = ("Објаве на свим службеним језицима и писмима", "Менторство", "проценат", *why, "Циљ није постављен")
    assert reading.collisions(pdf.write(document(Table("all", "Све", columns, (row, row))))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "tag"), [("sr", "sr-Cyrl"), ("sr-latn", "sr-Latn"), ("en", "en")])
def test_the_pdf_says_its_language_and_title_and_is_tagged(language: str, tag: str) -> None:
    blocks = (Heading("Део"), table(("а", 1, date(2026, 10, 3), Missing("нема"))), Figure("Слика", SVG, "Шта се види"))
    printed = reading.pdf(pdf.write(document(*blocks, language=language)))
    assert printed.language == tag
    assert printed.title == "Месечни извештај · Ћуприја"
    assert printed.is_tagged
    assert {"H1", "H2", "H3", "P", "Table", "TR", "TH", "TD", "Figure"} <= printed.kinds
    assert "Шта се види" in printed.alts


def test_the_same_document_is_the_same_file_in_every_format() -> None:
    made = document(Paragraph("а"), table(("а", 1, date(2026, 10, 3), Missing())))
    for write in (pdf.write, sheets.write, tables.write):
        assert write(made) == write(made), write


def test_a_document_that_typst_refuses_says_why() -> None:
    with pytest.raises(pdf.NotMade, match="SVG"):
        pdf.write(document(Figure("Слика", "<svg", "опис")))


def test_only_pages_are_linked() -> None:
    links = ("https://example.org/1", "javascript:alert(1)", "file:///etc/passwd", "https://a b")
    rows = [("а", 1, date(2026, 10, 3), Link("отвори", url)) for url in links]
    made = document(table(*rows))
    assert reading.pdf(pdf.write(made)).links == {"https://example.org/1"}
    sheet = reading.xlsx(sheets.write(made))["Објаве"]
    assert [bool(sheet.cell(row, 4).hyperlink) for row in (2, 3, 4, 5)] == [True, False, False, False]


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_becomes_a_formula_in_a_spreadsheet(text: str) -> None:
    made = document(table((text, 1, date(2026, 10, 3), Link(text, text))))
    sheet = reading.xlsx(sheets.write(made))["Објаве"]
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "d"}
    (row,) = reading.tables(tables.write(made))["posts"]
    assert row["Наслов"].startswith("'")
    assert row["Веза"].startswith("'")


def test_numbers_are_numbers_and_dates_are_dates() -> None:
    made = document(table(("а", 1234.5, date(2026, 10, 3), Missing()), ("б", -3, date(2026, 10, 4), Missing("нема"))))
    sheet = reading.xlsx(sheets.write(made))["Објаве"]
    assert (sheet["B2"].value, sheet["B3"].value) == (1234.5, -3)
    assert sheet["C2"].is_date
    assert sheet["C2"].value.date() == date(2026, 10, 3)
    first, second = reading.tables(tables.write(made))["posts"]
    assert (first["Број"], first["Дан"], first["Веза"]) == ("1234.5", "2026-10-03", "")
    assert second["Број"] == "-3"
    printed = reading.pdf(pdf.write(made)).text
    assert "1.234,5" in printed
    assert "3. 10. 2026." in printed


def test_a_missing_number_is_no_zero_anywhere() -> None:
    made = document(table(("а", Missing("није речено"), Missing(), Missing())))
    assert reading.xlsx(sheets.write(made))["Објаве"]["B2"].value == "није речено"
    assert reading.tables(tables.write(made))["posts"][0]["Број"] == ""
    assert "није речено" in reading.pdf(pdf.write(made)).text


def test_excel_and_csv_tell_what_the_numbers_mean() -> None:
    made = document(Facts([("Интеракције", "лајкови и дељења")]), table(("а", 1, date(2026, 10, 3), Missing())))
    book = reading.xlsx(sheets.write(made))
    assert [cell.value for cell in book[book.sheetnames[-1]]["A"]][1:] == ["Интеракције", "Број"]
    rows = reading.tables(tables.write(made))["meanings"]
    assert [list(row.values()) for row in rows] == [["Интеракције", "лајкови и дељења"], ["Број", "збир"]]


def test_sheets_get_names_that_excel_takes() -> None:
    titles = ("a/b:c*d?[e]", "x" * 60, "x" * 60, "'quoted'", "")
    blocks = [Table(f"t{n}", title, (Column("A"),), [("1",)]) for n, title in enumerate(titles)]
    names = reading.xlsx(sheets.write(document(*blocks))).sheetnames
    assert len(set(names)) == len(names) == len(titles) + 2
    assert all(len(name) <= 31 for name in names)


def test_plain_refuses_what_is_no_cell() -> None:
    with pytest.raises(TypeError):
        plain(True)
