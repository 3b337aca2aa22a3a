"""How much work a JPEG makes, seen without decoding it.

A progressive JPEG is drawn again with each of its scans. A scan in which nothing changes takes about seventy bytes and,
in a large picture, thirty milliseconds: a file of 25 MB would keep a processor busy for hours. Cameras and programs
write ten scans or so. https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf
"""

import re

MOST_SCANS = 100
# Pillow keeps each; long descriptions of phones are cut into a few hundred.
MOST_SEGMENTS = 2000
# Within a scan, FF is followed by 00 or a restart marker.
_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
_START, _END, _SCAN, _TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01


def is_costly(body: bytes) -> bool:
    """Whether `body` is a JPEG with more scans or segments than any program writes."""
    if not body.startswith(b"\xff\xd8"):
        return False
    at = 2
    scans = segments = 0
    while match := _MARKER.search(body, at):
        marker, at = match[1][0], match.end()
        if marker == _END:
            return False
        scans += marker == _SCAN
        segments += 1
        if scans > MOST_SCANS or segments > MOST_SEGMENTS:
            return True
        if marker not in (_START, _TEMPORARY):
            at += max(int.from_bytes(body[at : at + 2], "big"), 2)
    return False
