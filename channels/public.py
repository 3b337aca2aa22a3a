"""Addresses from which a network fetches a picture or video by itself: signed, expiring, unguessable.

The address holds the file's name in the store and the time at which it runs out, encrypted. Nobody can make one or read
a name out of one; whoever has one may read that file until then, without a cookie and without being sent elsewhere.
"""

import json
import re
import time
from pathlib import PurePosixPath

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


def address(ref: str) -> str:
    """The address of one file of the store, good for six hours. Its ending tells the type to whoever looks there."""
    sealed = crypto.seal(PURPOSE, json.dumps([ref, int(time.time()) + LIFE_SECONDS]), "file")
    name = "file" + PurePosixPath(ref).suffix.lower()
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public_media", args=[sealed, name])


def named(word: str) -> tuple[str, str]:
    """(name in the store, type) of the file that an address stands for. Raises `Unknown`."""
    try:
        ref, ends = json.loads(crypto.open_(PURPOSE, word, "file"))
    except (ValueError, crypto.CryptoError):
        raise Unknown from None
    kind = TYPES.get(PurePosixPath(ref).suffix.lower())
    if ends < time.time() or kind is None:
        raise Unknown
    return ref, kind


def part(asked: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a Range header; None where the whole file is meant. Raises `OutOfRange`.

    One part only; several, or what is no range of bytes, may be answered with the whole: RFC 9110, section 14.2.
    """
    found = RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last), 0), size - 1
        if int(last) == 0:
            raise OutOfRange
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or (last and first and int(last) < start):
        raise OutOfRange
    return start, end
