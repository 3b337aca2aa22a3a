"""Files handed out at a training: PDF, pictures, office documents. Their type is detected from the content.

Uploads are hostile. A picture is encoded anew; a PDF and a document are stored as they are, never opened by the portal
and served only as a download. A document with a program in it (a macro, a control) is refused
(`common.office_documents`).
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from common import office_documents
from posts.media.domain.pictures import BadPicture, encode_picture, open_picture

MOST_BYTES = 25 * 1024 * 1024
LONGEST_NAME = 120

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
    file.seek(0)
    body = file.read(MOST_BYTES + 1)
    if head.startswith(office_documents.ZIP):
        return _document(body)
    try:
        picture = encode_picture(open_picture(body))
    except BadPicture as bad:
        raise BadFile(_unknown()) from bad
    return Checked(picture.mime, "png" if picture.mime == "image/png" else "jpg", "", picture.body)


def _unknown() -> str:
    return _(
        "We hand out PDF, pictures, and documents of PowerPoint, Word, Excel or LibreOffice. Save it as one of them."
    )


def _document(body: bytes) -> Checked:
    try:
        kind = office_documents.document_type(body)
    except office_documents.HasProgram as program:
        raise BadFile(_("This document carries a program (a macro). Save it without macros, or as PDF.")) from program
    except office_documents.NotADocument as broken:
        raise BadFile(_unknown()) from broken
    return Checked(kind.mime, kind.ending, "")
