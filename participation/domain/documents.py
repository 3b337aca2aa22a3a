"""Documents of a consultation: files of the municipality, or addresses where they can be read.

A file has the type of its content, whatever its name says. A picture is encoded anew, without metadata; everything else
is stored as it came, and only ever served under the type that it has.
"""

import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from common.fields import web_address
from inbox.attachment_types import clean_name, recognise
from participation import rules
from participation.domain.write import lock
from participation.enums import ConsultationStage
from participation.models import Consultation, ConsultationDocument
from posts.draft import storable
from posts.media.domain import pictures

PDF, TEXT = "application/pdf", "text/plain; charset=utf-8"
# In ZIP containers, recognised by their parts.
_DOCUMENTS = ("docx", "xlsx", "odt", "ods")


@dataclass(frozen=True)
class Accepted:
    """A file as it is stored: `ending` is that of its type."""

    body: bytes
    mime: str
    ending: str


@transaction.atomic
def add_file(consultation: Consultation, body: bytes, name: str, title: str, *, by: User) -> ConsultationDocument:
    """Store a file. Raises `ActionNotAllowed` for a type that is not accepted, one that is too large, or too many."""
    row = _open_for_documents(consultation)
    accepted = accept(body, name)
    shown = _shown_name(name, accepted.ending)
    document = _new(row, title or shown.rsplit(".", 1)[0], by)
    document.name, document.mime, document.bytes = shown, accepted.mime, len(accepted.body)
    stored = default_storage.save(
        f"consultations/{row.municipality_id}/{secrets.token_hex(16)}.{accepted.ending}", ContentFile(accepted.body)
    )
    document.file = stored
    document.save()
    record("consultation.document", by=by, target=row, title=document.title)
    return document


@transaction.atomic
def add_address(consultation: Consultation, address: str, title: str, *, by: User) -> ConsultationDocument:
    """Name an address where a document can be read. Raises `ActionNotAllowed`."""
    row = _open_for_documents(consultation)
    if not web_address(address):
        raise ActionNotAllowed(_("Enter a whole web address, with https:// at its beginning."), "address")
    if not title.strip():
        raise ActionNotAllowed(_("Write what can be read there."), "title")
    document = _new(row, title, by)
    document.address = address
    document.save()
    record("consultation.document", by=by, target=row, title=document.title)
    return document


@transaction.atomic
def move_up(document: ConsultationDocument, *, by: User) -> None:
    """One place up in the list of its consultation."""
    row = _open_for_documents(document.consultation, adds=False)
    ordered = list(row.documents.order_by("position", "pk"))
    at = next((number for number, other in enumerate(ordered) if other.pk == document.pk), 0)
    if at:
        ordered[at - 1], ordered[at] = ordered[at], ordered[at - 1]
    for number, other in enumerate(ordered):
        if other.position != number:
            other.position = number
            other.save(update_fields=["position"])


@transaction.atomic
def remove(document: ConsultationDocument, *, by: User) -> None:
    """Take it away, also from the public page. Its file is deleted once that is certain."""
    row = _open_for_documents(document.consultation, adds=False)
    stored = document.file.name
    record("consultation.document_away", by=by, target=row, title=document.title)
    document.delete()
    if stored:
        transaction.on_commit(lambda: default_storage.delete(stored))


def accept(body: bytes, name: str) -> Accepted:
    """The file as it may be stored. Raises `ActionNotAllowed`."""
    if not body:
        raise ActionNotAllowed(_("This file is empty."), "file")
    if len(body) > rules.MOST_DOCUMENT_BYTES:
        raise ActionNotAllowed(
            _("This file has %(size)s, and a document may have %(most)s. Save it smaller, or add the address of it.")
            % {"size": filesizeformat(len(body)), "most": filesizeformat(rules.MOST_DOCUMENT_BYTES)},
            "file",
        )
    kind = recognise(body)
    if kind is not None and kind.is_picture:
        return _picture(body)
    if kind is not None and kind.mime == PDF:
        return Accepted(body, PDF, "pdf")
    if kind is not None and kind.mime == TEXT:
        is_table = name.lower().endswith(".csv")
        return Accepted(body, "text/csv; charset=utf-8" if is_table else TEXT, "csv" if is_table else "txt")
    if kind is not None and kind.ending in _DOCUMENTS:
        return Accepted(body, kind.mime, kind.ending)
    raise _not_accepted()


def _not_accepted() -> ActionNotAllowed:
    return ActionNotAllowed(
        _(
            "This is none of the files that are accepted, whatever its name says: PDF, Word (docx), Excel (xlsx), "
            "OpenDocument (odt, ods), text and CSV in UTF-8, JPEG and PNG. Documents with macros are not accepted. "
            "Save it as PDF and add it again."
        ),
        "file",
    )


def _picture(body: bytes) -> Accepted:
    try:
        encoded = pictures.encode_picture(pictures.open_picture(body))
    except pictures.BadPicture as bad:
        raise ActionNotAllowed(str(bad), "file") from bad
    return Accepted(encoded.body, encoded.mime, encoded.ending)


def _shown_name(name: str, ending: str) -> str:
    """The name under which it is downloaded: without a path, with the ending of what it is."""
    plain = clean_name(name)
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    return f"{(stem or 'dokument')[:180]}.{ending}"


def _open_for_documents(consultation: Consultation, *, adds: bool = True) -> Consultation:
    """Its row, locked. Raises `ActionNotAllowed` once it has ended, and where it has too many for one more."""
    row = lock(consultation)
    if row.stage in (ConsultationStage.REPORTED, ConsultationStage.CALLED_OFF):
        raise ActionNotAllowed(_("This consultation has ended, so it is no longer changed."))
    if adds and row.documents.count() >= rules.MOST_DOCUMENTS:
        raise ActionNotAllowed(
            _("There are %(most)s documents already. Put some together, or take one away.")
            % {"most": rules.MOST_DOCUMENTS}
        )
    return row


def _new(row: Consultation, title: str, by: User) -> ConsultationDocument:
    words = " ".join(storable(title).split())[: rules.MOST_DOCUMENT_TITLE]
    last = row.documents.aggregate(last=Max("position"))["last"]
    return ConsultationDocument(
        municipality_id=row.municipality_id, consultation=row, title=words, by=by,
        position=0 if last is None else last + 1,
    )  # fmt: skip
