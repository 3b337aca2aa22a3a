"""Excel files that are made to cost much: each is read by itself, with its memory and time measured."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

import pytest
from openpyxl import Workbook

from tests import bounded, security_figures
from tests.bounded import Outcome

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, SHARED, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
TYPES, BOOK, RELS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
OPEN, CLOSE = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
CELL = '<c t="inlineStr"><is><t>A</t></is></c>'
MEGABYTE = 1024 * 1024
NEARLY_ALL = 5 * MEGABYTE - 40_000
MOST_MEGABYTES = 160
MOST_SECONDS = 10.0

Parts = dict[str, bytes]


def parts() -> Parts:
    book, out = Workbook(), io.BytesIO()
    for cell in ("Текст", "Вода"):
        book.active.append([cell])
    book.save(out)
    with zipfile.ZipFile(out) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(contents: Parts, method: int = zipfile.ZIP_DEFLATED, *, lying: str = "") -> bytes:
    """`lying`: a part whose size the central directory gives as 100 bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    raw, at = bytearray(out.getvalue()), -1
    while lying and (at := raw.find(b"PK\x01\x02", at + 1)) >= 0:
        (length,) = struct.unpack("<H", raw[at + 28 : at + 30])
        if raw[at + 46 : at + 46 + length] == lying.encode():
            raw[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(raw)


def with_part(name: str, content: str | bytes, method: int = zipfile.ZIP_DEFLATED, *, lying: bool = False) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return packed({**parts(), name: content}, method, lying=name if lying else "")


def filled(before: str, unit: str, after: str, size: int = NEARLY_ALL) -> str:
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def blanks(megabytes: int = 120) -> str:
    return "<" + " " * (megabytes * MEGABYTE)


def inserted(name: str, before: str, unit: str, size: int = NEARLY_ALL) -> bytes:
    """That part of a plain workbook, with `unit` in front of `before` until it has that size."""
    begin, _, end = parts()[name].decode().partition(before)
    return with_part(name, filled(begin, unit, before + end, size))


def book_with(count: int, unit: str) -> str:
    begin = parts()[BOOK].decode().partition("<sheets>")[0]
    return begin + "<sheets>" + "".join(unit.format(n=number) for number in range(count)) + "</sheets></workbook>"


def entities() -> str:
    """A billion laughs."""
    names = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE x [{"".join(names)}]>{OPEN}<row><c t="inlineStr"><is><t>&a9;</t></is></c></row>{CLOSE}'


def external(address: str) -> str:
    return (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "{address}">]>{OPEN}<row><c t="inlineStr"><is><t>Текст</t></is></c></row>'
        f'<row><c t="inlineStr"><is><t>&a;</t></is></c></row>{CLOSE}'
    )


def one_part_as_many_sheets() -> bytes:
    sheet = '<sheet xmlns:r="' + RELATIONS + '" name="s{n}" sheetId="{n}" r:id="rId1"/>'
    contents = {**parts(), BOOK: book_with(24, sheet).encode()}
    contents[SHEET] = filled(OPEN + "<row>", CELL, "</row>" + CLOSE, MEGABYTE).encode()
    return packed(contents)


def sheets_of_their_own() -> bytes:
    count = 4_000
    sheet = '<sheet name="a" sheetId="1" r:id="r{n}"/>'
    relation = f'<Relationship Type="{RELATIONS}/worksheet" Target="/{{n}}.xml" Id="r{{n}}"/>'
    begin, _, end = parts()[RELS].decode().partition("</Relationships>")
    relations = begin + "".join(relation.format(n=number) for number in range(count)) + "</Relationships>" + end
    sheets = {f"{number}.xml": (OPEN + CLOSE).encode() for number in range(count)}
    return packed({**parts(), **sheets, BOOK: book_with(count, sheet).encode(), RELS: relations.encode()})


SHEET_NAME = '<sheet name="a" sheetId="1" id="rId1" xmlns="' + RELATIONS + '"/>'
ONE_CELL_FAR_AWAY = (
    f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Текст</t></is></c></row>'
    f'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>{CLOSE}'
)

