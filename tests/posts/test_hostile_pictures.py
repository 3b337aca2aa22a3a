"""Small picture files that are made to cost much, and files that are no pictures: in a process with little memory.

All three places that read pictures of strangers get each file: the library (also scans, evidence, materials, gallery
and posters), arms, and the practice network.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from common import jpeg
from tests import bounded, security_figures

MEGABYTE = 1024 * 1024
# A picture with as many pixels as are taken is decoded whole, a WebP twice; nothing else may cost like that.
MOST_FOR_PIXELS, MOST_MEGABYTES = 850, 160
MOST_SECONDS = 8.0
TAKEN, BAD, PIXELS, MOVES, NARROW = "", "no picture or video", "million pixels", "moves", "too narrow"
GIF = "a GIF badly"


def keep(body: bytes) -> tuple[int, int]:
    from posts.media.domain.pictures import encode_picture, open_picture

    picture = open_picture(body)
    encode_picture(picture)
    return picture.size


def bear(body: bytes) -> int:
    from municipalities import arms

    return arms.prepared(io.BytesIO(body)).size


def practise(body: bytes) -> tuple[int, int]:
    from practice import pictures

    encoded = pictures.encode(io.BytesIO(body), len(body))
    return encoded.width, encoded.height


# ---- PNG


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def zeros(count: int) -> bytes:
    packer, packed, piece = zlib.compressobj(9), [], bytes(MEGABYTE)
    for _ in range(count // MEGABYTE + 1):
        packed.append(packer.compress(piece))
    return b"".join([*packed, packer.flush()])


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2, size: int = 0) -> bytes:
    """`size`: how many bytes the pixels unpack to."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    around = chunk(b"IHDR", head), b"".join(chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(around) + chunk(b"IDAT", zeros(size)) + chunk(b"IEND", b"")


EXIF_IN_CIRCLES = b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"


# ---- JPEG


def saved(kind: str, size: tuple[int, int], **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (1, 2, 3)).save(out, kind, **options)
    return out.getvalue()


def with_scans(size: tuple[int, int], count: int) -> bytes:
    """A progressive JPEG whose last scan comes so many times more."""
    body = saved("JPEG", size, progressive=True)
    last = body[body.rindex(b"\xff\xda") : -2]
    return body[:-2] + last * count + b"\xff\xd9"


def with_segments(*segments: bytes) -> bytes:
    body = saved("JPEG", (100, 100))
    return body[:2] + b"".join(segments) + body[2:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def exif_with(entries: int) -> bytes:
    """Entries that each claim to have two gigabytes."""
    one = struct.pack("<HHII", 0x9286, 7, 1 << 31, 8)
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", entries) + one * entries)


PROFILE = [segment(0xE2, b"ICC_PROFILE\0" + bytes([number + 1, 255]) + b"x" * 65_000) for number in range(255)]
XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b'tiff:Orientation="' * 3500)


# ---- others


def animated(kind: str, frames: int) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("RGB", (60, 60), (number % 256, number // 256, 0)) for number in range(frames)]
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def gif(width: int, height: int) -> bytes:
    body = animated("GIF", 3)
    return body[:6] + struct.pack("<HH", width, height) + body[10:]


def small_by_its_own_account(kind: str) -> bytes:
    """The container names 64 × 64 pixels, what is in it has 36 million."""
    body = saved(kind, (6000, 6000), **({"speed": 10} if kind == "AVIF" else {"quality": 10}))
    at = body.index(b"ispe") + 8
    return body[:at] + struct.pack(">II", 64, 64) + body[at + 8 :]


# What it is: how it is made, and what the library says of it. `None`: either answer is right, as long as it is cheap.
FILES: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "PNG of 2.5 billion pixels": (lambda: png(50_000, 50_000), PIXELS),
    "PNG of 4 billion by one": (lambda: png(0x7FFFFFFF, 1), PIXELS),
    "PNG of 50 million pixels with 16 bits": (lambda: png(7000, 7000, depth=16, colour=6, size=400_000_000), TAKEN),
    "PNG of more bytes than pixels": (lambda: png(10, 10, size=300_000_000), TAKEN),
    "PNG without pixels": (lambda: png(0, 0), BAD),
    "PNG with a profile of 100 MB": (lambda: png(9, 9, chunk(b"iCCP", b"a\0\0" + zeros(100_000_000))), BAD),
    "PNG with texts of 100 MB": (lambda: png(9, 9, *[chunk(b"zTXt", b"a\0\0" + zeros(900_000))] * 100), BAD),
    "PNG with XMP of 100 MB": (
        lambda: png(9, 9, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(100_000_000))), BAD,
    ),
    "PNG with EXIF in circles": (lambda: png(9, 9, chunk(b"eXIf", EXIF_IN_CIRCLES)), None),
    "PNG of a million frames": (lambda: png(9, 9, chunk(b"acTL", struct.pack(">II", 1_000_000, 0))), MOVES),
    "JPEG drawn 500 times": (lambda: with_scans((7000, 7000), 500), BAD),
    "JPEG of 36 million pixels drawn 50 times": (lambda: with_scans((6000, 6000), 50), TAKEN),
    "small JPEG drawn 5000 times": (lambda: with_scans((2000, 2000), 5000), BAD),
    "JPEG with six million comments": (lambda: with_segments(b"\xff\xfe\0\2" * 6_000_000), BAD),
    "JPEG with much EXIF": (lambda: with_segments(exif_with(5000), *[exif_with(5000)] * 200), None),
    "JPEG with a profile of 16 MB": (lambda: with_segments(*PROFILE), TAKEN),
    "JPEG with much XMP": (lambda: with_segments(*[XMP] * 300), TAKEN),
    "JPEG cut off": (lambda: saved("JPEG", (3000, 3000))[:2000], BAD),
    "WebP of 50 million pixels": (lambda: saved("WEBP", (7000, 7000), lossless=True, method=0), TAKEN),
    "WebP of 268 million pixels": (lambda: saved("WEBP", (16_383, 16_383), lossless=True, method=0), PIXELS),
    "WebP of 2000 frames": (lambda: animated("WEBP", 2000), MOVES),
    "AVIF that says it is small": (lambda: small_by_its_own_account("AVIF"), None),
    "HEIC that says it is small": (lambda: small_by_its_own_account("HEIF"), BAD),
    "GIF of 4 billion pixels": (lambda: gif(65_000, 65_000), GIF),
    "GIF of 2000 frames": (lambda: animated("GIF", 2000), GIF),
    "TIFF": (lambda: saved("TIFF", (10, 10)), BAD),
    "BMP": (lambda: saved("BMP", (10, 10)), BAD),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n", BAD),
    "SVG that loads a file": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", BAD,
    ),
    "ImageMagick's language": (lambda: b"push graphic-context\nfill 'url(https://127.0.0.1/a.png\"|id\")'", BAD),
    "a line": (lambda: saved("PNG", (5000, 10)), NARROW),
}  # fmt: skip
SMALL = ["PNG of 2.5 billion pixels", "small JPEG drawn 5000 times", "JPEG with six million comments", "TIFF"]
ERRORS = {"keep": "BadPicture", "bear": "NotAPicture", "practise": "NoPicture"}


