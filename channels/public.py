"""Signed, expiring, unguessable addresses from which a network fetches a picture or video.

The address holds the file's storage name and its expiry time, encrypted. It cannot be forged and reveals no name;
whoever has one may read that file until it expires, without a cookie and without a redirect.
"""

import io
import json
import re
import time
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image

from django.conf import settings
from django.urls import reverse

from common import crypto

PURPOSE = "public media"
# Networks fetch within minutes; a video that they work on may be fetched again an hour later.
LIFE_SECONDS = 6 * 3600
TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".srt": "application/x-subrip",
}
"""What is given out, with its type. Anything else is not there."""
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Unknown(Exception):
    """No address of ours, or one that has run out."""


class OutOfRange(Exception):
    """The part that is asked for is not in the file."""


def address(ref: str, sides: tuple[int, int] | None = None) -> str:
    """The address of one stored file, valid for six hours. Its suffix shows the type.

    `sides`: the longest longer and shorter side that the network takes; a picture is served as a JPEG that fits.
    """
    sealed = crypto.seal(PURPOSE, json.dumps([ref, int(time.time()) + LIFE_SECONDS, sides]), "file")
    name = "file" + (".jpg" if sides else PurePosixPath(ref).suffix.lower())
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public_media", args=[sealed, name])


@dataclass(frozen=True)
class File:
    """The file behind an address: storage name, type, and the sides that it has to fit."""

    ref: str
    kind: str
    sides: tuple[int, int] | None = None


def named(word: str) -> File:
    """Raises `Unknown`."""
    try:
        ref, ends, *sides = json.loads(crypto.open_(PURPOSE, word, "file"))
    except (ValueError, crypto.CryptoError):
        raise Unknown from None
    kind = TYPES.get(PurePosixPath(ref).suffix.lower())
    if ends < time.time() or kind is None:
        raise Unknown
    longer, shorter = (sides and sides[0]) or (0, 0)
    return File(ref, "image/jpeg", (longer, shorter)) if longer else File(ref, kind)


def fitted(body: bytes, sides: tuple[int, int]) -> bytes:
    """The picture as a JPEG, scaled down where it is too large. Raises `Unknown` for a file that is no picture."""
    longer, shorter = sides
    try:
        with Image.open(io.BytesIO(body)) as picture:
            small = _on_white(picture)
    except OSError:
        raise Unknown from None
    small.thumbnail((longer, shorter) if small.width >= small.height else (shorter, longer), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=90)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent pixels would be black in a JPEG."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")


def part(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a Range header; None for the whole file. Raises `OutOfRange`.

    One part only; several parts or an invalid range may be answered with the whole: RFC 9110, section 14.2.
    """
    match = RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(size - int(last), 0), size - 1
        if int(last) == 0:
            raise OutOfRange
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or (last and first and int(last) < start):
        raise OutOfRange
    return start, end
