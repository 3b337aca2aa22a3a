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
