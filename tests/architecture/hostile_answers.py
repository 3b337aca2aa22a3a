"""What an answer, a file or a mail may not do with a hostile column: one check for each kind of content.

Each check returns sentences; none means that nothing of a canary (`hostile_rows`) came out as markup, formula, header,
property, link or command.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pypdfium2
from defusedxml import ElementTree
from icalendar import Calendar
from pypdfium2 import raw as pdfium

# An element, a formula that a template calculated, words that were printed without escaping, and words escaped twice.
# The canary itself holds "&lt;zqe": escaped it is "&amp;lt;zqe", and "&amp;lt;zq1" is the element, escaped twice.
RAW = re.compile(r"<zq\d+|<img src=x|&lt;zqe(?=\d)|zq\d+_49")
QUOTES = re.compile(r"""zq\d+_\{\{7\*7\}\}"'""")
JSON_IN_PAGE = re.compile(r"(?s)<script[^>]*json[^>]*>.*?</script>")
# HTML that is shown to be copied: its own words are escaped in it, and all of it once more in the field.
CODE_IN_PAGE = re.compile(r"(?s)<textarea[^>]*\bdata-code\b[^>]*>(.*?)</textarea>")
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
TWICE = re.compile(r"&amp;lt;zq\d+")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[\d.,\s]+%?")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    ".csv": "text/csv", ".html": "text/html", ".ics": "text/calendar", ".json": "application/json",
    ".jsonl": "application/x-ndjson", ".pdf": "application/pdf", ".svg": "image/svg+xml", ".xlsx": EXCEL,
    ".xml": "application/xml", ".zip": "application/zip",
}  # fmt: skip

SMALLEST_PDF = 200

# Runs in Chromium on a page that it has parsed but not loaded: its parser is the one that a reader's browser has.
IN_THE_BROWSER = Path(__file__).with_name("hostile_page.js").read_text()


@dataclass(frozen=True)
class Answer:
    """One answer: who asked for what, and what came. `kind` is the content type without its parameters."""

    path: str
    role: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def problems(answer: Answer) -> list[str]:
    """All that is wrong with an answer, but what only a browser sees."""
    complaints = [*_headers(answer), *of_content(answer.kind, answer.body)]
    if answer.status >= 500 and answer.status != 503:
        complaints.append(f"answered {answer.status}")
    return complaints


def of_content(kind: str, body: bytes) -> list[str]:
    """By content type; of an archive, of all that is in it."""
    check = CHECKS.get(kind)
    return list(check(body)) if check else []


# ---- headers


def _headers(answer: Answer) -> Iterator[str]:
    if answer.body and answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff: a browser may take it for a page"
    if answer.body and not answer.kind:
        yield "no content type"
    for name, value in answer.headers.items():
        if re.search(r"[\r\n\x00]", value) or name.lower() == "x-zq":
            yield f"a line of a column in the header {name}: {value[:80]!r}"
    location = answer.headers.get("Location", "")
    if location and urlsplit(location).scheme not in ("", "http", "https"):
        yield f"leads to {location[:80]!r}"
    disposition = answer.headers.get("Content-Disposition", "")
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", disposition)
    if '"' in outside or re.search(r"[<>{]|zqp?\d*=", outside):
        yield f"a file name that leaves its quotes: {disposition[:120]!r}"


# ---- kinds of content


def _page(body: bytes) -> Iterator[str]:
    yield from _html(body)
    yield from _sentences("turns the direction of writing", TURNS, body.decode("utf-8", "replace"))


