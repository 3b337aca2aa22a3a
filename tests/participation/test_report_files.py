"""The files of a report say the same, everybody can read them, and no text in them becomes anything but text."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from django.utils import timezone, translation

from municipalities.models import Municipality
from participation import open_data
from participation.contents import EditionText, report
from participation.enums import Decision
from participation.models import Consultation
from participation.queries.contributions import Counts
from participation.queries.figures import Announcement, Breakdown, Figures, ProposalRow
from reports.document import Document
from reports.files import docx, pdf, sheets
from tests.participation.reported import AT, FIRST, LAST
from tests.reports import reading
from tests.reports.word import Word, word

AS_OF = datetime(2026, 11, 30, 12, tzinfo=timezone.get_default_timezone())
HOSTILE = (
    '=HYPERLINK("https://evil.example","click")',
    "+cmd|' /C calc'!A0",
    "a\x00b\x01c\x0bd\x1b[31m",
    '<w:p><w:r><w:t>no markup</w:t></w:r></w:p> & "quotes" ]]>',
    "{ FIELD } \u202egnirts \ufffe \uffff",
    '#link("javascript:alert(1)")[x] *bold* $x$',
    "реч" * 400,
)


def rows(texts: tuple[str, ...] = HOSTILE) -> list[ProposalRow]:
    decisions = ("accepted", "partly", "declined", "elsewhere")
    return [
        ProposalRow(
            at, "form", FIRST, text, decisions[at % 4], text, text if at % 4 == 3 else "", also=(2,) if at == 1 else ()
        )
        for at, text in enumerate(texts, 1)
    ]  # fmt: skip


def figures(proposals: list[ProposalRow]) -> Figures:
    by_decision: dict[str, int] = {}
    for row in proposals:
        by_decision[row.decision] = by_decision.get(row.decision, 0) + 1
    return Figures(
        counts=Counts(len(proposals), {"form": len(proposals)}, by_decision), late=0, joined=0, with_reason=2,
        settlements=Breakdown([("=2+3", 6)], 5, ("Супска", "\x07Мијатовац"), 11, 4), ages=Breakdown(stated=3, silent=4),
        genders=Breakdown(), rows=proposals,
        announcements=[
            Announcement("call", "facebook", "@opstina", FIRST, "https://example.org/1", 120, None, is_read=True),
            Announcement("call", "facebook", "=1+1", FIRST, "javascript:alert(1)"),
        ],
    )  # fmt: skip


def consultation() -> Consultation:
    row = Consultation(
        kind="budget", title="=Буџет за 2027. годину", slug="budzet", subject="Шта да се гради?\x08",
        rules="<b>Правила</b>", ground="local-self-government-budget", starts_on=FIRST, ends_on=LAST,
        ways_in=["form"], published_at=AT,
    )  # fmt: skip
    row.municipality = Municipality(slug="cuprija", name_cyrl="Ћуприја", name_latn="Ćuprija", name_en="Ćuprija")
    return row


def document(language: str = "sr", texts: tuple[str, ...] = HOSTILE) -> Document:
    with translation.override(language):
        return report(consultation(), figures(rows(texts)), EditionText(2, "Измена", "Постављамо.\n\nДруго."), AS_OF)


@pytest.fixture(scope="module")
def shown() -> Document:
    return document()


@pytest.fixture(scope="module")
def in_word(shown: Document) -> Word:
    return word(docx.write(shown))


def test_word_is_a_document_that_strict_readers_take(in_word: Word) -> None:
    assert in_word.problems() == []
    assert not [name for name in in_word.parts if "vba" in name.lower() or "macro" in name.lower()]
    assert set(in_word.links.values()) == {"https://example.org/1"}


def test_word_is_made_for_screen_readers(in_word: Word, shown: Document) -> None:
    levels = [level for level, _text in in_word.headings]
    assert levels[0] == 1
    assert all(following <= level + 1 for level, following in pairwise(levels))
    assert all(in_word.marked_heads)
    assert all(in_word.alts)
    assert len(in_word.alts) == 1
    assert in_word.language == "sr-Cyrl"
    assert shown.title.encode() in in_word.parts["docProps/core.xml"]


def test_word_has_every_row_of_every_table_that_is_printed(in_word: Word, shown: Document) -> None:
    tables = [one for one in shown.tables if one.printed and one.rows]
    assert [len(lines) for lines in in_word.tables] == [len(one.rows) + 1 for one in tables]
    for lines, one in zip(in_word.tables, tables, strict=True):
        assert lines[0] == [column.label for column in one.columns if column.printed]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_stays_text_in_word(in_word: Word, text: str) -> None:
    shown_text = docx.clean(text).strip()
    assert shown_text in in_word.text
    assert b"instrText" not in in_word.parts["word/document.xml"]
    assert b"fldSimple" not in in_word.parts["word/document.xml"]


def test_the_same_report_gives_the_same_word_file(shown: Document) -> None:
    assert docx.write(shown) == docx.write(shown)


def test_excel_takes_nothing_for_a_formula(shown: Document) -> None:
    book = reading.xlsx(sheets.write(shown))
    for sheet in book:
        for line in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in line)
    proposals = book.worksheets[-2]
    assert proposals.cell(2, 2).value.startswith("=HYPERLINK")
    assert proposals.cell(1, 1).value
    assert proposals.cell(2, 1).value == 1


def test_csv_and_json_say_the_same_and_harm_nobody() -> None:
    proposals = rows()
    lines = list(csv.DictReader(io.StringIO(open_data.csv(proposals).decode("utf-8-sig"), newline="")))
    assert [int(line["number"]) for line in lines] == [row.number for row in proposals]
    for line in lines:
        assert not line["text"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert "\x00" not in line["text"]
    package = open_data.package(consultation(), figures(proposals), edition=1, as_of=AS_OF.isoformat())
    assert b"\x00" not in package
    assert open_data.counted(figures(proposals))["total"] == len(proposals)


READ = ("Тражим расвету у Улици кнеза Милоша.", "Ново обданиште у Супској.")


@pytest.mark.parametrize("language", ["sr", "sr-latn", "en"])
def test_the_pdf_is_tagged_and_says_what_the_others_say(language: str) -> None:
    one = document(language, READ)
    read = reading.pdf(pdf.write(one))
    assert read.is_tagged
    assert {"Table", "TH", "TD", "H1", "H2", "Figure"} <= read.kinds
    assert len(read.alts) == 1
    assert read.language == {"sr": "sr-Cyrl", "sr-latn": "sr-Latn", "en": "en"}[language]
    in_word = word(docx.write(one))
    for text in (one.title, *READ, *(label for _level, label in in_word.headings)):
        assert pdf.legible(text).replace("\u200b", "") in read.text
    cells = {cell for lines in in_word.tables for line in lines for cell in line}
    words = {piece for cell in cells for piece in cell.split()}
    assert not [piece for piece in words if piece not in read.text and len(piece) < 20]


def test_hostile_texts_make_a_pdf_that_is_still_accessible(shown: Document) -> None:
    read = reading.pdf(pdf.write(shown))
    assert read.is_tagged
    assert read.links == {"https://example.org/1"}
    assert "no markup" in read.text


def test_a_large_report_is_compiled_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    one = document("sr", READ)
    here = pdf.write(one)
    monkeypatch.setattr(pdf, "LARGE", 0)
    assert pdf.write(one) == here
    monkeypatch.setattr(pdf, "TEMPLATE", b"#panic(sys.inputs.report.len())")
    with pytest.raises(pdf.NotMade, match="panicked"):
        pdf.write(one)


def test_every_decision_and_way_has_a_word_in_the_report() -> None:
    with translation.override("en"):
        texts: Any = {str(decision.label) for decision in Decision}
        one = document("en", READ)
    listed = {line[0] for table in one.tables if table.name == "decisions" for line in table.rows}
    assert texts <= listed
