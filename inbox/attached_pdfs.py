"""PDFs that strangers attach: kept as they came only where nothing but pages is in them.

Scripts, actions that start programs or load something, and embedded files are looked for by `posts.media.probe`, in a
process with little memory and time. A PDF with one of them, or one that is not built as it should be, is replaced by a
PDF with pictures of its pages.
"""

import base64
import binascii
import tempfile
from dataclasses import dataclass

from common.uploads import incoming
from inbox.attachment_types import NotAccepted, Refusal
from posts.media import probing

SECONDS = 30
# The report is base64 of at most 20 MB.
MOST_REPORT = 32 * 1024 * 1024


@dataclass(frozen=True)
class InertPdf:
    """`is_pictures`: it is not what was sent, but pictures of its pages."""

    body: bytes
    is_pictures: bool


def inert(body: bytes) -> InertPdf:
    """Raises `NotAccepted` where it is locked by a password, or can neither be read nor drawn in time."""
    with tempfile.NamedTemporaryFile(suffix=".pdf", dir=incoming()) as file:
        file.write(body)
        file.flush()
        report = probing.report(file.name, "strange_pdf", seconds=SECONDS, most=MOST_REPORT)
    if report.get("problem") == "locked":
        raise NotAccepted(Refusal.LOCKED)
    if report.get("is_inert") is True:
        return InertPdf(body, is_pictures=False)
    try:
        pictures = base64.b64decode(str(report.get("pictures", "")), validate=True)
    except binascii.Error as error:
        raise NotAccepted(Refusal.BROKEN) from error
    if not pictures.startswith(b"%PDF-"):
        raise NotAccepted(Refusal.BROKEN)
    return InertPdf(pictures, is_pictures=True)
