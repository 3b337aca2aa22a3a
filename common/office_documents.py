"""Which document of an office program a ZIP container is, by its parts. The file is hostile until this returns. Pure.

Only the entry that names the type is unpacked, up to a limit. A container with a program in it, or one that two readers
would understand differently, is refused. Of a stranger's document (`inert_document_type`) the parts that may lead out
of it are read too: what it embeds, loads or asks of other programs is refused; links that somebody presses stay.

Sources: Office Open XML Part 2, packages (ECMA-376-2, https://ecma-international.org/publications-and-standards/
standards/ecma-376/), OpenDocument 1.3 Part 2, packages (https://docs.oasis-open.org/office/OpenDocument/v1.3/), and
the application note of ZIP (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import ElementTree

ZIP = b"PK\x03\x04"
# An entry of a container's directory begins with it. The directory itself is not read before they are counted.
_ENTRY = b"PK\x01\x02"
MOST_PARTS = 5000
# What all parts say they have when they are unpacked: a workbook of 25 MB has ten to fifteen times as much.
MOST_UNPACKED = 512 * 1024 * 1024
MOST_TYPES = 1024 * 1024
MOST_MIME = 100
# Of what is read of a stranger's document: bytes of XML, and elements.
MOST_XML = 64 * 1024 * 1024
MOST_ELEMENTS = 1_000_000
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
_RUNS = ("vbaproject.bin", "vbadata.xml", "/activex/", "/macrosheets/", "/basic/", "/scripts/")
_RUNNING_TYPES = ("vbaproject", "vbadata", "macroenabled", "activex", "macrosheet")
# Objects of other programs, data and text that are loaded from elsewhere, buttons that run something.
_FOREIGN = (
    "/embeddings/", "/externallinks/", "/connections.xml", "/querytables/", "/customui", "/customizations.xml",
    "/dialogsheets/", "/object ", "/objectreplacements/",
)  # fmt: skip
_FOREIGN_RELATIONS = frozenset({
    "attachedtemplate", "oleobject", "package", "frame", "subdocument", "afchunk", "control", "externallink",
    "externallinkpath", "connections", "querytable", "extensibility", "keymapcustomizations", "attachedtoolbars",
})  # fmt: skip
# Where a link may lead that somebody presses.
_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "ftp"})
# Fields of Word that only compute or number something (ECMA-376-1, 17.16.5). Others load files or start programs.
_FIELD = re.compile(
    r"(?:=|(?:ADDIN|ADVANCE|AUTHOR|AUTONUM|AUTONUMLGL|AUTONUMOUT|BIBLIOGRAPHY|CITATION|COMMENTS|CREATEDATE|DATE"
    r"|DOCPROPERTY|DOCVARIABLE|EDITTIME|EQ|FILENAME|FILESIZE|FORMCHECKBOX|FORMDROPDOWN|FORMTEXT|GOTOBUTTON|HYPERLINK|IF"
    r"|INDEX|INFO|KEYWORDS|LASTSAVEDBY|LISTNUM|MERGEFIELD|MERGEREC|NOTEREF|NUMCHARS|NUMPAGES|NUMWORDS|PAGE|PAGEREF"
    r"|PRINTDATE|PRIVATE|QUOTE|REF|REVNUM|SAVEDATE|SECTION|SECTIONPAGES|SEQ|SET|STYLEREF|SUBJECT|SYMBOL|TA|TC|TIME|TITLE"
    r"|TOA|TOC|USERADDRESS|USERINITIALS|USERNAME|XE)(?![^\s\\\"]))",
    re.IGNORECASE,
)
# Elements of OpenDocument that run or load something (OpenDocument 1.3 Part 3), by their local names.
_FOREIGN_ELEMENTS = frozenset({
    "event-listener", "script", "object", "object-ole", "applet", "plugin", "floating-frame", "section-source",
    "dde-connection", "dde-connection-decl", "dde-source", "dde-link", "cell-range-source", "table-source",
    "execute-macro", "connection-resource", "connection-data", "database-display", "form-document", "auto-reload",
})  # fmt: skip
_LINKS = frozenset({"a", "hyperlink"})
# Functions of a sheet that ask another program or the network.
_ASKING_FUNCTIONS = ("DDE(", "WEBSERVICE(")
# Whatever the reader of ZIP raises for a broken or unusual container: a bad name is a `ValueError`.
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, KeyError)


class NotADocument(Exception):
    """It is none of the documents, or is not built as they are."""


class HasProgram(NotADocument):
    """It would be one, and carries macros, scripts or controls."""


class HasForeignParts(HasProgram):
    """It would be one, and embeds or loads something that its reader does not see."""


def document_type(body: bytes) -> DocumentType:
    """Raises `NotADocument`."""
    return _document_type(body, lambda package, parts, kind: None)


def inert_document_type(body: bytes) -> DocumentType:
    """Of a stranger's document. Raises `NotADocument`, also for what leads out of it."""
    return _document_type(body, _refuse_foreign)


