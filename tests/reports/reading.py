"""Reports read back: what a reader of the PDF, the Excel file and the CSV finds in them."""

from __future__ import annotations

import csv
import ctypes
import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import openpyxl
import pypdfium2
from pypdfium2 import raw


@dataclass(frozen=True)
class Printed:
    text: str
    pages: int
    title: str
    language: str
    is_tagged: bool
    kinds: frozenset[str]
    alts: tuple[str, ...]
    links: frozenset[str]


def pdf(body: bytes) -> Printed:
    document = pypdfium2.PdfDocument(body)
    try:
        texts, kinds, alts = [], set(), []
        for page in document:
            content = page.get_textpage()
            texts.append(content.get_text_bounded())
            content.close()
            page_kinds, page_alts = structure(page)
            kinds |= page_kinds
            alts += page_alts
            page.close()
        size = raw.FPDFCatalog_GetLanguage(document, None, 0)
        language = ctypes.create_string_buffer(size)
        raw.FPDFCatalog_GetLanguage(document, ctypes.cast(language, ctypes.POINTER(raw.FPDF_WCHAR)), size)
        links = {address.decode() for address in _addresses(body)}
        return Printed(
            # lines and the marks at which long words break are the printer's, not the writer's
            " ".join("".join(texts).replace("\u200b", "").replace("\ufffe", "").split()),
            len(document),
            document.get_metadata_value("Title"),
            language.raw.decode("utf-16-le").rstrip("\0"),
            bool(raw.FPDFCatalog_IsTagged(document)),
            frozenset(kinds),
            tuple(alts),
            frozenset(links),
        )
    finally:
        document.close()


def collisions(body: bytes) -> list[tuple[str, str]]:
    """Pairs of words on a page that are printed over each other."""
    return [pair for page in pypdfium2.PdfDocument(body) for pair in _collisions(page)]


def _collisions(page: Any) -> list[tuple[str, str]]:
    content = page.get_textpage()
    boxes = [content.get_rect(n) for n in range(content.count_rects())]
    texts = [content.get_text_bounded(*box).strip() for box in boxes]
    return [
        (texts[one], texts[other])
        for one, (left, bottom, right, top) in enumerate(boxes)
        for other, (its_left, its_bottom, its_right, its_top) in enumerate(boxes[:one])
        if min(right, its_right) - max(left, its_left) > 0.5 and min(top, its_top) - max(bottom, its_bottom) > 0.5
    ]


def letters(body: bytes) -> dict[str, list[tuple[float, float, float, float]]]:
    """Where each letter of the first page stands: left, bottom, right, top."""
    page = pypdfium2.PdfDocument(body)[0]
    content = page.get_textpage()
    boxes: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for number in range(content.count_chars()):
        if (sign := content.get_text_range(number, 1)).strip():
            boxes[sign].append(content.get_charbox(number))
    return boxes


def structure(page: Any) -> tuple[set[str], list[str]]:
    """The kinds of the page's tags, and the texts that stand for its pictures."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    kinds: set[str] = set()
    alts: list[str] = []

    def walk(element: Any) -> None:
        kinds.add(text_of_tag(raw.FPDF_StructElement_GetType, element))
        if alt := text_of_tag(raw.FPDF_StructElement_GetAltText, element):
            alts.append(alt)
        for at in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, at)
            if child:
                walk(child)

    for at in range(raw.FPDF_StructTree_CountChildren(tree)):
        walk(raw.FPDF_StructTree_GetChildAtIndex(tree, at))
    raw.FPDF_StructTree_Close(tree)
    return kinds, alts


def text_of_tag(ask: Any, element: Any) -> str:
    size = ask(element, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(element, buffer, size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def _addresses(body: bytes) -> list[bytes]:
    return [part.split(b")")[0] for part in body.split(b"/URI(")[1:]] + [
        part.split(b")")[0] for part in body.split(b"/URI (")[1:]
    ]


def xlsx(body: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(body))


def tables(body: bytes) -> dict[str, list[dict[str, str]]]:
    """By name of the file, without its number."""
    by_name = {}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            raw_ = archive.read(name)
            assert raw_.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by its mark"
            rows = csv.DictReader(io.StringIO(raw_.decode("utf-8-sig"), newline=""))
            by_name[name.removesuffix(".csv").lstrip("0123456789-")] = list(rows)
    return by_name
