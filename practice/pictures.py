"""Re-encodes uploaded pictures: only what Pillow decodes as one of four formats, without any metadata."""

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps

from common import jpeg
from practice.rules import IMAGE_BYTES, IMAGE_PIXELS

# What comes in and what it becomes; a GIF keeps its first picture.
FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
LONGEST_SIDE = 2048


class NoPicture(ValueError):
    """The file is no picture we take; the message is a sentence."""


@dataclass(frozen=True)
class Encoded:
    content: bytes
    mime: str
    suffix: str
    width: int
    height: int
    blurhash: str


def encode(file: IO[bytes], size: int) -> Encoded:
    """A fresh, upright picture without metadata, at most 2,048 pixels on a side. Raises `NoPicture`."""
    if size > IMAGE_BYTES:
        raise NoPicture(f"File is larger than {IMAGE_BYTES // 2**20} MB")
    if jpeg.is_costly(file.read()):
        raise NoPicture("File is not a picture that can be read")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(FORMATS)) as opened:
                return _made_anew(opened)
    except NoPicture:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture("File is not a picture that can be read") from None


def _made_anew(opened: Image.Image) -> Encoded:
    # The size is known before anything is decoded.
    if opened.width * opened.height > IMAGE_PIXELS:
        raise NoPicture("Picture has too many pixels")
    fmt = FORMATS[opened.format or ""]
    picture = ImageOps.exif_transpose(opened)
    picture = picture.convert("RGB" if fmt == "JPEG" or not _has_alpha(picture) else "RGBA")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, fmt, **({"quality": 85} if fmt != "PNG" else {}))
    suffix = fmt.lower()
    return Encoded(
        out.getvalue(), f"image/{suffix}", "jpg" if suffix == "jpeg" else suffix, *clean.size, blurhash(clean)
    )


_BASE_83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


def blurhash(picture: Image.Image) -> str:
    """The shortest one there is: the average colour. https://github.com/woltapp/blurhash/blob/master/Algorithm.md"""
    pixel = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    value, digits = int.from_bytes(pixel, "big"), ""
    for _ in range(4):
        value, digit = divmod(value, 83)
        digits = _BASE_83[digit] + digits
    # One component in each direction, and no others that would need a maximum.
    return f"00{digits}"


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
