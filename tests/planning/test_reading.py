"""Files of a plan, as spreadsheets write them and as somebody hostile would."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from planning.reading import MOST_BYTES, MOST_ROWS, Unreadable, clock, day, read

PLAN = "Датум;Време;Текст;Канал\n24.11.2026.;9:00;Вода у Ћуприји;Фејсбук\n"
LATIN = "Datum;Vreme;Tekst;Kanal\n24.11.2026.;9:00;Čišćenje šahtova u Ćupriji;Fejsbuk\n"


def excel(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(PLAN, "utf-8"), (PLAN, "utf-8-sig"), (PLAN, "utf-16"), (PLAN, "cp1251"), (LATIN, "utf-8"), (LATIN, "cp1250")],
)
def test_the_encoding_is_found_out(text: str, encoding: str) -> None:
    (line,) = read(text.encode(encoding), "plan.csv")
    assert line.number == 2
    assert line.cells["text"] in text
    assert "�" not in line.cells["text"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found_out(separator: str) -> None:
    (line,) = read(f"Date{separator}Text\n2026-11-24{separator}Water\n".encode(), "plan.csv")
    assert line.cells == {"day": "2026-11-24", "text": "Water"}


def test_columns_are_known_in_both_scripts_and_in_english_and_strange_ones_are_left_out() -> None:
    raw = "Напомена,ТЕКСТ,Vrsta sadržaja,Channels\nx,Вода,Услуга,Facebook\n".encode()
    assert read(raw, "p.csv")[0].cells == {"text": "Вода", "category": "Услуга", "channels": "Facebook"}


def test_excel_gives_days_and_times_as_text_and_formulas_are_not_evaluated() -> None:
    raw = excel(["Датум", "Време", "Текст"], [date(2026, 11, 24), time(9, 30), "Вода"], ["", "", "=1+1"])
    first, *rest = read(raw, "plan.xlsx")
    assert first.cells == {"day": "2026-11-24", "time": "09:30", "text": "Вода"}
    assert rest == []


def test_a_formula_in_csv_stays_the_text_it_is() -> None:
    assert read(b"Text\n=HYPERLINK(1)\n", "p.csv")[0].cells["text"] == "=HYPERLINK(1)"


def test_empty_lines_are_no_rows_and_numbers_are_those_of_the_file() -> None:
    assert [line.number for line in read("Текст\n\nА\n;\nБ\n".encode(), "p.csv")] == [3, 5]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (40 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x03\x04 not a workbook",
        b"\x00" * 10,
        b"x" * (MOST_BYTES + 1),
        "Датум;Време\n1;2\n".encode(),
        ("Текст\n" + "А\n" * (MOST_ROWS + 1)).encode(),
        b"\xff\xfe\x00",
        bomb(),
    ],
    ids=["empty", "broken", "zeros", "large", "no text", "many rows", "half a letter", "bomb"],
)
def test_what_cannot_be_read_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw, "plan")
    assert str(refused.value).endswith(".")


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_it(raw: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read(raw, "plan")


@pytest.mark.parametrize("typed", ["24.11.2026.", "24.11.2026", "24. 11. 2026.", "24/11/2026", "2026-11-24"])
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert day(typed) == date(2026, 11, 24)


@pytest.mark.parametrize("typed", ["", "31.2.2026.", "сутра", "11/2026", "2026-13-01"])
def test_what_is_no_day_is_none(typed: str) -> None:
    assert day(typed) is None


@pytest.mark.parametrize(
    ("typed", "at"),
    [("9:00", time(9)), ("09.30", time(9, 30)), ("9h", time(9)), ("9", time(9)), ("19:05", time(19, 5))],
)
def test_a_time_is_read_as_people_write_it(typed: str, at: time) -> None:
    assert clock(typed) == at


@pytest.mark.parametrize("typed", ["", "25:00", "подне", "9:75", "-9"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert clock(typed) is None
