"""Small PDFs, written by hand: what is in them may be hidden in each way that the format knows."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

import pypdf

PAGES = {
    1: b"<< /Type /Catalog /Pages 2 0 R %s >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s 300] /Contents 4 0 R %s >>",
}
RUNS = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def pdf(catalog: bytes = b"", page: bytes = b"", width: bytes = b"200", **more: bytes) -> bytes:
    """One page. `catalog` and `page` are more entries of them; `more` are objects by their numbers: `o5=b"…"`."""
    objects = {
        **PAGES, 1: PAGES[1] % catalog, 3: PAGES[3] % (width, page), 4: stream(b"0 0 1 rg 50 50 100 100 re f"),
        **{int(name[1:]): body for name, body in more.items()},
    }  # fmt: skip
    return written(b"%PDF-1.7\n", objects, b"/Size %d /Root 1 0 R" % (max(objects) + 1))


def written(before: bytes, objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    """`before` with these objects and a table of them: a whole PDF, or one with an update."""
    out = bytearray(before)
    lines = [b"0 1\n0000000000 65535 f \n"] if not before.endswith(b"%%EOF\n") else []
    for number, body in sorted(objects.items()):
        lines.append(b"%d 1\n%010d 00000 n \n" % (number, len(out)))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (b"".join(lines), trailer, table)
    return bytes(out)


def updated(catalog: bytes) -> bytes:
    """A PDF of pages alone, and behind it an update of its catalogue."""
    first = pdf()
    table = first.rindex(b"xref\n", 0, first.rindex(b"startxref"))
    return written(first, {1: PAGES[1] % catalog}, b"/Size 5 /Root 1 0 R /Prev %d" % table)


def in_object_stream(catalog: bytes) -> bytes:
    """Its catalogue is in a compressed stream, where no search of bytes sees it."""
    inner = PAGES[1] % catalog
    packed = zlib.compress(b"1 0 " + inner)
    bodies = {
        2: PAGES[2], 3: PAGES[3] % (b"200", b""), 4: stream(b"0 0 1 rg 50 50 100 100 re f"),
        5: stream(packed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"),
    }  # fmt: skip
    out, places = bytearray(b"%PDF-1.7\n"), {0: (0, 0, 65535), 1: (2, 5, 0)}
    for number, body in bodies.items():
        places[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[6] = (1, len(out), 0)
    rows = b"".join(bytes([kind]) + at.to_bytes(4) + last.to_bytes(2) for _, (kind, at, last) in sorted(places.items()))
    entries = b"/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R"
    table = len(out)
    out += b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(rows, entries), table)
    return bytes(out)


def encrypted(body: bytes, password: str) -> bytes:
    """With the password that opens it; "" opens without asking."""
    writer = pypdf.PdfWriter(io.BytesIO(body))
    writer.clone_document_from_reader(pypdf.PdfReader(io.BytesIO(body)))
    writer.encrypt(password, "owner", algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def active() -> dict[str, bytes]:
    """By what is in each and where. Readers open all of them."""
    file = stream(b"MZ", b"/Type /EmbeddedFile")
    spec = b"<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>"
    button = b"<< /Type /Annot /Subtype /Widget /FT /Btn /T (a) /Rect [0 0 9 9] %s >>"
    return {
        "a script when it opens": pdf(RUNS),
        "a script with an escaped name": pdf(b"/OpenAction << /S /J#61vaScript /#4aS (a) >>"),
        "a kind that is referred to": pdf(b"/OpenAction << /S 5 0 R /A 1 >>", o5=b"/Launch"),
        "a script by its name": pdf(b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", o5=b"<< /S /JavaScript >>"),
        "a script of a page": pdf(page=b"/AA << /O << /S /JavaScript /JS 5 0 R >> >>", o5=stream(b"app.alert(1)")),
        "a script of a button": pdf(page=b"/Annots [5 0 R]", o5=button % b"/A << /S /JavaScript /JS (a) >>"),
        "a program": pdf(page=b"/Annots [5 0 R]", o5=button % b"/A << /S /Launch /F (cmd.exe) >>"),
        "an embedded file": pdf(b"/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", o5=spec, o6=file),
        "a file that nothing names": pdf(o6=file),
        "a form with scripts of its own": pdf(b"/AcroForm << /Fields [] /XFA 5 0 R >>", o5=stream(b"<xdp/>")),
        "in an object stream": in_object_stream(RUNS),
        "in an update": updated(RUNS),
        "encrypted without a password": encrypted(pdf(RUNS), ""),
        "deep in arrays": pdf(o5=b"[" * 40 + b"<< /S /Launch >>" + b"]" * 40),
    }


def inert() -> dict[str, bytes]:
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://a.rs) >> >>"
    return {
        "a page": pdf(),
        "a link": pdf(page=b"/Annots [5 0 R]", o5=link),
        "its words about it": pdf(o5=b"(/JavaScript /Launch)"),
        "an object stream": in_object_stream(b""),
        "an update": updated(b"/PageMode /UseNone"),
        "encrypted without a password": encrypted(pdf(), ""),
    }
