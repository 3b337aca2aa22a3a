"""One attachment of a mail, fetched alone."""

import base64
import binascii
import quopri
import re
from dataclasses import dataclass

from platforms.mail import connections, folders

SOURCE = re.compile(r"(\d{1,10})/(\d{1,10})/(\d{1,3}(?:\.\d{1,3}){0,14})/(base64|quoted-printable|none)")
# base64 in lines, and whatever else stands between them.
LARGER = 1.45


@dataclass(frozen=True)
class PartSource:
    validity: int
    uid: int
    number: str
    encoding: str


def source_of(source: str) -> PartSource | None:
    match = SOURCE.fullmatch(source)
    return PartSource(int(match[1]), int(match[2]), match[3], match[4]) if match else None


def decoded(session: connections.Imap, place: PartSource, most: int) -> bytes | None:
    """None where it has more than `most` bytes. The folder is open."""
    limit = int(most * (LARGER if place.encoding == "base64" else 3)) + 1000
    content = bytearray()
    while len(content) <= limit:
        chunk = folders.content(session, place.uid, place.number, len(content), folders.CHUNK)
        content += chunk
        if len(chunk) < folders.CHUNK:
            break
    else:
        return None
    result = _decoded(bytes(content), place.encoding)
    return result if len(result) <= most else None


def _decoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        try:
            return base64.b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))
        except binascii.Error:
            return b""
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def _rest(letters: bytes) -> bytes:
    """The last group, filled up; one letter alone means nothing."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest.ljust(4, b"=") if len(rest) > 1 else b""
