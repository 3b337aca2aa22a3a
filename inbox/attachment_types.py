"""Which files are accepted from citizens, recognised by their content. Pure.

A document in a ZIP container is recognised by its parts (`common.office_documents`), anything else by its first bytes.
From strangers (`accepted`) documents are taken only where nothing in them runs, is embedded or is loaded from
elsewhere. What is in a PDF is looked at in a process of its own: `inbox.attached_pdfs`.

Sources of the signatures: the IANA media types' registrations and https://www.garykessler.net/library/file_sigs.html.
Executables, archives, HTML and SVG are not accepted: the first are of no use to an officer, the last run scripts. The
formats of old office programs (OLE, RTF) are not either: they carry macros and objects, and an installer (MSI) is OLE.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from common import office_documents


@dataclass(frozen=True)
class FileType:
    """`mime` is the type under which the file is served, `ending` that of its stored name."""

    mime: str
    ending: str
    group: str = "file"
    """"picture", "sound", "video" or "file"."""

    @property
    def is_picture(self) -> bool:
        return self.group == "picture"


PICTURE = FileType("image/jpeg", "jpg", "picture")
PDF = FileType("application/pdf", "pdf")
_PREFIXES: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", PICTURE),
    (b"\x89PNG\r\n\x1a\n", PICTURE),
    (b"%PDF-", PDF),
    (b"OggS", FileType("audio/ogg", "ogg", "sound")),
    (b"ID3", FileType("audio/mpeg", "mp3", "sound")),
    (b"#!AMR", FileType("audio/amr", "amr", "sound")),
)
_BRANDS: dict[bytes, FileType] = {
    b"M4A ": FileType("audio/mp4", "m4a", "sound"),
    b"heic": PICTURE,
    b"heix": PICTURE,
    b"mif1": PICTURE,
    b"avif": PICTURE,
}
_OLD_OFFICE = (b"{\\rt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_DOCUMENTS = ("docx", "xlsx", "odt", "ods")
TEXT = FileType("text/plain; charset=utf-8", "txt")
SHOWN_TEXT = 200_000


class Refusal(StrEnum):
    """Why a stranger's file is not accepted."""

    TYPE = "type"
    OLD_OFFICE = "old"
    PROGRAM = "program"
    LOCKED = "locked"
    BROKEN = "broken"


class NotAccepted(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def recognise(body: bytes) -> FileType | None:
    """The accepted type of a member's file by its content; None where it is not accepted."""
    try:
        return _recognised(body, office_documents.document_type)
    except office_documents.HasProgram:
        return None


def accepted(body: bytes) -> FileType:
    """The type of a stranger's file by its content. Raises `NotAccepted`."""
    if body[:200].lstrip().startswith(_OLD_OFFICE):
        raise NotAccepted(Refusal.OLD_OFFICE)
    try:
        kind = _recognised(body, office_documents.inert_document_type)
    except office_documents.HasProgram as program:
        raise NotAccepted(Refusal.PROGRAM) from program
    if kind is None:
        raise NotAccepted(Refusal.TYPE)
    return kind


def _recognised(body: bytes, document_type: Callable[[bytes], office_documents.DocumentType]) -> FileType | None:
    for prefix, kind in _PREFIXES:
        if body.startswith(prefix):
            return kind
    if body.startswith(office_documents.ZIP):
        return _document(body, document_type)
    return _container(body) or _text(body)


def _container(body: bytes) -> FileType | None:
    """Pictures, sounds and videos whose type stands after their first bytes."""
    if body[:4] == b"RIFF":
        return {b"WEBP": PICTURE, b"WAVE": FileType("audio/wav", "wav", "sound")}.get(body[8:12])
    if body[4:8] == b"ftyp":
        return _BRANDS.get(body[8:12], FileType("video/mp4", "mp4", "video"))
    if body[:4] == b"\x1aE\xdf\xa3":
        return FileType("video/webm", "webm", "video")
    is_mpeg_frame = len(body) > 2 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0 and body[1] & 0x06
    return FileType("audio/mpeg", "mp3", "sound") if is_mpeg_frame else None


def _document(body: bytes, document_type: Callable[[bytes], office_documents.DocumentType]) -> FileType | None:
    """A document in a ZIP container. Any other archive is refused; raises `HasProgram` for one with a program."""
    try:
        kind = document_type(body)
    except office_documents.HasProgram:
        raise
    except office_documents.NotADocument:
        return None
    return FileType(kind.mime, kind.ending) if kind.ending in _DOCUMENTS else None


def _text(body: bytes) -> FileType | None:
    """Plain text in UTF-8. Markup that a browser could run is no plain text."""
    if not body or len(body) > SHOWN_TEXT or b"\x00" in body:
        return None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\x0c" for letter in text):
        return None
    return None if text.lstrip().startswith("<") else TEXT


_BAD = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_name(name: str) -> str:
    """The sender's name of a file as it may be shown: no path, no control characters, none that turn the direction."""
    return _BAD.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[:200]
