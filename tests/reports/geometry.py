"""Where each word and each cell of a PDF is printed, as PDFium finds it in the finished file, and what is wrong there.

A report is right when no word leaves the margins, no word is printed over another, and no cell of a table reaches into
the column beside it. Columns are those of the document's own tags (PDF/UA: Table, TR, TH, TD), cells the bounds of what
is marked as theirs. Points, from the lower left corner of the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2
from pypdfium2 import raw

from tests.reports.reading import text_of_tag

MM = 72 / 25.4
# Those of `report.typ`; the line at the foot of a page stands within the lower one.
SIDE, TOP, FOOT = 18 * MM, 17 * MM, 8 * MM
# Letters lean over their own width a little, and lines of one paragraph touch. A letter with a mark above it is taller
# than the capital that the first line of a page is set by.
TOLERANCE, MARK = 0.6, 4


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return width > TOLERANCE and height > TOLERANCE

    def __or__(self, other: Box) -> Box:
        return Box(
            f"{self.text} {other.text}".strip(), min(self.left, other.left), min(self.bottom, other.bottom),
            max(self.right, other.right), max(self.top, other.top),
        )  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What is wrong on a page (from 1), with the words."""

    page: int
    kind: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"page {self.page}, {self.kind}: {' | '.join(self.words)}"


def faults(body: bytes, *, side: float = SIDE, top: float = TOP, foot: float = FOOT) -> list[Fault]:
    """Of every page of a file, in order; margins in points."""
    document = pypdfium2.PdfDocument(body)
    try:
        several: list[Fault] = []
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            inside = Box("", side, foot, width - side, height - top)
            several += _faults(page, number, inside)
            page.close()
        return several
    finally:
        document.close()


def _faults(page: Any, number: int, inside: Box) -> Iterator[Fault]:
    several = words(page)
    for word in several:
        if (
            word.left < inside.left - TOLERANCE or word.right > inside.right + TOLERANCE
            or word.bottom < inside.bottom - TOLERANCE or word.top > inside.top + MARK
        ):  # fmt: skip
            yield Fault(number, "outside", (word.text,))
    # sorted by their left edge, only those that begin before a word ends can lie over it
    in_order = sorted(several, key=lambda word: word.left)
    for at, word in enumerate(in_order):
        for other in in_order[at + 1 :]:
            if other.left > word.right:
                break
            if word.overlaps(other):
                yield Fault(number, "over", (word.text, other.text))
    for table in tables(page):
        for one, beside in pairwise(table):
            for cell in one:
                for neighbour in beside:
                    if cell.right > neighbour.left + TOLERANCE:
                        yield Fault(number, "column", (cell.text, neighbour.text))


def words(page: Any) -> list[Box]:
    """Letters that follow each other on a line without a space between them."""
    content = page.get_textpage()
    several: list[Box] = []
    word: Box | None = None
    for at in range(content.count_chars()):
        code = raw.FPDFText_GetUnicode(content, at)
        sign = chr(code) if code else ""
        if not sign.strip() or sign in "\u200b\ufffe\u2060":
            several, word = _closed(several, word), None
            continue
        left, bottom, right, top = content.get_charbox(at)
        letter = Box(sign, left, bottom, right, top)
        if word is not None and (abs(left - word.right) > 3 or top < word.bottom or bottom > word.top):
            several, word = _closed(several, word), None
        joined = word | letter if word is not None else letter
        word = Box((word.text if word else "") + sign, joined.left, joined.bottom, joined.right, joined.top)
    content.close()
    return _closed(several, word)


def _closed(several: list[Box], word: Box | None) -> list[Box]:
    return several if word is None else [*several, word]


def tables(page: Any) -> list[list[list[Box]]]:
    """Of each table on the page, its columns from left to right with the cells that hold anything. Rows must not break
    across pages: the ids of what is marked are those of one page."""
    marked = _marked(page)
    tree = raw.FPDF_StructTree_GetForPage(page)
    by_table: list[list[list[Box]]] = []

    def walk(element: Any, columns: dict[int, list[Box]] | None) -> None:
        kind = text_of_tag(raw.FPDF_StructElement_GetType, element)
        if kind == "Table":
            columns = defaultdict(list)
        children = [child for child in _children(element) if child]
        if kind == "TR" and columns is not None:
            for at, cell in enumerate(children):
                boxes = [marked[mark] for mark in _marks(cell) if mark in marked]
                if boxes:
                    columns[at].append(_joined(boxes))
            return
        for child in children:
            walk(child, columns)
        if kind == "Table" and columns:
            by_table.append([columns[at] for at in sorted(columns)])

    for at in range(raw.FPDF_StructTree_CountChildren(tree)):
        walk(raw.FPDF_StructTree_GetChildAtIndex(tree, at), None)
    raw.FPDF_StructTree_Close(tree)
    return by_table


def _joined(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole |= box
    return whole


def _children(element: Any) -> list[Any]:
    count = raw.FPDF_StructElement_CountChildren(element)
    return [raw.FPDF_StructElement_GetChildAtIndex(element, at) for at in range(count)]


def _marks(element: Any) -> Iterator[int]:
    """Ids of the marked content of an element and of all below it."""
    for at in range(max(0, raw.FPDF_StructElement_GetMarkedContentIdCount(element))):
        mark = raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, at)
        if mark >= 0:
            yield mark
    for child in _children(element):
        if child:
            yield from _marks(child)


def _marked(page: Any) -> dict[int, Box]:
    """The bounds of the text with each id."""
    content = page.get_textpage()
    boxes: dict[int, Box] = {}
    for part in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,)):
        mark = raw.FPDFPageObj_GetMarkedContentID(part.raw)
        if mark < 0:
            continue
        box = Box(content.get_text_bounded(*part.get_bounds()).strip(), *part.get_bounds())
        boxes[mark] = boxes[mark] | box if mark in boxes else box
    content.close()
    return boxes
