"""Files handed out at a training: PDF, pictures, office documents. Their type is detected from the content.

Uploads are hostile. A picture is encoded anew; a PDF and a document are stored as they are, never opened by the portal
and served only as a download. A document with a program in it (a macro, a control) is refused. A package is only
listed, and only its short type entry is decompressed.
"""

import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from posts.media.domain.pictures import BadPicture, encode_picture, open_picture

MOST_BYTES = 25 * 1024 * 1024
MOST_PARTS = 20_000
LONGEST_NAME = 120

# Of Office Open XML: the part by which a package is known.
# https://learn.microsoft.com/openspecs/office_standards/ms-oi29500
_OFFICE = {
    "ppt/presentation.xml": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
# Of OpenDocument: the part "mimetype" says it. https://docs.oasis-open.org/office/OpenDocument/v1.3/
_OPEN = {f"application/vnd.oasis.opendocument.{kind}": ending for kind, ending in
         (("presentation", "odp"), ("text", "odt"), ("spreadsheet", "ods"))}  # fmt: skip
# Where a package keeps what runs: macros and controls of the one, scripts of the other.
_RUNS = ("vbaproject.bin", "vbadata.xml", "/activex/", "basic/", "scripts/")
ACCEPTED = ".pdf,.pptx,.docx,.xlsx,.odp,.odt,.ods,image/png,image/jpeg,image/webp"


class BadFile(Exception):
    """The message says what to do instead."""


@dataclass(frozen=True)
class Checked:
    """`body` None: keep the file as it came."""

    mime: str
    ending: str
    name: str
    body: bytes | None = None


def checked(file: BinaryIO, *, name: str, size: int) -> Checked:
    """Raises `BadFile`."""
    if size > MOST_BYTES:
        values = {"size": filesizeformat(size), "most": filesizeformat(MOST_BYTES)}
        raise BadFile(
            _("This file has %(size)s, and one may have %(most)s at most. Make it smaller, or add a link.") % values
        )
    if not size:
        raise BadFile(_("This file is empty."))
    checked = _inspected(file)
    file.seek(0)
    stem = PurePath(name.replace("\\", "/")).stem
    plain = "".join(sign for sign in stem if sign.isprintable() and sign not in '"/\\:*?<>|').strip(" .")
    return Checked(checked.mime, checked.ending, f"{plain[:LONGEST_NAME] or 'file'}.{checked.ending}", checked.body)


def _inspected(file: BinaryIO) -> Checked:
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"%PDF-"):
        return Checked("application/pdf", "pdf", "")
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    file.seek(0)
    try:
        picture = encode_picture(open_picture(file.read(MOST_BYTES + 1)))
    except BadPicture as bad:
        raise BadFile(_unknown()) from bad
    return Checked(picture.mime, "png" if picture.mime == "image/png" else "jpg", "", picture.body)


def _unknown() -> str:
    return _(
        "We hand out PDF, pictures, and documents of PowerPoint, Word, Excel or LibreOffice. Save it as one of them."
    )


def _package(file: BinaryIO) -> Checked:
    try:
        with zipfile.ZipFile(file) as package:
            names = [info.filename for info in package.infolist()[: MOST_PARTS + 1]]
            mime = _mimetype(package)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as broken:
        raise BadFile(_unknown()) from broken
    if len(names) > MOST_PARTS:
        raise BadFile(_unknown())
    if any(mark in f"/{name.lower()}" for name in names for mark in _RUNS):
        raise BadFile(_("This document carries a program (a macro). Save it without macros, or as PDF."))
    for part, (ending, office_mime) in _OFFICE.items():
        if part in names and "[Content_Types].xml" in names:
            return Checked(office_mime, ending, "")
    if mime in _OPEN:
        return Checked(mime, _OPEN[mime], "")
    raise BadFile(_unknown())


def _mimetype(package: zipfile.ZipFile) -> str:
    """What an OpenDocument says it is; at most 100 bytes of it are ever unpacked."""
    try:
        with package.open("mimetype") as part:
            return part.read(100).decode("ascii", "replace").strip()
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ""