def check(names: list[str], subtests: pytest.Subtests, readers: dict[str, str] = ERRORS) -> None:
    files = {name: FILES[name][0]() for name in names}
    for reader, error in readers.items():
        with bounded.process(f"tests.posts.test_hostile_pictures:{reader}") as run:
            assert run(saved("PNG", (64, 64))).error == ""
            for name, body in files.items():
                with subtests.test(name, reader=reader):
                    outcome = run(body)
                    sentence = FILES[name][1]
                    assert outcome.error in ("", error), outcome
                    if reader == "keep" and sentence is not None:
                        assert (outcome.error, sentence in outcome.text) == (error if sentence else "", True), outcome
                    many_pixels = "million pixels" in name or "says it is small" in name
                    assert outcome.megabytes < (MOST_FOR_PIXELS if many_pixels else MOST_MEGABYTES), outcome
                    assert outcome.seconds < MOST_SECONDS, outcome


def test_a_picture_that_is_made_to_cost_much_costs_little(subtests: pytest.Subtests) -> None:
    check(SMALL, subtests, {"keep": "BadPicture"})


@pytest.mark.security_figures
@pytest.mark.slow
def test_every_picture_that_is_made_to_cost_much_costs_little(subtests: pytest.Subtests) -> None:
    check(list(FILES), subtests)
    security_figures.record("Files and words: pictures", {"hostile pictures": len(FILES), "readers": len(ERRORS)})


def decode(body: bytes) -> tuple[int, int]:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture.size


@pytest.mark.slow
def test_without_our_limit_each_scan_would_cost_its_time() -> None:
    with bounded.process("tests.posts.test_hostile_pictures:decode") as run:
        few, many = (run(with_scans((2000, 2000), count)).seconds for count in (10, 1010))
    assert many > 4 * few


def test_what_programs_and_phones_write_is_not_costly() -> None:
    for body in (
        saved("JPEG", (900, 600)),
        saved("JPEG", (900, 600), progressive=True, quality=95),
        saved("JPEG", (900, 600), restart_marker_rows=1),
        with_segments(*[XMP] * 300),
        # A phone writes a short film behind the picture, in which any bytes may stand.
        saved("JPEG", (90, 60)) + b"\xff\xda\0\2" * 500,
        # Names of markers within a segment are its content.
        with_segments(segment(0xEB, b"\xff\xda\0\2" * 500)),
        saved("PNG", (90, 60)) + b"\xff\xda\0\2" * 500,
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xda\xff",
    ):
        assert not jpeg.is_costly(body)


@pytest.mark.parametrize("filling", [b"", b"\xff", b"\xff" * 40, b"\0\0", b"\xff\0", b"\xff\xd3", b"\xff\xd8"])
def test_nothing_between_the_scans_hides_them(filling: bytes) -> None:
    body = saved("JPEG", (90, 60), progressive=True)
    last = filling + body[body.rindex(b"\xff\xda") : -2]
    assert jpeg.is_costly(body[:-2] + last * 200 + b"\xff\xd9")
