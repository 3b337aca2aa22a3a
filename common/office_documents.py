"""Which document of an office program a ZIP container is, by its parts. The file is hostile until this returns. Pure.

Only the entry that names the type is unpacked, up to a limit. A container with a program in it, or one that two readers
would understand differently, is refused.

Sources: Office Open XML Part 2, packages (ECMA-376-2, https://ecma-international.org/publications-and-standards/
standards/ecma-376/), OpenDocument 1.3 Part 2, packages (https://docs.oasis-open.org/office/OpenDocument/v1.3/), and
the application note of ZIP (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

ZIP = b"PK\x03\x04"
# An entry of a container's directory begins with it. The directory itself is not read before they are counted.
_ENTRY = b"PK\x01\x02"
MOST_PARTS = 5000
# What all parts say they have when they are unpacked: a workbook of 25 MB has ten to fifteen times as much.
MOST_UNPACKED = 512 * 1024 * 1024
MOST_TYPES = 1024 * 1024
MOST_MIME = 100
_TYPES = "[Content_Types].xml"
_IN_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True)
class DocumentType:
    """`mime` is the type under which the document is served, `ending` that of its stored name."""

    mime: str
    ending: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
# By the type of the main part. Templates, slide shows and documents with macros have other ones.
_MAIN_PARTS = {
    f"{_OFFICE}{kind}.main+xml": DocumentType(f"{_OFFICE}{kind}", ending)
    for kind, ending in (
        ("wordprocessingml.document", "docx"),
        ("spreadsheetml.sheet", "xlsx"),
        ("presentationml.presentation", "pptx"),
    )
}
_OPEN_DOCUMENTS = {
    f"application/vnd.oasis.opendocument.{kind}": ending
    for kind, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
}
# Where a container keeps what runs: macros and controls of the one, scripts of the other; and the types of such parts.
_RUNS = ("vbaproject.bin", "vbadata.xml", "/activex/", "/basic/", "/scripts/")
_RUNNING_TYPES = ("vbaproject", "vbadata", "macroenabled", "activex")
# Whatever the reader of ZIP raises for a broken or unusual container: a bad name is a `ValueError`.
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, KeyError)


class NotADocument(Exception):
    """It is none of the documents, or is not built as they are."""


class HasProgram(NotADocument):
    """It would be one, and carries macros, scripts or controls."""


def document_type(body: bytes) -> DocumentType:
    """Raises `NotADocument`."""
    if not body.startswith(ZIP) or body.count(_ENTRY) > MOST_PARTS:
        raise NotADocument
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            parts = package.infolist()
            _refuse_odd(parts)
            if parts[0].filename == "mimetype":
                return _open_document(parts, _read(package, parts[0], MOST_MIME))
            types = next((part for part in parts if part.filename == _TYPES), None)
            if types is None:
                raise NotADocument
            return _office_document(parts, _read(package, types, MOST_TYPES))
    except _BROKEN as error:
        raise NotADocument from error


def _refuse_odd(parts: list[zipfile.ZipInfo]) -> None:
    """No program of an office writes such a container; a reader might take another part than this one does."""
    names = [part.filename for part in parts]
    offsets = {part.header_offset for part in parts}
    if len(offsets) < len(parts) or min(offsets, default=-1) != 0:
        raise NotADocument
    if len({name.lower() for name in names}) < len(names) or not all(map(_is_plain, names)):
        raise NotADocument
    if any(
        part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.flag_bits & _IS_ENCRYPTED
        for part in parts
    ):
        raise NotADocument
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise NotADocument


def _is_plain(name: str) -> bool:
    """Whether a name leads nowhere but into the container."""
    return (
        bool(name)
        and name.isprintable()
        and not name.startswith("/")
        and not set(name) & set('\\:*?"<>|')
        and ".." not in name.split("/")
    )


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """A part that says it is no larger than that, and is not. Unpacked in pieces: its size is not believed."""
    if part.file_size > most:
        raise NotADocument
    with package.open(part) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise NotADocument
    return content


def _open_document(parts: Iterable[zipfile.ZipInfo], mimetype: bytes) -> DocumentType:
    mime = mimetype.decode("ascii")
    names = {part.filename for part in parts}
    if mime not in _OPEN_DOCUMENTS or "content.xml" not in names:
        raise NotADocument
    _refuse_programs(names, ())
    return DocumentType(mime, _OPEN_DOCUMENTS[mime])


def _office_document(parts: Iterable[zipfile.ZipInfo], types: bytes) -> DocumentType:
    names = {part.filename for part in parts}
    by_name, by_ending = _part_types(types)
    used = {by_name.get(f"/{name}".lower()) or by_ending.get(name.rpartition(".")[2].lower(), "") for name in names}
    _refuse_programs(names, {*by_name.values(), *by_ending.values()})
    main = used & _MAIN_PARTS.keys()
    if len(main) != 1:
        raise NotADocument
    return _MAIN_PARTS[main.pop()]


def _part_types(content: bytes) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The types of parts by their names, and by the endings of their names. Raises `NotADocument`."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, LookupError, ValueError) as error:
        raise NotADocument from error
    return _by(root.findall(f"{_IN_TYPES}Override"), "PartName"), _by(root.findall(f"{_IN_TYPES}Default"), "Extension")


def _by(elements: Sequence[Element], name: str) -> Mapping[str, str]:
    types = {one.get(name, "").lower(): one.get("ContentType", "").strip() for one in elements}
    if len(types) < len(elements):
        raise NotADocument
    return types


def _refuse_programs(names: Iterable[str], types: Iterable[str]) -> None:
    if any(mark in f"/{name.lower()}" for name in names for mark in _RUNS):
        raise HasProgram
    if any(mark in kind.lower() for kind in types for mark in _RUNNING_TYPES):
        raise HasProgram
