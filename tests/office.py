"""Documents of office programs, as small as they can be, and what is none although its name says so."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", f"{OFFICE}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{OFFICE}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{OFFICE}presentationml.presentation.main+xml"),
}
OPEN = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}


def container(*parts: tuple[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, body in parts:
            archive.writestr(name, body)
    return out.getvalue()


def types(*parts: tuple[str, str], default: str = "application/xml") -> str:
    """The list of types of an Office Open XML package."""
    lines = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="xml" ContentType="{default}"/>{lines}</Types>'
    )


def document(ending: str, *more: str) -> bytes:
    """A document of that kind, with more parts."""
    extra = tuple((name, "<x/>") for name in more)
    if ending in OPEN:
        mime = f"application/vnd.oasis.opendocument.{OPEN[ending]}"
        return container(("mimetype", mime), ("content.xml", "<x/>"), *extra)
    return container(("[Content_Types].xml", types(MAIN[ending])), (MAIN[ending][0], "<x/>"), *extra)


@cache
def not_documents() -> dict[str, bytes]:
    """By what is wrong with each. None is accepted anywhere."""
    types_part, main = ("[Content_Types].xml", types(MAIN["docx"])), (MAIN["docx"][0], "<x/>")
    fine = document("docx")
    hidden_macro = ("word/data.bin", "application/vnd.ms-office.vbaProject")
    with_macros = ("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
    encrypted = bytearray(fine)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(mark) + at] |= 1
    return {
        "not a container": b"PK\x03\x04 nothing",
        "only its names": b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml" + b"word/document.xml",
        "another archive": container(("a.txt", "a")),
        "types that are no XML": container(("[Content_Types].xml", "word/document.xml"), main),
        "types with entities": container(
            ("[Content_Types].xml", '<!DOCTYPE x [<!ENTITY a "a">]>' + types(MAIN["docx"]).partition("?>")[2]), main
        ),
        "types without its main part": container(("[Content_Types].xml", types()), main),
        "two kinds at once": container(
            ("[Content_Types].xml", types(MAIN["docx"], MAIN["xlsx"])), main, (MAIN["xlsx"][0], "<x/>")
        ),
        "macros": document("docx", "word/vbaProject.bin"),
        "macros under another name": container(
            ("[Content_Types].xml", types(MAIN["docx"], hidden_macro)), main, ("word/data.bin", "x")
        ),
        "a document for macros": container(("[Content_Types].xml", types(with_macros)), main),
        "controls": document("docx", "word/activeX/activeX1.xml"),
        "scripts": document("odt", "Scripts/python/x.py"),
        "basic": document("odt", "Basic/Standard/x.xml"),
        "a template": container(
            ("mimetype", "application/vnd.oasis.opendocument.text-template"), ("content.xml", "<x/>")
        ),
        "no content": container(("mimetype", "application/vnd.oasis.opendocument.text")),
        "a way out": document("docx", "../../etc/passwd"),
        "a name from the root": document("docx", "/etc/passwd"),
        "a name of Windows": document("docx", "word\\evil.xml"),
        "the same name twice": container(types_part, main, ("Word/Document.xml", "<y/>")),
        "unusual compression": container(types_part, main, compression=zipfile.ZIP_LZMA),
        "encrypted": bytes(encrypted),
        "cut off": fine[: len(fine) // 2],
        "something before it": b"PK\x03\x04" + b"\x00" * 60 + fine,
        "far too much when unpacked": _saying_more(document("xlsx", "xl/a.xml"), 1 << 30),
        "a long type": container(("mimetype", b"a" * 5_000_000), ("content.xml", "<x/>")),
        "a type that is longer than it says": _saying_more(
            container(("mimetype", b"a" * 5_000_000), ("content.xml", "<x/>")), 40, of=0
        ),
        "a huge directory": container(types_part, main, *((f"word/{at}.xml", b"") for at in range(5000))),
    }


def _saying_more(body: bytes, size: int, *, of: int = -1) -> bytes:
    """The same, where an entry of the directory says that it has this size unpacked."""
    changed, at = bytearray(body), -1
    entries = []
    while (at := changed.find(b"PK\x01\x02", at + 1)) >= 0:
        entries.append(at)
    changed[entries[of] + 24 : entries[of] + 28] = struct.pack("<L", size)
    return bytes(changed)


# ---- documents that embed or load something, or ask other programs

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_IN_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_IN_OPEN = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:'
    'drawing:1.0" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" xmlns:table="urn:oasis:names:tc:'
    'opendocument:xmlns:table:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


def related(ending: str, kind: str, target: str, *, mode: str = "External", encoding: str = "utf-8") -> bytes:
    """An Office Open XML document whose main part has that relationship."""
    folder, _, name = MAIN[ending][0].partition("/")
    relations = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    return container(
        ("[Content_Types].xml", types(MAIN[ending])), (MAIN[ending][0], "<x/>"),
        (f"{folder}/_rels/{name}.rels", relations.encode(encoding)),
    )  # fmt: skip


def field(*instructions: str, end: str = '<w:fldChar w:fldCharType="end"/>') -> bytes:
    """A Word document with a field whose instruction is split over runs."""
    runs = "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in instructions)
    body = f'<w:document {_IN_WORD}><w:fldChar w:fldCharType="begin"/>{runs}{end}</w:document>'
    return container(("[Content_Types].xml", types(MAIN["docx"])), (MAIN["docx"][0], body))


def opened(content: str, ending: str = "odt", *more: tuple[str, str]) -> bytes:
    """An OpenDocument with that in its content."""
    mime = f"application/vnd.oasis.opendocument.{OPEN[ending]}"
    body = f"<office:document-content {_IN_OPEN}>{content}</office:document-content>"
    return container(("mimetype", mime), ("content.xml", body), *more)


def with_foreign_parts() -> dict[str, bytes]:
    """By what is in each. None is accepted from a stranger."""
    nested = (
        '<w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE 68 68 69</w:instrText><w:fldChar w:fldCharType="end"/>'
    )
    word = f"<w:document {_IN_WORD}>%s</w:document>"
    return {
        "a template from elsewhere": related("docx", "attachedTemplate", "https://a.rs/x.dotm"),
        "a template from elsewhere, in UTF-16": related("docx", "attachedTemplate", "https://a.rs", encoding="utf-16"),
        "a template in other letters": related("docx", "AttachedTemplate", "https://a.rs/x.dotm", mode="EXTERNAL"),
        "a picture from elsewhere": related("docx", "image", "https://a.rs/x.png"),
        "a frame": related("docx", "frame", "https://a.rs/"),
        "a part of a document": related("docx", "subDocument", "x.docx"),
        "a link to a file of the reader": related("docx", "hyperlink", "file:///C:/x.exe"),
        "a link to another computer": related("xlsx", "hyperlink", r"\\a.rs\share\x.exe"),
        "a link to a program": related("docx", "hyperlink", "ms-msdt:/id PCWDiagnostic"),
        "an embedded object": related("docx", "oleObject", "media/x.bin", mode="Internal"),
        "an embedded file": document("xlsx", "xl/embeddings/oleObject1.bin"),
        "another workbook": related("xlsx", "externalLink", "externalLinks/externalLink1.xml", mode="Internal"),
        "DDE of a workbook": document("xlsx", "xl/externalLinks/externalLink1.xml"),
        "data from elsewhere": document("xlsx", "xl/connections.xml"),
        "a part in another format": related("docx", "aFChunk", "x.html", mode="Internal"),
        "DDE": field("DDEAUTO c:\\windows\\cmd.exe"),
        "DDE in pieces": field("D", "DEAU", "TO c:\\cmd.exe"),
        "DDE without an end": field("DDEAUTO c:\\cmd.exe", end=""),
        "DDE from letters": field(" ", end=nested + '<w:fldChar w:fldCharType="end"/>'),
        "DDE in one element": container(
            ("[Content_Types].xml", types(MAIN["docx"])),
            (MAIN["docx"][0], word % '<w:fldSimple w:instr="DDE cmd"/>'),
        ),
        "a text from elsewhere": field('INCLUDETEXT "https://a.rs/x.docx"'),
        "old macros": document("xlsx", "xl/macrosheets/sheet1.xml"),
        "an object of OpenDocument": document("odt", "Object 1/content.xml"),
        "an event": opened(
            '<office:event-listeners><script:event-listener script:event-name="dom:load" xlink:href="vnd.sun.star.'
            'script:x"/></office:event-listeners>'
        ),
        "an event in styles": opened("", "odt", ("styles.xml", "<x><event-listener/></x>")),
        "a section from elsewhere": opened('<text:section><text:section-source xlink:href="https://a.rs/x.odt"/></text:section>'),
        "an image from elsewhere": opened('<draw:image xlink:href="https://a.rs/x.png"/>'),
        "an image of the reader": opened('<draw:image xlink:href="../../x.png"/>'),
        "a frame of OpenDocument": opened('<draw:floating-frame xlink:href="x.html"/>'),
        "a link that runs": opened('<text:a xlink:href="vnd.sun.star.script:x">a</text:a>'),
        "a page that loads itself anew": opened("", "odt", ("meta.xml", '<x><auto-reload href="https://a.rs"/></x>')),
        "DDE of a sheet": opened("<table:dde-link/>", "ods"),
        "DDE in a formula": opened('<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;)"/>', "ods"),
        "a formula that asks": opened('<table:table-cell table:formula="of:=webservice ([.A1])"/>', "ods"),
    }  # fmt: skip


def with_harmless_parts() -> dict[str, bytes]:
    return {
        "a link": related("docx", "hyperlink", "https://a.rs/b?c=d:e"),
        "an address": related("xlsx", "hyperlink", "mailto:a@b.rs"),
        "a relative link": related("docx", "hyperlink", "prilog.pdf"),
        "a picture": related("docx", "image", "media/image1.png", mode="Internal"),
        "a page number": field(" PAGE ", "\\* MERGEFORMAT"),
        "a sum": field(" =SUM(ABOVE) "),
        "a link of OpenDocument": opened('<text:a xlink:href="https://a.rs">a</text:a>'),
        "a picture of OpenDocument": opened('<draw:image xlink:href="Pictures/1.png"/>'),
        "no events": opened("<office:scripts/>"),
        "the template it began with": opened("", "odt", ("meta.xml", '<x><template href="file:///C:/x.ott"/></x>')),
        "a sum of a sheet": opened('<table:table-cell table:formula="of:=SUM([.A1:.A9])"/>', "ods"),
    }
