"""Files to fill in hold names from networks: they stay words in every program for tables."""

from __future__ import annotations

import csv
import io

import openpyxl

from common.spreadsheets import sample

NASTY = '=HYPERLINK("https://x.example/";"a")\r\n@SUM(1)'


def test_a_name_is_no_formula_in_a_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sample("a", "xlsx", [["Канал"], [NASTY]]).content))
    cell = book.active["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'=")


def test_a_name_is_no_formula_and_no_second_row_in_csv() -> None:
    answer = sample("a", "csv", [["Канал", "Датум"], [NASTY, "14.1.2026."]])
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    harmless = "'" + NASTY.replace("@SUM", "'@SUM")
    assert rows == [["Канал", "Датум"], [harmless, "14.1.2026."]]
