"""Finds the GPS position that a phone wrote into a video and blanks it. Pure.

An MP4 or MOV is a tree of boxes. The position is in a box of its own: `©xyz` or `loci` in user data, or an entry of
Apple's metadata whose key names a location. It is blanked in place (the box renamed to `free`, its bytes zeroed), and
no other byte moves: picture and sound stay as they were.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

LARGEST_HEAD = 64 * 1024 * 1024
MOST_BOXES = 20_000
DEEPEST = 6
PLACES = (b"\xa9xyz", b"loci")
INSIDE = (b"trak", b"udta", b"meta", b"ilst")

Box = tuple[bytes, int, int, int]
"""Kind, where it begins, where its content begins, where it ends."""


def blank_locations(file: BinaryIO) -> int:
    """Blank every GPS position in `file` (open for reading and writing); returns how many there were."""
    count = 0
    for begin, end in list(_heads(file)):
        file.seek(begin)
        head = bytearray(file.read(end - begin))
        spots = list(_spots(head, 8, len(head), 0, [MOST_BOXES]))
        for at, inside, after in spots:
            head[at + 4 : at + 8] = b"free"
            head[inside:after] = bytes(after - inside)
        if spots:
            file.seek(begin)
            file.write(head)
        count += len(spots)
    return count


def _heads(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Start and end of each `moov` box; those of unusual form or size are skipped."""
    size, at = file.seek(0, 2), 0
    for _box in range(200):
        file.seek(at)
        raw = file.read(16)
        if len(raw) < 8:
            return
        length, kind = struct.unpack(">I4s", raw[:8])
        if length == 1 and len(raw) == 16:
            (length,) = struct.unpack(">Q", raw[8:])
        elif kind == b"moov" and 8 <= length <= min(LARGEST_HEAD, size - at):
            yield at, at + length
        if length < 8:
            return
        at += length


def _boxes(head: bytearray, at: int, end: int, left: list[int]) -> Iterator[Box]:
    while at + 8 <= end and left[0] > 0:
        left[0] -= 1
        length, kind = struct.unpack(">I4s", head[at : at + 8])
        if length < 8 or at + length > end:
            return
        yield kind, at, at + 8, at + length
        at += length


def _spots(head: bytearray, at: int, end: int, depth: int, left: list[int]) -> Iterator[tuple[int, int, int]]:
    keys: set[int] = set()
    for kind, begin, inside, after in _boxes(head, at, end, left):
        if kind in PLACES:
            yield begin, inside, after
        elif kind == b"keys":
            keys = _of_places(head, inside, after)
        elif kind == b"ilst" and keys:
            for number, begins, holds, ends in _boxes(head, inside, after, left):
                if int.from_bytes(number, "big") in keys:
                    yield begins, holds, ends
        elif kind in INSIDE and depth < DEEPEST:
            # Apple's `meta` starts with its boxes, the ISO one with four bytes of version.
            plain = kind != b"meta" or head[inside + 4 : inside + 8] == b"hdlr"
            yield from _spots(head, inside if plain else inside + 4, after, depth + 1, left)


def _of_places(head: bytearray, at: int, end: int) -> set[int]:
    """Numbers of the keys that name a location, counted from 1."""
    numbers, at, number = set(), at + 8, 0
    while at + 8 <= end and number < MOST_BOXES:
        number += 1
        (length,) = struct.unpack(">I", head[at : at + 4])
        if length < 8 or at + length > end:
            break
        if b"location" in head[at + 8 : at + length]:
            numbers.add(number)
        at += length
    return numbers
