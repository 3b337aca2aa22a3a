"""The place in a video's head: wherever telephones write it, it is blanked, and nothing else moves."""

from __future__ import annotations

import io
import struct

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.media.gps_metadata import blank_locations
from posts.models import Media
from tests.posts.desk import Desk
from tests.posts.films import boxes_of, film

PLACE = b"+43.9275+021.3711/"


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def android() -> bytes:
    return box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE))


def apple() -> bytes:
    key = b"com.apple.quicktime.location.ISO6709"
    other = b"com.apple.quicktime.make"
    keys = struct.pack(">II", 0, 2) + box(b"mdta", other) + box(b"mdta", key)
    values = [box(b"data", struct.pack(">II", 1, 0) + text) for text in (b"Apple", PLACE)]
    items = b"".join(box(struct.pack(">I", number), value) for number, value in enumerate(values, 1))
    return box(b"meta", box(b"hdlr", bytes(24)) + box(b"keys", keys) + box(b"ilst", items))


def iso() -> bytes:
    return box(b"udta", box(b"meta", bytes(4) + box(b"hdlr", bytes(24)) + box(b"ilst", box(b"\xa9xyz", PLACE))))


def third_generation() -> bytes:
    """`loci` of 3GPP TS 26.244: language, name, role, three numbers, body, notes."""
    return box(b"udta", box(b"loci", bytes(4) + b"\x15\xc7" + PLACE + bytes(14) + b"Earth\0\0"))


def taken_somewhere(note: bytes) -> bytes:
    """A film whose last part, its head, has one more note in it: so nothing before it moves."""
    body = film()
    kind, at, length = boxes_of(body)[-1]
    assert kind == b"moov"
    return body[:at] + struct.pack(">I4s", length + len(note), b"moov") + body[at + 8 :] + note


@pytest.mark.parametrize("note", [android(), apple(), iso(), third_generation()])
def test_the_place_is_gone_and_the_film_plays_as_before(note: bytes) -> None:
    body = taken_somewhere(note)
    assert PLACE in body
    file = io.BytesIO(body)
    assert blank_locations(file) == 1
    after = file.getvalue()
    assert PLACE not in after
    assert len(after) == len(body)
    assert boxes_of(after) == boxes_of(body)
    frames = [[frame.pts for frame in av.open(io.BytesIO(content)).decode(video=0)] for content in (body, after)]
    assert frames[0] == frames[1] != []


def test_what_else_a_telephone_notes_stays() -> None:
    file = io.BytesIO(taken_somewhere(apple()))
    blank_locations(file)
    assert b"Apple" in file.getvalue()


def test_a_film_without_a_place_stays_to_the_byte() -> None:
    file = io.BytesIO(film())
    assert blank_locations(file) == 0
    assert file.getvalue() == film()


@given(st.binary(max_size=300))
def test_no_bytes_upset_it_or_grow(noise: bytes) -> None:
    for body in (noise, box(b"moov", noise), box(b"moov", box(b"udta", noise)), box(b"moov", box(b"meta", noise))):
        file = io.BytesIO(body)
        blank_locations(file)
        assert len(file.getvalue()) == len(body)


def test_boxes_in_boxes_without_end_are_left() -> None:
    nested = b""
    for _level in range(3000):
        nested = box(b"udta", nested)
    file = io.BytesIO(box(b"moov", nested))
    assert blank_locations(file) == 0


@pytest.mark.django_db
def test_what_the_library_keeps_has_no_place(desk: Desk) -> None:
    media = desk.film(taken_somewhere(android()))
    assert media.probe == "ready"
    with Media.objects.get(pk=media.pk).file.open("rb") as file:
        stored = file.read()
    assert PLACE not in stored
    assert len(stored) == media.bytes