def _html(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    for code in CODE_IN_PAGE.findall(text):
        yield from _html(unescape(code).encode())
    text = CODE_IN_PAGE.sub("", text)
    yield from _sentences("not escaped", RAW, text)
    yield from _sentences("a quotation mark not escaped", QUOTES, JSON_IN_PAGE.sub("", text))
    yield from _sentences("escaped twice", TWICE, text)


def _sentences(what: str, pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in {match.group(): match for match in pattern.finditer(text)}.values():
        around = text[max(match.start() - 90, 0) : match.end() + 40]
        yield f"{what}: …{' '.join(around.split())}…"


def _json(body: bytes) -> Iterator[str]:
    try:
        json.loads(body)
    except ValueError as error:
        yield f"no JSON: {error}"


def html_in_json(answer: Answer) -> Iterator[str]:
    """Mastodon's API holds the words of a status and of an account as HTML; what stands below "source" is plain."""
    for text in _pieces(json.loads(answer.body)) if answer.kind == "application/json" else ():
        yield from _html(text.encode())


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for member in value:
            yield from _pieces(member)
    if isinstance(value, dict):
        for key, member in value.items():
            if key in ("content", "note") and isinstance(member, str):
                yield member
            elif key != "source":
                yield from _pieces(member)


def _json_lines(body: bytes) -> Iterator[str]:
    for line in filter(None, body.split(b"\n")):
        yield from _json(line)


def _csv(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8-sig")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    for cell in (cell for row in rows for cell in row):
        if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
            yield f"a formula: {cell[:60]!r}"
    if len({len(row) for row in rows}) > 1:
        yield f"rows of different lengths: {sorted({len(row) for row in rows})}"


def _calendar(body: bytes) -> Iterator[str]:
    lines = body.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").split(b"\r\n")
    if any(re.match(rb"(?i)x-zq\b", line) for unfolded in lines for line in re.split(rb"[\r\n]", unfolded)):
        yield "a property of a column"
    for part in Calendar.from_ical(body.decode()).walk():
        if part.errors:
            yield f"broken properties: {part.errors}"


def _xml(body: bytes) -> Iterator[str]:
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        yield f"no XML: {error}"
        return
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2].lower()
        if name.startswith("zq") or name in ("script", "foreignobject", "img"):
            yield f"a foreign element: {name}"
        for key, value in element.attrib.items():
            if re.match(r"(?i)on|zq", key.rpartition("}")[2]) or re.match(r"(?i)\s*(javascript|data):", value):
                yield f"a foreign attribute: {key}={value[:60]!r}"
    yield from _sentences("calculated", re.compile(r"zq\d+_49"), body.decode())


def _workbook(body: bytes) -> Iterator[str]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
        if cell.data_type == "f" or (isinstance(cell.value, str) and cell.value.startswith("=")):
            yield f"a formula in {cell.coordinate}: {str(cell.value)[:60]!r}"
        if cell.hyperlink and urlsplit(str(cell.hyperlink.target)).scheme not in ("", "http", "https", "mailto"):
            yield f"a script as link in {cell.coordinate}"


def _pdf(body: bytes) -> Iterator[str]:
    if len(body) < SMALLEST_PDF:
        return  # what the tests upload for one
    document = pypdfium2.PdfDocument(body)
    try:
        for number, page in enumerate(document, start=1):
            for address in _links(document, page):
                if address == "https://zq.example/" or urlsplit(address).scheme not in ("http", "https", "mailto"):
                    yield f"a link of a column on page {number}: {address[:80]!r}"
            page.close()
        if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0:
            yield "a script"
    finally:
        document.close()


def _links(document: Any, page: Any) -> Iterator[str]:
    import ctypes

    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if length:
            buffer = ctypes.create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document, action, buffer, length)
            yield buffer.value.decode("utf-8", "replace")


def pdf_text(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def _archive(body: bytes) -> Iterator[str]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile:
        return  # the rows of the tests name files that hold nothing
    for name in archive.namelist():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or re.search(r'[<>"\r\n\\]', name):
            yield f"a file called {name[:80]!r}"
        for problem in of_content(TYPES.get(path.suffix.lower(), ""), archive.read(name)):
            yield f"{name}: {problem}"


CHECKS = {
    "application/json": _json,
    "application/manifest+json": _json,
    "application/atom+xml": _xml,
    "application/pdf": _pdf,
    "application/rss+xml": _xml,
    "application/x-ndjson": _json_lines,
    "application/xml": _xml,
    "application/zip": _archive,
    "image/svg+xml": _xml,
    "text/calendar": _calendar,
    "text/csv": _csv,
    "text/html": _page,
    EXCEL: _workbook,
}


# ---- mail


def of_mail(message: Any) -> Iterator[str]:
    """`message` is Django's, as it goes over the wire: single lines in the headers, plain text, one recipient."""
    sent = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    if "X-Zq" in sent:
        yield "a header of a column"
    subject = str(sent["Subject"])
    if re.search(r"[\r\n]", subject):
        yield f"a subject of several lines: {subject[:80]!r}"
    if TURNS.search(subject):
        yield "a subject that turns the direction of writing"
    if len(sent["To"].addresses) != 1:
        yield f"to {len(sent['To'].addresses)} people: {sent['To']!s:.80}"
    if message.alternatives if hasattr(message, "alternatives") else False:
        yield "a second form of its words"
    for part in sent.walk():
        if part.get_content_type() == "text/html":
            yield "a part in HTML"
    body = next(part for part in sent.walk() if not part.is_multipart())
    if body.get_content_type() != "text/plain":
        yield f"its body is {body.get_content_type()}"
    text = body.get_content()
    yield from _sentences("calculated", re.compile(r"zq\d+_49"), text)
    yield from _sentences("escaped as if it were HTML", re.compile(r"&lt;zq\d|&quot;|&#x27;|&amp;lt;"), text)


def in_the_browser(page: Any, bodies: Iterable[str]) -> list[dict[str, Any]]:
    """For each page of HTML what Chromium's parser sees in it (`found`), and its forms."""
    return list(page.evaluate(IN_THE_BROWSER, list(bodies)))