STYLE_SHEET = f'<styleSheet xmlns="{MAIN}"><cellXfs>', "<xf/>", "</cellXfs></styleSheet>", 900_000
MERGED = f"{OPEN}<row/></sheetData><mergeCells>", '<mergeCell ref="A1:XFD1048576"/>', "</mergeCells></worksheet>"
TEXTS = f'<sst xmlns="{MAIN}">', "<si/>", "</sst>"
UNREADABLE, TOO_MUCH = "could not be read", "far too much"
# What it is: how it is made, and the sentence about it ("" where it is simply read: it costs little).
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a sheet that unpacks to 120 MB": (lambda: with_part(SHEET, blanks()), TOO_MUCH),
    "the same, said to be small": (lambda: with_part(SHEET, blanks(), lying=True), UNREADABLE),
    "types said to be small": (lambda: with_part(TYPES, blanks(), lying=True), UNREADABLE),
    "shared texts said to be small": (lambda: with_part(SHARED, blanks(), lying=True), UNREADABLE),
    "bzip2, said to be small": (lambda: with_part(TYPES, blanks(20), zipfile.ZIP_BZIP2, lying=True), UNREADABLE),
    "LZMA, said to be small": (lambda: with_part(SHEET, blanks(20), zipfile.ZIP_LZMA, lying=True), UNREADABLE),
    "empty rows": (lambda: with_part(SHEET, filled(OPEN, "<row/>", CLOSE)), TOO_MUCH),
    "a row of a million cells": (lambda: with_part(SHEET, filled(OPEN + "<row>", "<c/>", "</row>" + CLOSE)), TOO_MUCH),
    "as many cells as are read": (
        lambda: with_part(SHEET, filled(OPEN + "<row>", "<c/>", "</row>" + CLOSE, 1_100_000)), "no rows",
    ),
    "shared texts without end": (lambda: with_part(SHARED, filled(*TEXTS)), TOO_MUCH),
    "styles": (lambda: with_part(STYLES, filled(*STYLE_SHEET)), TOO_MUCH),
    "types": (lambda: inserted(TYPES, "</Types>", '<Override PartName="/a" ContentType="b"/>'), ""),
    "relations": (lambda: inserted(RELS, "</Relationships>", '<Relationship Type="a" Target="b" Id="c"/>'), ""),
    "names": (lambda: inserted(BOOK, "<calcPr", '<definedName name="a">b</definedName>'), ""),
    "forty thousand sheets": (lambda: with_part(BOOK, book_with(40_000, SHEET_NAME)), UNREADABLE),
    "four thousand sheets of their own": (sheets_of_their_own, "no rows"),
    "one part as 24 sheets": (one_part_as_many_sheets, UNREADABLE),
    "a tree without end": (lambda: with_part(SHEET, "<a>" * 1_500_000), TOO_MUCH),
    "as deep a tree as is read": (lambda: with_part(SHEET, "<a>" * 250_000), UNREADABLE),
    "a million laughs": (lambda: with_part(SHEET, entities()), UNREADABLE),
    "entities in the types": (lambda: with_part(TYPES, entities()), UNREADABLE),
    "a file of this machine": (lambda: with_part(SHEET, external("file:///etc/passwd")), UNREADABLE),
    "an address of this machine": (lambda: with_part(SHEET, external("http://127.0.0.1:9/x")), UNREADABLE),
    "a cell far away": (lambda: with_part(SHEET, ONE_CELL_FAR_AWAY), "no row"),
    "many parts": (lambda: packed({**parts(), **{f"x{n}": b"" for n in range(9000)}}), ""),
    "merged cells": (lambda: with_part(SHEET, filled(*MERGED)), "no rows"),
    "a number of four million digits": (
        lambda: with_part(SHEET, f'{OPEN}<row><c><v>{"9" * 4_000_000}</v></c></row>{CLOSE}'), UNREADABLE,
    ),
    "a workbook in a workbook": (lambda: with_part(SHEET, with_part(SHEET, blanks())), UNREADABLE),
}  # fmt: skip


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[[bytes], Outcome]]:
    with bounded.process("planning.file_parsing:read") as run:
        yield run


SAMPLE = ["types said to be small", "a row of a million cells", "one part as 24 sheets", "a million laughs"]


def check(names: list[str], read: Callable[[bytes], Outcome], subtests: pytest.Subtests) -> None:
    assert read(packed(parts())).error == ""
    for name in names:
        made, sentence = FILES[name]
        body = made()
        assert len(body) <= MEGABYTE, name
        with subtests.test(name):
            outcome = read(body)
            if sentence:
                assert (outcome.error, sentence in outcome.text) == ("UnreadableFile", True), outcome
            else:
                assert outcome.error == "", outcome
            assert outcome.megabytes < MOST_MEGABYTES, outcome
            assert outcome.seconds < MOST_SECONDS, outcome


def test_a_workbook_that_is_made_to_cost_much_costs_little_and_gets_a_sentence(
    read: Callable[[bytes], Outcome], subtests: pytest.Subtests
) -> None:
    check(SAMPLE, read, subtests)


@pytest.mark.security_figures
@pytest.mark.slow
def test_every_workbook_that_is_made_to_cost_much_costs_little(
    read: Callable[[bytes], Outcome], subtests: pytest.Subtests
) -> None:
    check(list(FILES), read, subtests)
    security_figures.record("Files and words: workbooks", {"hostile workbooks": len(FILES)})


@pytest.mark.slow
def test_a_file_that_says_it_is_small_would_otherwise_take_all_the_memory() -> None:
    """That the measuring can fail: `ZipFile.read` unpacks the whole part, whatever size it has been given."""
    with bounded.process("tests.planning.test_hostile_workbooks:read_as_zipfile_does") as run:
        outcome = run(with_part(TYPES, blanks(), lying=True))
    assert outcome.error == "BadZipFile"
    assert outcome.megabytes > MOST_MEGABYTES


def read_as_zipfile_does(raw: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return len(package.read(TYPES))
