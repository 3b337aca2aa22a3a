"""Videos and documents: their type by the first bytes, messages about unusable ones, their length as shown. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from posts.enums import Probe
from posts.models import Media
from posts.models.media import DOCUMENT

QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
# Pictures that come in the same kind of file: HEIC of telephones, AVIF.
PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"jpeg")


def sniff_video_type(head: bytes) -> str:
    """The MIME type by the first bytes, regardless of the name and type sent; "" for unsupported ones."""
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if brand in PICTURES:
            return ""
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    if kind in QUICKTIME:
        return "video/quicktime"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm"
    return ""


def sniff_document_type(head: bytes) -> str:
    """Likewise, of a document."""
    return DOCUMENT if head.startswith(b"%PDF-") else ""


def unusable_message(problem: str) -> str:
    """Why the probe rejected a video, and what to do."""
    return {
        "cut_off": _("The video is cut off: its end is missing. Copy it from the telephone or camera again."),
        "no_picture": _("There is no picture in this file, only sound. Add a video."),
        "too_large": _("The picture of this video is larger than 8K. Save it in Full HD (1080p) and add it again."),
        "too_slow": _("Looking at this video takes too long. Save it as MP4 with H.264 and add it again."),
        "gone": _("The file of this video is gone. Add it again."),
        "document_locked": _("This document is locked with a password. Save it without one and add it again."),
        "document_too_slow": _("Looking at this document takes too long. Save it as a simpler PDF and add it again."),
        "document_gone": _("The file of this document is gone. Add it again."),
        "document_corrupt": _("This document cannot be read: the file is damaged. Save it as PDF again and add it."),
    }.get(problem) or _("This video cannot be read: the file is damaged. Save it as MP4 with H.264 and add it again.")


def waiting_message() -> str:
    return _("The video is being checked. In a moment it can be submitted, scheduled and published.")


def document_waiting_message() -> str:
    return _("The document is being checked. In a moment it can be submitted, scheduled and published.")


def blocking_message(probed: Sequence[Media]) -> str:
    """Why a post with these videos and documents cannot be published; "" if it can."""
    for video in probed:
        if video.probe == Probe.BAD:
            return _("“%(name)s”: %(problem)s") % {"name": video.name, "problem": unusable_message(video.probe_problem)}
        if video.probe == Probe.WAITING:
            return document_waiting_message() if video.is_document else waiting_message()
    if sum(media.is_video for media in probed) > 1:
        return one_video_message()
    return one_document_message() if sum(media.is_document for media in probed) > 1 else ""


def one_video_message() -> str:
    return _("A post carries one video. Remove the others, or write a post for each.")


def one_document_message() -> str:
    return _("A post carries one document. Remove the others, or write a post for each.")


def format_pages(pages: int) -> str:
    return ngettext("%(count)s page", "%(count)s pages", pages) % {"count": pages}


def format_duration(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
