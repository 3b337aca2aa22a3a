"""What citizens attach to the public form: recognised by its content, whatever its name says.

A picture is encoded anew, so that neither the place where it was taken nor anything hostile in it is kept. Documents in
which nothing runs or leads out are stored as they came, and served to members as downloads only; a PDF with more than
pages in it is stored as pictures of them (`inbox.attached_pdfs`).
"""

import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from inbox import attached_pdfs
from inbox.attachment_types import PDF, FileType, NotAccepted, Refusal, accepted, clean_name
from participation.models import Contribution, ContributionFile
from participation.rules import MOST_BYTES, MOST_FILES
from posts.media.domain.pictures import BadPicture, encode_picture, open_picture

# One picture or PDF at a time in each process.
_DECODING = threading.Semaphore(1)
PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Attachment:
    """A file that may be stored. `mime` and `ending` are those of its content."""

    name: str
    mime: str
    ending: str
    body: bytes
    is_pictures: bool = False


def check(file: UploadedFile) -> Attachment:
    """Read, recognise and clean one file. Raises `ActionNotAllowed` with a sentence for its sender."""
    name = clean_name(file.name or "") or _("File")
    size = file.size or 0
    if size > MOST_BYTES:
        raise ActionNotAllowed(
            _("“%(name)s” has %(size)s, and a file may have %(most)s at most.")
            % {"name": name, "size": filesizeformat(size), "most": filesizeformat(MOST_BYTES)}
        )
    body = file.read(MOST_BYTES + 1)
    if not body:
        raise ActionNotAllowed(_("“%(name)s” is empty.") % {"name": name})
    try:
        kind = _kind(body)
        if kind.is_picture:
            with _turn():
                encoded = encode_picture(open_picture(body))
            return Attachment(_named(name, encoded.ending), encoded.mime, encoded.ending, encoded.body)
        if kind == PDF:
            with _turn():
                pdf = attached_pdfs.inert(body)
            return Attachment(_named(name, kind.ending), kind.mime, kind.ending, pdf.body, pdf.is_pictures)
    except BadPicture as bad:
        raise ActionNotAllowed(
            _("“%(name)s” cannot be read as a picture: it is damaged, moves, or is too large or too narrow.")
            % {"name": name}
        ) from bad
    except NotAccepted as refused:
        raise ActionNotAllowed(_sentence(refused.refusal) % {"name": name}) from refused
    return Attachment(_named(name, kind.ending), kind.mime, kind.ending, body)


def _kind(body: bytes) -> FileType:
    kind = accepted(body)
    if kind.group in ("sound", "video"):
        raise NotAccepted(Refusal.TYPE)
    return kind


def _sentence(refusal: Refusal) -> str:
    if refusal == Refusal.OLD_OFFICE:
        return _(
            "“%(name)s” is in a format of old Word or Excel, or RTF, which can hide programs. Save it as PDF or DOCX."
        )
    if refusal == Refusal.PROGRAM:
        return _(
            "“%(name)s” holds macros or embedded files, or loads something from elsewhere. Save it as PDF and attach "
            "that."
        )
    if refusal == Refusal.LOCKED:
        return _("“%(name)s” asks for a password. Save it as PDF without one and attach that.")
    if refusal == Refusal.BROKEN:
        return _("“%(name)s” cannot be read as a PDF: it is damaged, or has too many pages. Print it as PDF anew.")
    return _(
        "“%(name)s” is not a file that can be attached here. Pictures, PDF, text and documents of Word (docx), Excel "
        "(xlsx) or LibreOffice can be."
    )


@contextmanager
def _turn() -> Iterator[None]:
    # anybody may send one, and a large one takes 200 MB while it is decoded
    if not _DECODING.acquire(timeout=PATIENCE_SECONDS):
        raise ActionNotAllowed(_("Very many files come in at this moment. Wait a minute and press Send again."))
    try:
        yield
    finally:
        _DECODING.release()


def _named(name: str, ending: str) -> str:
    """The sender's name with the ending of what it is: a program called photo.jpg is saved as what it is."""
    stem = name.rpartition(".")[0] or name
    return f"{stem[:120]}.{ending}"


def save(municipality: int, attachments: Sequence[Attachment]) -> list[str]:
    """Write the files, before anything is locked; their names, for `attach` or `discard`."""
    if len(attachments) > MOST_FILES:
        raise ActionNotAllowed(_("At most %(most)s files can be attached.") % {"most": MOST_FILES})
    names: list[str] = []
    try:
        for one in attachments:
            # a name that nobody guesses and that tells nothing
            place = f"contributions/{municipality}/{uuid.uuid4().hex}.{one.ending}"
            names.append(default_storage.save(place, ContentFile(one.body)))
    except BaseException:
        discard(names)
        raise
    return names


def attach(contribution: Contribution, attachments: Sequence[Attachment], names: Sequence[str]) -> None:
    ContributionFile.objects.bulk_create(
        ContributionFile(
            municipality_id=contribution.municipality_id, contribution=contribution, name=one.name, mime=one.mime,
            bytes=len(one.body), file=name, is_pictures=one.is_pictures,
        )
        for one, name in zip(attachments, names, strict=True)
    )  # fmt: skip


def discard(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def delete(contribution: Contribution) -> None:
    """Rows now, files once it is certain."""
    names = [str(name) for name in contribution.files.values_list("file", flat=True)]
    contribution.files.all().delete()
    transaction.on_commit(lambda: discard(names))
