"""What citizens attach to the public form: recognised by its content, whatever its name says.

A picture is encoded anew, so that neither the place where it was taken nor anything hostile in it is kept. Documents
are stored as they came, never opened by the portal, and served to members as downloads only.
"""

import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from inbox.attachment_types import clean_name, recognise
from participation.models import Contribution, ContributionFile
from participation.rules import MOST_BYTES, MOST_FILES
from posts.media.domain.pictures import BadPicture, encode_picture, open_picture

# One picture at a time in each process.
_DECODING = threading.Semaphore(1)
PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Attachment:
    """A file that may be stored. `mime` and `ending` are those of its content."""

    name: str
    mime: str
    ending: str
    body: bytes


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
    kind = recognise(body)
    if kind is None or kind.group in ("sound", "video"):
        raise ActionNotAllowed(
            _("“%(name)s” is not a file that can be attached here. Pictures, PDF and documents of Word, Excel or "
              "LibreOffice can be.")
            % {"name": name}
        )  # fmt: skip
    if kind.is_picture:
        return _picture(name, body)
    return Attachment(_named(name, kind.ending), kind.mime, kind.ending, body)


def _picture(name: str, body: bytes) -> Attachment:
    # anybody may send one, and a large one takes 200 MB while it is decoded
    if not _DECODING.acquire(timeout=PATIENCE_SECONDS):
        raise ActionNotAllowed(_("Very many pictures come in at this moment. Wait a minute and press Send again."))
    try:
        encoded = encode_picture(open_picture(body))
    except BadPicture as bad:
        raise ActionNotAllowed(
            _("“%(name)s” cannot be read as a picture: it is damaged, moves, or is too large or too narrow.")
            % {"name": name}
        ) from bad
    finally:
        _DECODING.release()
    return Attachment(_named(name, encoded.ending), encoded.mime, encoded.ending, encoded.body)


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
            bytes=len(one.body), file=name,
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
