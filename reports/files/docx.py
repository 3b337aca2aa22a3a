"""The report as a Word document (Office Open XML, ISO/IEC 29500 transitional), which councils attach to decisions.

Written with the standard library: a document is a ZIP of a few XML files, and of the format this needs headings, lists,
tables and pictures. Everything that anybody typed is the text of an element, so nothing of it becomes a field, a link
or markup; there are no macros and no external parts besides links that are plain web addresses.

For screen readers: real headings without gaps in their levels, a title and a language in the properties, rows of
headings marked and repeated on every page, descriptions of pictures. The same report gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from django.utils import timezone, translation
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
from reports.files.pdf import drawn, is_web

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PREFIXES = {"w": W, "r": R, "wp": WP, "a": A, "pic": PIC, "cp": CP, "dc": DC, "dcterms": DCTERMS, "xsi": XSI}

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PART = "application/vnd.openxmlformats-officedocument.wordprocessingml."
# Some readers expect the usual prefixes.
for _prefix, _namespace in PREFIXES.items():
    register_namespace(_prefix, _namespace)
_SPACES = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")
# Twentieths of a point: an A4 page with its margins, and the room between them.
PAGE, MARGIN = (11906, 16838), 1134
ROOM = PAGE[0] - 2 * MARGIN
# Whoever has long texts gets more room, up to so many letters; columns of figures about this much.
LONG, SHORT, FIGURES = 42, 8, 12
# English Metric Units: the width of a picture on the page, 160 mm.
PICTURE = 160 * 36000
PIXELS_PER_INCH = 150
GREY = "675F54"
WASH = "F3EFE7"
# A program opens documents of many links slowly; addresses beyond this stay text.
MOST_LINKS = 2000


def write(document: Document) -> bytes:
    with translation.override(document.language):
        package = _Package(document)
        body = _body(document, package)
        return _zipped(document, package, body)


@dataclass
class _Package:
    """Parts that the body refers to by their ids: links and pictures."""

    document: Document
    links: dict[str, str] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)

    def link(self, url: str) -> str:
        return self.links.setdefault(url, f"link{len(self.links) + 1}")

    def picture(self, png: bytes) -> int:
        self.pictures.append(png)
        return len(self.pictures)


# ---------------------------------------------------------------- elements


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, _w(name), {_w(key): value for key, value in attributes.items()})


def clean(text: str) -> str:
    """One line, without what XML cannot hold."""
    return _SPACES.sub(" ", xml_text(text))


def _paragraph(parent: Element, text: str = "", style: str = "", *, level: int | None = None) -> Element:
    paragraph = _add(parent, "p")
    if style:
        properties = _add(paragraph, "pPr")
        _add(properties, "pStyle", val=style)
        if level is not None:
            numbered = _add(properties, "numPr")
            _add(numbered, "ilvl", val="0")
            _add(numbered, "numId", val=str(level))
    if text:
        _run(paragraph, text)
    return paragraph


def _run(parent: Element, text: str, *, style: str = "", bold: bool = False, colour: str = "") -> None:
    run = _add(parent, "r")
    if style or bold or colour:
        properties = _add(run, "rPr")
        if style:
            _add(properties, "rStyle", val=style)
        if bold:
            _add(properties, "b")
        if colour:
            _add(properties, "color", val=colour)
    content = _add(run, "t")
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    content.text = clean(text)


def _linked(parent: Element, text: str, url: str, package: _Package) -> None:
    if not is_web(url) or (url not in package.links and len(package.links) >= MOST_LINKS):
        return _run(parent, text if text == url else f"{text} ({url})" if is_web(url) else text)
    link = SubElement(parent, _w("hyperlink"), {f"{{{R}}}id": package.link(url)})
    return _run(link, text, style="Hyperlink")


# ---------------------------------------------------------------- the body


def _body(document: Document, package: _Package) -> Element:
    root = Element(_w("document"))
    body = _add(root, "body")
    _paragraph(body, document.title, "Title")
    _paragraph(body, document.subtitle, "Subtitle")
    _paragraph(body, f"{document.texts.as_of} {date_time(document.as_of)}", "Quiet")
    level = 0
    for block in document.blocks:
        if isinstance(block, Table) and not block.printed:
            continue
        if isinstance(block, Heading):
            # the title is no heading in Word: what stands below it begins with the first level
            level = min(block.level - 1, level + 1)
            _paragraph(body, block.text, f"Heading{level}")
        else:
            _block(body, block, min(level + 1, 3), package)
    _section(body)
    return root


def _block(body: Element, block: object, level: int, package: _Package) -> None:
    match block:
        case Paragraph():
            style = {"lead": "Lead", "quiet": "Quiet", "warning": "Notice"}.get(block.tone, "")
            _paragraph(body, block.text, style)
        case Bullets():
            for item in block.items:
                _paragraph(body, item, "ListBullet", level=1)
        case Facts():
            for term, text in block.pairs:
                paragraph = _paragraph(body, style="Fact")
                _run(paragraph, f"{term}: ", bold=True)
                _run(paragraph, text)
        case Tiles():
            _table(body, package.document.texts.table(block), level, package)
        case Figure():
            _paragraph(body, block.title, f"Heading{level}")
            _picture(body, block, package)
        case Table():
            _table(body, block, level, package)


def _picture(body: Element, block: Figure, package: _Package) -> None:
    png = _png(block.svg)
    at = package.picture(png)
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    size = {"cx": str(PICTURE), "cy": str(PICTURE * height // width)}
    inline = SubElement(
        _add(_add(_paragraph(body), "r"), "drawing"),
        f"{{{WP}}}inline",
        {"distT": "0", "distB": "0", "distL": "0", "distR": "0"},
    )
    SubElement(inline, f"{{{WP}}}extent", size)
    SubElement(
        inline, f"{{{WP}}}docPr", {"id": str(at), "name": f"{clean(block.title)[:100]} {at}", "descr": clean(block.alt)}
    )
    data = SubElement(SubElement(inline, f"{{{A}}}graphic"), f"{{{A}}}graphicData", {"uri": PIC})
    picture = SubElement(data, f"{{{PIC}}}pic")
    about = SubElement(picture, f"{{{PIC}}}nvPicPr")
    SubElement(about, f"{{{PIC}}}cNvPr", {"id": str(at), "name": f"image{at}.png", "descr": clean(block.alt)})
    SubElement(about, f"{{{PIC}}}cNvPicPr")
    fill = SubElement(picture, f"{{{PIC}}}blipFill")
    SubElement(fill, f"{{{A}}}blip", {f"{{{R}}}embed": f"image{at}"})
    SubElement(SubElement(fill, f"{{{A}}}stretch"), f"{{{A}}}fillRect")
    shape = SubElement(picture, f"{{{PIC}}}spPr")
    frame = SubElement(shape, f"{{{A}}}xfrm")
    SubElement(frame, f"{{{A}}}off", {"x": "0", "y": "0"})
    SubElement(frame, f"{{{A}}}ext", size)
    SubElement(SubElement(shape, f"{{{A}}}prstGeom", {"prst": "rect"}), f"{{{A}}}avLst")
    if block.formula:
        _paragraph(body, block.formula, "Quiet")


def _png(svg: str) -> bytes:
    template = b"#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(json(bytes(sys.inputs.svg))), format: "
    return drawn(template + b'"svg")\n', {"svg": svg}, ppi=PIXELS_PER_INCH)


# ---------------------------------------------------------------- tables


def _table(body: Element, table: Table, level: int, package: _Package) -> None:
    if table.title:
        _paragraph(body, table.title, f"Heading{level}")
    shown = [at for at, column in enumerate(table.columns) if column.printed]
    columns = [table.columns[at] for at in shown]
    rows = [[row[at] for at in shown] for row in table.rows]
    if rows:
        _grid(body, table, columns, rows, package)
        # Word joins two tables that nothing stands between
        _paragraph(body)
    elif table.empty:
        _paragraph(body, table.empty, "Quiet")
    if table.note:
        _paragraph(body, table.note, "Quiet")


def _grid(
    body: Element, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], package: _Package
) -> None:
    element = _add(body, "tbl")
    properties = _add(element, "tblPr")
    _add(properties, "tblStyle", val="Report")
    _add(properties, "tblW", w=str(ROOM), type="dxa")
    _add(properties, "tblLayout", type="fixed")
    conditions = {
        "firstRow": "1",
        "lastRow": "0",
        "firstColumn": "0",
        "lastColumn": "0",
        "noHBand": "1",
        "noVBand": "1",
    }
    _add(properties, "tblLook", val="0620", **conditions)
    if caption := clean(table.title or table.sheet or table.name):
        _add(properties, "tblCaption", val=caption)
    widths = _widths(columns, rows)
    grid = _add(element, "tblGrid")
    for width in widths:
        _add(grid, "gridCol", w=str(width))
    head = _add(element, "tr")
    marks = _add(head, "trPr")
    _add(marks, "cantSplit")
    _add(marks, "tblHeader")
    for column, width in zip(columns, widths, strict=True):
        _run(_cell(head, width, is_number=column.kind == CellType.NUMBER), column.label, bold=True)
    for row in rows:
        line = _add(element, "tr")
        for column, width, cell in zip(columns, widths, row, strict=True):
            paragraph = _cell(line, width, is_number=column.kind == CellType.NUMBER)
            _fill(paragraph, column, cell, package)


def _cell(row: Element, width: int, *, is_number: bool) -> Element:
    """The one paragraph of a new cell."""
    cell = _add(row, "tc")
    _add(_add(cell, "tcPr"), "tcW", w=str(width), type="dxa")
    paragraph = _paragraph(cell, style="Cell")
    if is_number:
        properties = paragraph.find(_w("pPr"))
        assert properties is not None
        _add(properties, "jc", val="right")
    return paragraph


def _fill(paragraph: Element, column: Column, cell: Cell, package: _Package) -> None:
    match cell:
        case Missing():
            _run(paragraph, cell.reason or "–", colour=GREY)
        case Link():
            _linked(paragraph, cell.text, cell.url, package)
        case str():
            _run(paragraph, cell)
        case int() | float():
            _run(paragraph, number(cell, column.places))
        case date():
            _run(paragraph, short_date(cell))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    weights = []
    for at, column in enumerate(columns):
        if column.kind in (CellType.NUMBER, CellType.DATE):
            weights.append(max(SHORT, min(FIGURES, len(column.label))))
            continue
        longest = max([len(column.label), *(len(_text(row[at])) for row in rows[:200])])
        weights.append(max(FIGURES, min(LONG, longest)))
    widths = [ROOM * weight // sum(weights) for weight in weights]
    widths[-1] += ROOM - sum(widths)
    return widths


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Link) else cell.reason if isinstance(cell, Missing) else str(cell)


def _section(body: Element) -> None:
    section = _add(body, "sectPr")
    SubElement(section, _w("footerReference"), {_w("type"): "default", f"{{{R}}}id": "footer"})
    _add(section, "pgSz", w=str(PAGE[0]), h=str(PAGE[1]))
    margins = dict.fromkeys(("top", "right", "bottom", "left"), str(MARGIN))
    _add(section, "pgMar", **margins, header="567", footer="567", gutter="0")


# ---------------------------------------------------------------- the other parts


def _styles(language: str) -> Element:
    root = Element(_w("styles"))
    defaults = _add(root, "docDefaults")
    run = _add(_add(defaults, "rPrDefault"), "rPr")
    _add(run, "rFonts", ascii="Calibri", hAnsi="Calibri", cs="Calibri", eastAsia="Calibri")
    _add(run, "sz", val="21")
    _add(run, "lang", val=language, eastAsia=language, bidi=language)
    spacing = _add(_add(defaults, "pPrDefault"), "pPr")
    _add(spacing, "spacing", after="120", line="264", lineRule="auto")
    _style(root, "paragraph", "Normal", "Normal", is_default=True)
    _style(root, "character", "DefaultParagraphFont", "Default Paragraph Font", is_default=True)
    _style(root, "paragraph", "Title", "Title", size=36, bold=True, before=0)
    _style(root, "paragraph", "Subtitle", "Subtitle", size=24, colour=GREY)
    for level, size in ((1, 28), (2, 24), (3, 22)):
        name = f"heading {level}"
        _style(root, "paragraph", f"Heading{level}", name, size=size, bold=True, before=240, outline=level - 1)
    _style(root, "paragraph", "Lead", "Lead", size=24)
    _style(root, "paragraph", "Quiet", "Quiet", size=18, colour=GREY)
    _style(root, "paragraph", "Notice", "Notice", shade=WASH)
    _style(root, "paragraph", "Fact", "Fact")
    _style(root, "paragraph", "ListBullet", "List Bullet")
    _style(root, "paragraph", "Cell", "Cell", size=18, after=20)
    _style(root, "paragraph", "Footer", "footer", size=16, colour=GREY)
    _style(root, "character", "Hyperlink", "Hyperlink", colour="1F5A8F", underline=True)
    _table_style(root)
    return root


def _style(
    root: Element,
    kind: str,
    key: str,
    name: str,
    *,
    size: int = 0,
    colour: str = "",
    shade: str = "",
    before: int | None = None,
    after: int | None = None,
    outline: int | None = None,
    is_default: bool = False,
    bold: bool = False,
    underline: bool = False,
) -> None:
    style = _add(root, "style", type=kind, styleId=key, **({"default": "1"} if is_default else {}))
    _add(style, "name", val=name)
    if not is_default and kind == "paragraph":
        _add(style, "basedOn", val="Normal")
        _add(style, "next", val="Cell" if key == "Cell" else "Normal")
    _add(style, "qFormat")
    if kind == "paragraph" and (before, after, outline, shade) != (None, None, None, ""):
        properties = _add(style, "pPr")
        if outline is not None:
            _add(properties, "keepNext")
        if shade:
            _add(properties, "shd", val="clear", color="auto", fill=shade)
        spacing = {key: str(value) for key, value in (("before", before), ("after", after)) if value is not None}
        if spacing:
            _add(properties, "spacing", **spacing)
        if outline is not None:
            _add(properties, "outlineLvl", val=str(outline))
    if size or colour or bold or underline:
        properties = _add(style, "rPr")
        if bold:
            _add(properties, "b")
        if colour:
            _add(properties, "color", val=colour)
        if size:
            _add(properties, "sz", val=str(size))
        if underline:
            _add(properties, "u", val="single")


def _table_style(root: Element) -> None:
    style = _add(root, "style", type="table", styleId="Report")
    _add(style, "name", val="Report")
    properties = _add(style, "tblPr")
    borders = _add(properties, "tblBorders")
    for side in ("top", "bottom", "insideH"):
        _add(borders, side, val="single", sz="4", space="0", color="CFC7B8")
    margins = _add(properties, "tblCellMar")
    for side in ("left", "right"):
        _add(margins, side, w="70", type="dxa")


def _numbering() -> Element:
    root = Element(_w("numbering"))
    bullets = _add(root, "abstractNum", abstractNumId="0")
    _add(bullets, "multiLevelType", val="singleLevel")
    level = _add(bullets, "lvl", ilvl="0")
    _add(level, "start", val="1")
    _add(level, "numFmt", val="bullet")
    _add(level, "lvlText", val="•")
    _add(level, "lvlJc", val="left")
    _add(_add(level, "pPr"), "ind", left="360", hanging="360")
    _add(_add(root, "num", numId="1"), "abstractNumId", val="0")
    return root


def _footer(document: Document) -> Element:
    root = Element(_w("ftr"))
    paragraph = _paragraph(root, style="Footer")
    _run(paragraph, f"{document.foot} · {document.texts.page} ")
    _field(paragraph, "PAGE")
    _run(paragraph, f" {document.texts.of} ")
    _field(paragraph, "NUMPAGES")
    return root


def _field(paragraph: Element, instruction: str) -> None:
    """A number that Word computes. Only the two of the foot of a page; texts never become one."""
    _run(_add(paragraph, "fldSimple", instr=f" {instruction} "), "1")


def _settings(language: str) -> Element:
    root = Element(_w("settings"))
    _add(root, "themeFontLang", val=language)
    return root


def _core(document: Document, language: str) -> Element:
    root = Element(f"{{{CP}}}coreProperties")
    at = timezone.localtime(document.as_of).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    SubElement(root, f"{{{DC}}}title").text = clean(f"{document.title} · {document.subtitle}")
    SubElement(root, f"{{{DC}}}creator").text = _("Dobošar")
    SubElement(root, f"{{{DC}}}description").text = clean(document.about)
    SubElement(root, f"{{{DC}}}language").text = language
    for name in ("created", "modified"):
        SubElement(root, f"{{{DCTERMS}}}{name}", {f"{{{XSI}}}type": "dcterms:W3CDTF"}).text = at
    return root


def _relations(rows: Iterable[tuple[str, str, str, bool]]) -> Element:
    """Id, kind, target, and whether it lies outside of the document."""
    root = Element("Relationships", {"xmlns": PACKAGE})
    for key, kind, target, is_external in rows:
        attributes = {"Id": key, "Type": kind, "Target": target}
        SubElement(root, "Relationship", {**attributes, "TargetMode": "External"} if is_external else attributes)
    return root


def _types() -> Element:
    root = Element("Types", {"xmlns": TYPES})
    for extension, kind in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
        ("png", "image/png"),
    ):
        SubElement(root, "Default", {"Extension": extension, "ContentType": kind})
    overrides = {
        "word/document.xml": f"{PART}document.main+xml",
        "word/styles.xml": f"{PART}styles+xml",
        "word/numbering.xml": f"{PART}numbering+xml",
        "word/settings.xml": f"{PART}settings+xml",
        "word/footer.xml": f"{PART}footer+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    for name, kind in overrides.items():
        SubElement(root, "Override", {"PartName": f"/{name}", "ContentType": kind})
    return root


def _zipped(document: Document, package: _Package, body: Element) -> bytes:
    language = languages.by_code()[document.language].tag
    word = [(name, f"{R}/{name}", f"{name}.xml", False) for name in ("styles", "numbering", "settings", "footer")]
    word += [(key, f"{R}/hyperlink", url, True) for url, key in package.links.items()]
    word += [(f"image{at}", f"{R}/image", f"media/image{at}.png", False) for at in range(1, len(package.pictures) + 1)]
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    parts: dict[str, bytes] = {
        "[Content_Types].xml": _xml(_types()),
        "_rels/.rels": _xml(
            _relations(
                [
                    ("document", f"{R}/officeDocument", "word/document.xml", False),
                    ("core", core, "docProps/core.xml", False),
                ]
            )
        ),
        "word/document.xml": _xml(body),
        "word/_rels/document.xml.rels": _xml(_relations(word)),
        "word/styles.xml": _xml(_styles(language)),
        "word/numbering.xml": _xml(_numbering()),
        "word/settings.xml": _xml(_settings(language)),
        "word/footer.xml": _xml(_footer(document)),
        "docProps/core.xml": _xml(_core(document, language)),
    }
    parts |= {f"word/media/image{at}.png": png for at, png in enumerate(package.pictures, 1)}
    born = timezone.localtime(document.as_of).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, born)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o640 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _xml(root: Element) -> bytes:
    return tostring(root, encoding="UTF-8", xml_declaration=True)
