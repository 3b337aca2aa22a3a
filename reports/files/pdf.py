"""The report as an accessible PDF (PDF/UA-1), by Typst, which is a wheel and needs no system packages.

Contents go to the template (`report.typ`) as data, so that no sign in a title can become markup. The typeface has the
alphabets of Serbia's languages; a sign that it lacks (an emoji, Arabic) is shown as [], because PDF/UA forbids glyphs
that cannot be drawn, and the page says so. Spreadsheets keep every sign.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from common import languages
from common.dates import date_time, short_date
from common.numbers import number
from common.xml_text import xml_text
from reports.document import (
    Bullets,
    Cell,
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
    Tiles,
)
from reports.files.typst_process import REFUSED

if TYPE_CHECKING:
    import typst

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
# Read once: while a new version is put in place, a worker of the old one still has the template that fits its code.
TEMPLATE = (HERE / "report.typ").read_bytes()
PROCESS = HERE / "typst_process.py"
# Letters of data above which a document is compiled in a process of its own, and how long that may take.
LARGE, SECONDS = 300_000, 280
STAND_IN = "[]"
LONGEST_WORD = 24
# Signs of the line at the foot of a page.
FOOT = 80
# Columns of such kinds take no more room than they need.
TIGHT = (CellType.NUMBER, CellType.DATE)
# Signs: what is shorter gets its own room, what is longer than the second gets no more than that.
SHORT, LONG = 14, 42
# So many texts of a column are measured.
MEASURED = 8
# Not `str.split`, which takes a space that holds a number and its unit together for any other.
_SPACES = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")
_BREAK = re.compile(r"[ \u200b]")


class NotMade(Exception):
    """Typst refused the document: a fault of ours, which comes again however often one tries."""


def write(document: Document) -> bytes:
    """Raises `NotMade` with Typst's own words."""
    with translation.override(document.language):
        content = _content(document)
    return compiled(TEMPLATE, {"report": content}, language=document.language, at=document.as_of)


def compiled(template: bytes, data: Mapping[str, Any], *, language: str, at: datetime) -> bytes:
    """PDF/UA-1 of a template with `data` as JSON in `sys.inputs`, in our typeface. The same data give the same bytes.

    Raises `NotMade` with Typst's own words.
    """
    inputs = {name: json.dumps(value, ensure_ascii=False) for name, value in data.items()}
    is_large = sum(map(len, inputs.values())) > LARGE
    pdf = (_compiled_apart if is_large else _compiled_here)(template, inputs, int(at.timestamp()))
    # Script counts more to a screen reader than the country.
    return with_language(pdf, languages.by_code()[language].tag)


def _compiled_here(template: bytes, inputs: Mapping[str, str], timestamp: int) -> bytes:
    import typst  # some 40 MB that only a worker needs

    try:
        pdf = typst.compile(
            template,
            format="pdf",
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
            pdf_standards="ua-1",
            timestamp=timestamp,
        )
    except typst.TypstError as error:
        raise NotMade("; ".join([error.message, *error.hints])) from error
    assert isinstance(pdf, bytes)
    return pdf


