"""What is said of a video: what it is by its first bytes, why one cannot be used, how long it runs. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from posts.enums import Probe
from posts.models import Media

QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
# Pictures that come in the same kind of file: HEIC of telephones, AVIF.
PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"jpeg")


def sniffed(head: bytes) -> str:
    """The type by the first bytes, whatever name and type the sender gives; "" for what is no video we take."""
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


def unusable(problem: str) -> str:
    """Why a worker could not use a video, and what to do."""
    return {
        "cut_off": _("The video is cut off: its end is missing. Copy it from the telephone or camera again."),
        "no_picture": _("There is no picture in this file, only sound. Add a video."),
        "too_large": _("The picture of this video is larger than 8K. Save it in Full HD (1080p) and add it again."),
        "too_slow": _("Looking at this video takes too long. Save it as MP4 with H.264 and add it again."),
        "gone": _("The file of this video is gone. Add it again."),
    }.get(problem) or _("This video cannot be read: the file is damaged. Save it as MP4 with H.264 and add it again.")


def waiting() -> str:
    return _("The video is being looked at. In a moment it can be submitted, scheduled and published.")


def hindrance(videos: Sequence[Media]) -> str:
    """Why a post with these videos cannot go out as it is; "" when nothing is in the way."""
    for video in videos:
        if video.probe == Probe.BAD:
            return _("“%(name)s”: %(problem)s") % {"name": video.name, "problem": unusable(video.probe_problem)}
        if video.probe == Probe.WAITING:
            return waiting()
    return one_only() if len(videos) > 1 else ""


def one_only() -> str:
    return _("A post carries one video. Remove the others, or write a post for each.")


def length(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