def _document_type(
    body: bytes, inspect: Callable[[zipfile.ZipFile, list[zipfile.ZipInfo], DocumentType], None]
) -> DocumentType:
    if not body.startswith(ZIP) or body.count(_ENTRY) > MOST_PARTS:
        raise NotADocument
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            parts = package.infolist()
            _refuse_odd(parts)
            kind = _kind(package, parts)
            inspect(package, parts, kind)
            return kind
    except _BROKEN as error:
        raise NotADocument from error


def _kind(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> DocumentType:
    if parts[0].filename == "mimetype":
        return _open_document(parts, _read(package, parts[0], MOST_MIME))
    types = next((part for part in parts if part.filename == _TYPES), None)
    if types is None:
        raise NotADocument
    return _office_document(parts, _read(package, types, MOST_TYPES))


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


# ---- a stranger's document


def _refuse_foreign(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], kind: DocumentType) -> None:
    if any(mark in f"/{part.filename.lower()}" for part in parts for mark in _FOREIGN):
        raise HasForeignParts
    reader = _Reader(package)
    is_open_document = kind.mime in _OPEN_DOCUMENTS
    for part in parts:
        name = part.filename.lower()
        if is_open_document and name.endswith(".xml"):
            reader.read(part, _OpenDocumentPart())
        elif name.endswith(".rels"):
            reader.read(part, _Relations())
        elif kind.ending == "docx" and name.endswith(".xml"):
            reader.read(part, _Fields())


class _Part:
    """What is looked for in one part. Names of elements and attributes come without their namespaces."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def close(self) -> None:
        """At the end of the part."""


class _Reader:
    """Reads parts as a stream, up to `MOST_XML` bytes and `MOST_ELEMENTS` elements of all of them."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.bytes = self.elements = 0

    def read(self, part: zipfile.ZipInfo, looked_for: _Part) -> None:
        """Raises `NotADocument` for what is no XML or too much of it, and what `looked_for` raises."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def start(name: str, attributes: Mapping[str, str]) -> None:
            self.elements += 1
            if self.elements > MOST_ELEMENTS:
                raise NotADocument
            looked_for.start(_local(name), {_local(key): value for key, value in attributes.items()})

        def refuse(*_declared: object) -> None:
            raise NotADocument

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: looked_for.end(_local(name))
        parser.CharacterDataHandler = looked_for.text
        # entities: another reader might replace them by something else
        parser.StartDoctypeDeclHandler = refuse
        try:
            with self.package.open(part) as file:
                while chunk := file.read(65536):
                    self.bytes += len(chunk)
                    if self.bytes > MOST_XML:
                        raise NotADocument
                    parser.Parse(chunk)
            parser.Parse(b"", True)
            looked_for.close()
        except expat.ExpatError as error:
            raise NotADocument from error


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _is_pressed_link(target: str) -> bool:
    """Whether a link leads to a page or an address, and not to a file of the reader or of another computer."""
    bare = target.strip().replace("\\", "/")
    scheme, colon, _rest = bare.partition(":")
    return not bare.startswith("//") and (scheme.lower() if colon and "/" not in scheme else "") in _SCHEMES


class _Relations(_Part):
    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        is_outside = attributes.get("TargetMode", "").strip().lower() == "external"
        if kind in _FOREIGN_RELATIONS:
            raise HasForeignParts
        if is_outside and not (kind == "hyperlink" and _is_pressed_link(attributes.get("Target", ""))):
            raise HasForeignParts


class _Fields(_Part):
    """The instructions of Word's fields, which may be split over runs and nested."""

    def __init__(self) -> None:
        self.open: list[list[str]] = []
        self.is_instruction = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "fldSimple":
            _require_harmless(attributes.get("instr", ""))
        elif name == "altChunk":
            raise HasForeignParts
        elif name == "fldChar":
            self._mark(attributes.get("fldCharType", ""))
        self.is_instruction = name in ("instrText", "delInstrText")

    def text(self, text: str) -> None:
        if self.is_instruction and self.open:
            self.open[-1].append(text)

    def end(self, name: str) -> None:
        self.is_instruction = False

    def close(self) -> None:
        for instruction in self.open:
            _require_harmless("".join(instruction))

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            self.open.append([])
        elif self.open and kind == "separate":
            _require_harmless("".join(self.open[-1]))
        elif self.open and kind == "end":
            _require_harmless("".join(self.open.pop()))


def _require_harmless(instruction: str) -> None:
    if not _FIELD.match(instruction.lstrip()):
        raise HasForeignParts


class _OpenDocumentPart(_Part):
    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _FOREIGN_ELEMENTS:
            raise HasForeignParts
        target = attributes.get("href", "").strip()
        # the template that a document began with is only named
        is_link = name in _LINKS and _is_pressed_link(target)
        if target and name != "template" and not is_link and not _is_inside(target):
            raise HasForeignParts
        formula = attributes.get("formula", "").upper().replace(" ", "")
        if any(function in formula for function in _ASKING_FUNCTIONS):
            raise HasForeignParts


def _is_inside(target: str) -> bool:
    """Whether it names a part of the container, or a place in the document."""
    return target.startswith("#") or (_is_plain(target.removeprefix("./")) and ":" not in target)