def _compiled_apart(template: bytes, inputs: Mapping[str, str], timestamp: int) -> bytes:
    """The same bytes, by a process that ends with the memory it took (`typst_process`)."""
    job = {"template": template.decode(), "inputs": inputs, "fonts": str(FONTS), "timestamp": timestamp}
    # No environment: it needs none, and ours contains keys.
    done = subprocess.run(
        [sys.executable, "-I", str(PROCESS)], input=json.dumps(job).encode(), capture_output=True, env={}, cwd="/",
        timeout=SECONDS, check=False,
    )  # fmt: skip
    if done.returncode == REFUSED:
        raise NotMade(done.stderr.decode(errors="replace"))
    if done.returncode:
        raise RuntimeError(f"Typst ended with {done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return done.stdout


def drawn(template: bytes, data: Mapping[str, Any], *, ppi: int) -> bytes:
    """The one page of a template as PNG. Raises `NotMade` with Typst's own words."""
    import typst

    try:
        picture = typst.compile(
            template,
            format="png",
            ppi=ppi,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={name: json.dumps(value, ensure_ascii=False) for name, value in data.items()},
        )
    except typst.TypstError as error:
        raise NotMade("; ".join([error.message, *error.hints])) from error
    if not isinstance(picture, bytes):
        raise NotMade("a picture has one page")
    return picture


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _covered() -> frozenset[int]:
    stretches = json.loads((FONTS / "coverage.json").read_text())
    return frozenset(code for first, last in stretches for code in range(first, last + 1))


def legible(text: str, *, stand_in: str = STAND_IN, longest: int = LONGEST_WORD, pieces: int = LONGEST_WORD) -> str:
    """`text` with `stand_in` for signs that the typeface cannot draw, one for a run of them. Words of more than
    `longest` letters may break after every `pieces` of them."""
    covered, out, lacks = _covered(), [], False
    for sign in _SPACES.sub(" ", text).strip():
        if ord(sign) in covered:
            out.append(sign)
        elif not lacks:
            out.append(stand_in)
        lacks = ord(sign) not in covered
    return " ".join(_breakable(word, longest, pieces) for word in "".join(out).split(" "))


def _breakable(word: str, longest: int, pieces: int) -> str:
    """A soft hyphen would be read aloud by some; a space of no width is not."""
    if len(word) <= longest:
        return word
    return "\u200b".join(word[n : n + pieces] for n in range(0, len(word), pieces))


def with_language(pdf: bytes, tag: str) -> bytes:
    """The document with `tag` as its language. Typst knows language and region, and no script.

    An incremental update (ISO 32000-1, 7.5.6): the catalogue once more at the end, and a table that leads to it.
    """
    last = pdf[max(pdf.rfind(b"trailer"), 0) :]
    trailer = re.fullmatch(rb"trailer\s*<<((?:(?!trailer).)*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*", last, re.DOTALL)
    root = re.search(rb"/Root (\d+) 0 R", trailer[1]) if trailer else None
    catalogue = re.search(rb"\n%s 0 obj\n(.*?)\nendobj" % root[1], pdf, re.DOTALL) if root else None
    if trailer is None or root is None or catalogue is None:
        raise NotMade("Typst writes its files another way than it did")
    body = re.sub(rb"/Lang\([^()]*\)", b"/Lang(%s)" % tag.encode(), catalogue[1])
    start = len(pdf) + 1
    new = b"%s 0 obj\n%s\nendobj\n" % (root[1], body)
    table = b"xref\n%s 1\n%010d 00000 n \ntrailer\n<<%s/Prev %s>>\n" % (root[1], start, trailer[1], trailer[2])
    return pdf + b"\n" + new + table + b"startxref\n%d\n%%%%EOF\n" % (start + len(new))


def _content(document: Document) -> dict[str, Any]:
    written = languages.by_code()[document.language]
    texts = document.texts
    return {
        "title": legible(document.title),
        "subtitle": legible(document.subtitle),
        # what is not drawn keeps every sign that the metadata (XMP) can hold
        "name": xml_text(" ".join(f"{document.title} · {document.subtitle}".split())),
        "about": xml_text(" ".join(document.about.split())),
        "author": _("Dobošar"),
        "lang": written.language,
        "script": written.script,
        "region": written.region,
        "foot": _one_line(legible(document.foot)),
        "as_of": date_time(document.as_of),
        "texts": {name: getattr(texts, name) for name in ("as_of", "page", "of")},
        "blocks": _blocks([block for block in document.blocks if not isinstance(block, Table) or block.printed]),
    }


def _one_line(text: str) -> str:
    """The line at the foot of a page has no second one."""
    return text if len(text) <= FOOT else f"{text[: FOOT - 1].rstrip()}…"


def _blocks(blocks: Sequence[Any]) -> list[dict[str, Any]]:
    """Titles of tables and figures are headings one below the last one: PDF/UA lets no level be skipped."""
    contents, level = [], 1
    for block in blocks:
        shown = _block(block)
        if isinstance(block, Heading):
            level = shown["level"] = min(block.level, level + 1)
        else:
            shown["level"] = level + 1
        contents.append(shown)
    return contents


def _block(block: Any) -> dict[str, Any]:
    kind, show = _SHOWN[type(block)]
    return {"kind": kind, **show(block)}


def _figure(block: Figure) -> dict[str, Any]:
    return {"svg": block.svg, **{name: legible(getattr(block, name)) for name in ("title", "alt", "formula")}}


def _tile(tile: Any) -> dict[str, Any]:
    change = "" if tile.change is None else f"{'+' if tile.change > 0 else ''}{number(tile.change, 0)}\u00a0%"
    change = change.replace("-", "−")
    return {
        "label": legible(tile.label),
        "told": not isinstance(tile.value, Missing),
        "value": _missing(tile.value) if isinstance(tile.value, Missing) else number(tile.value, tile.places),
        "change": legible(f"{change} {tile.against}".strip()),
        "formula": legible(tile.formula),
    }


def _table(table: Table) -> dict[str, Any]:
    shown = [at for at, column in enumerate(table.columns) if column.printed]
    table = replace(
        table,
        columns=[table.columns[at] for at in shown],
        rows=[[row[at] for at in shown] for row in table.rows],
    )
    rows = [_row(table.columns, row) for row in table.rows]
    columns: list[dict[str, Any]] = [
        {
            "label": legible(column.label),
            "number": column.kind == CellType.NUMBER,
            **_room(column, [row[at] for row in rows]),
        }
        for at, column in enumerate(table.columns)
    ]
    columns[0]["share"] = columns[0]["share"] or 1
    return {
        "title": legible(table.title),
        "columns": columns,
        "rows": rows,
        "note": legible(table.note),
        "empty": legible(table.empty),
    }


def _room(column: Column, shown: Sequence[Any]) -> dict[str, Any]:
    """What the template computes the width of a column from: never less than the widest of its `words`.

    `share`: of the room that is left; 0: no more than the widest of its `texts`. Whoever has much to say gets more, and
    may break. What is short does not break: its words are its texts.
    """
    label = legible(column.label)
    texts = _longest({label, *_texts(shown)})
    if len(texts[0]) <= SHORT:
        return {"share": column.share, "words": texts, "texts": texts}
    words = _longest({word for text in (label, *_texts(shown)) for word in _BREAK.split(text)})
    share: float = column.share
    if not share and column.kind not in TIGHT:
        share = min(len(texts[0]), LONG) / SHORT
    return {"share": share, "words": words, "texts": texts}


def _texts(shown: Sequence[Any]) -> Iterator[str]:
    for cell in shown:
        yield cell if isinstance(cell, str) else cell.get("text") or cell["missing"]


def _longest(texts: Iterable[str]) -> list[str]:
    """A few, as of two of about the same length the shorter one may be wider; the longest first."""
    return sorted(texts, key=lambda text: (-len(text), text))[:MEASURED]


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> list[Any]:
    return [_cell(column, cell) for column, cell in zip(columns, row, strict=True)]


def _cell(column: Column, cell: Cell) -> Any:
    match cell:
        case Missing():
            return {"missing": _missing(cell)}
        case Link():
            return {"url": cell.url, "text": legible(cell.text)} if is_web(cell.url) else legible(cell.text)
        case str():
            return legible(cell)
        case int() | float():
            return number(cell, column.places)
    return short_date(cell)


def _missing(cell: Missing) -> str:
    return legible(cell.reason) or "–"


def is_web(url: str) -> bool:
    """Nothing but pages: a report is passed on to people who never saw the portal."""
    return url.startswith(("https://", "http://")) and not any(sign.isspace() for sign in url)


_SHOWN: dict[type, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    Heading: ("heading", lambda block: {"text": legible(block.text), "level": block.level}),
    Paragraph: ("paragraph", lambda block: {"text": legible(block.text), "tone": block.tone}),
    Bullets: ("bullets", lambda block: {"items": [legible(item) for item in block.items]}),
    Tiles: ("tiles", lambda block: {"items": [_tile(tile) for tile in block.items]}),
    Figure: ("figure", _figure),
    Table: ("table", _table),
    Facts: ("facts", lambda block: {"pairs": [[legible(term), legible(text)] for term, text in block.pairs]}),
}
