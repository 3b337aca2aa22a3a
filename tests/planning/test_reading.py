"""Files of a plan, as spreadsheets write them and as somebody hostile would."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from planning.file_parsing import (
    COMPOUND,
    MOST_BYTES,
    MOST_CELL,
    MOST_ROWS,
    MOST_UNPACKED,
    FileRow,
    UnreadableFile,
    read,
)

PLAN = "Датум;Време;Текст;Канал\n24.11.2026.;9:00;Вода у Ћуприји;Фејсбук\n"
LATIN = "Datum;Vreme;Tekst;Kanal\n24.11.2026.;9:00;Čišćenje šahtova u Ćupriji;Fejsbuk\n"
HEAD = ["Датум", "Време", "Текст"]


def lines(raw: bytes | str) -> list[FileRow]:
    return read(raw.encode() if isinstance(raw, str) else raw).lines


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def excel(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(PLAN, "utf-8"), (PLAN, "utf-8-sig"), (PLAN, "utf-16"), (PLAN, "cp1251"), (LATIN, "utf-8"), (LATIN, "cp1250")],
)
def test_the_encoding_is_found_out(text: str, encoding: str) -> None:
    (line,) = lines(text.encode(encoding))
    assert line.number == 2
    assert line.cells["text"] in text
    assert "�" not in line.cells["text"]


def test_the_separator_is_found_out(subtests: pytest.Subtests) -> None:
    for end in ["\n", "\r\n", "\r"]:
        for separator in [";", ",", "\t"]:
            with subtests.test(end=end, separator=separator):
                (line,) = lines(f'Date{separator}Text{end}2026-11-24{separator}"Water; light, and gas"{end}')
                assert line.cells == {"day": "2026-11-24", "text": "Water; light, and gas"}


def test_a_separator_inside_the_title_above_does_not_mislead() -> None:
    (line,) = lines("План, за новембар, 2026, Ћуприја\nsep=;\nДатум;Текст\n24.11.2026.;Вода\n")
    assert (line.number, line.cells) == (4, {"day": "24.11.2026.", "text": "Вода"})


def test_columns_are_known_in_both_scripts_and_in_english_and_strange_ones_are_named() -> None:
    plan = read("Напомена,ТЕКСТ,Vrsta sadržaja,Channels,Кампања:\nx,Вода,Услуга,Facebook,Зима\n".encode())
    assert plan.lines[0].cells == {"text": "Вода", "category": "Услуга", "channels": "Facebook", "campaign": "Зима"}
    assert plan.left_out == ["Напомена"]


def test_of_two_columns_that_would_do_the_plainer_is_taken() -> None:
    plan = read("Садржај;Текст;Датум;Дан\nтема;Вода;24.11.;уторак\n".encode())
    assert plan.lines[0].cells == {"text": "Вода", "day": "24.11."}
    assert plan.left_out == ["Садржај", "Дан"]


def test_excel_gives_days_and_times_as_text() -> None:
    raw = excel(
        HEAD,
        [date(2026, 11, 24), time(9, 30), "Вода"],
        [datetime(2026, 11, 24, 9, 30), timedelta(hours=9, minutes=5), 2026.0],
    )
    first, second = lines(raw)
    assert first.cells == {"day": "2026-11-24", "time": "09:30", "text": "Вода"}
    assert second.cells == {"day": "2026-11-24 09:30", "time": "9:05", "text": "2026"}


def test_formulas_are_never_evaluated() -> None:
    """What Excel reckoned last is what the file says; one that was never reckoned is empty."""
    assert lines(excel(HEAD, ["24.11.2026.", "", "Вода"], ["24.11.2026.", "", "=1+1"]))[1].cells == {
        "day": "24.11.2026."
    }
    assert lines(b"Text\n=HYPERLINK(1)\n")[0].cells["text"] == "=HYPERLINK(1)"


def test_merged_cells_say_the_same_for_each_of_their_rows() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["ПЛАН ЗА НОВЕМБАР"], HEAD, ["24.11.2026.", "9:00", "Вода"], ["", "15:00", "Струја"], ["", "", ""], []):
        sheet.append(row)
    sheet.append(["25.11.2026.", "9:00", "Пут"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A5")
    rows = lines(saved(book))
    assert [(line.number, line.cells["day"], line.cells["text"]) for line in rows] == [
        (3, "24.11.2026.", "Вода"), (4, "24.11.2026.", "Струја"), (7, "25.11.2026.", "Пут"),
    ]  # fmt: skip


def test_of_several_sheets_the_plan_is_found_and_named() -> None:
    book = Workbook()
    book.active.title = "Упутство"
    book.active.append(["Како се попуњава"])
    for name in ("Новембар", "Децембар"):
        sheet = book.create_sheet(name)
        sheet.append(["Текст"])
        sheet.append([name])
    first = read(saved(book))
    assert (first.sheet, first.lines[0].cells["text"]) == ("Новембар", "Новембар")
    book.active = 2
    open_one = read(saved(book))
    assert (open_one.sheet, open_one.lines[0].cells["text"]) == ("Децембар", "Децембар")
    book["Децембар"].sheet_state = "hidden"
    assert read(saved(book)).sheet == "Новембар"


def test_empty_lines_are_no_rows_and_numbers_are_those_of_the_file() -> None:
    assert [line.number for line in lines("Текст\n\nА\n;\nБ\n")] == [3, 5]
    assert [line.number for line in lines(excel(["Текст"], [], ["А"], [], ["Б"]))] == [3, 5]


def test_rows_far_below_are_not_lost() -> None:
    book = Workbook()
    book.active["A1"], book.active["A900"] = "Текст", "Вода"
    assert [line.number for line in lines(saved(book))] == [900]


def test_a_text_that_is_too_long_is_not_cut_to_one_that_fits() -> None:
    assert len(lines("Текст\n" + "а" * 50_000)[0].cells["text"]) == MOST_CELL


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def with_parts(raw: bytes, **parts: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return packed(**{name: file.read(name) for name in file.namelist()} | parts)


def sheet(*rows: str, before: str = "") -> bytes:
    """A workbook of one sheet with these cells in XML; the shared text 0 is a long one."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = f'<sst xmlns="{main}"><si><t>{"А" * 20_000}</t></si></sst>'
    plain = excel([])
    with zipfile.ZipFile(io.BytesIO(plain)) as file:
        types = file.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = types.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>')
    table = "".join(f"<row>{row}</row>" for row in rows)
    parts = {
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{main}"><sheetData>{table}</sheetData></worksheet>',
        "xl/sharedStrings.xml": shared,
        "[Content_Types].xml": types,
    }
    return with_parts(plain, **{name: text.encode() for name, text in parts.items()})


def inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


SHARED = '<c t="s"><v>0</v></c>'
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_texts_that_a_workbook_shares_are_read() -> None:
    assert len(lines(sheet(inline("Текст"), SHARED))[0].cells["text"]) == 20_000


def test_what_cannot_be_read_is_refused_in_words(subtests: pytest.Subtests) -> None:
    unreadable = {
        "empty": b"",
        "broken": b"PK\x03\x04 not a workbook",
        "zeros": b"\x00" * 10,
        "large": b"x" * (MOST_BYTES + 1),
        "no text": "Датум;Време\n1;2\n".encode(),
        "heading alone": "Текст;Датум\n".encode(),
        "blank": b"\n\n;;\n",
        "many rows": ("Текст\n" + "А\n" * (MOST_ROWS + 1)).encode(),
        "many rows in Excel": excel(["Текст"], *[["А"]] * (MOST_ROWS + 1)),
        "half a letter": b"\xff\xfe\x00",
        "open quote": b'Text\n"' + b"x" * 200_000,
        "old or locked Excel": COMPOUND + b"\x00" * 600,
        "bomb": packed(**{"xl/worksheets/sheet1.xml": b"0" * (MOST_UNPACKED + 1)}),
        "OpenDocument": packed(
            **{"content.xml": b"<office/>", "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
        ),
        "entities": sheet(inline("Текст"), inline("&b;"), before=ENTITIES),
        "one text a thousand times": sheet(inline("Текст"), *[SHARED * 40] * 200),
    }  # fmt: skip
    for name, raw in unreadable.items():
        with subtests.test(name):
            assert len(raw) < 2 * MOST_BYTES
            with pytest.raises(UnreadableFile) as refused:
                read(raw)
            assert str(refused.value).endswith(".")


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_it(raw: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        read(raw)


@given(st.binary(max_size=200), st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]))
def test_no_broken_workbook_breaks_it(part: bytes, name: str) -> None:
    with contextlib.suppress(UnreadableFile):
        read(with_parts(excel(["Текст"], ["А"]), **{name: part}))
