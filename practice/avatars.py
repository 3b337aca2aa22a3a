"""Avatars as PNG: initials in the account's colour. The browser gets SVG; apps on telephones do not draw that."""

import io
from functools import cache

import regex
from PIL import Image, ImageDraw, ImageFont

from django.conf import settings

SIDE = 192
LETTERS = 80
# As in templates/practice/avatar.svg; `practice.domain.door.HUES` counts them.
COLOURS = ("#0b6e75", "#2f5fb3", "#7a3fa0", "#a8326e", "#a34a12", "#6b6a08", "#2c7a3f", "#50606f")


def draw(initials: str, hue: int) -> bytes:
    """Square, as apps round it themselves."""
    picture = Image.new("RGB", (SIDE, SIDE), COLOURS[hue % len(COLOURS)])
    canvas = ImageDraw.Draw(picture)
    fonts = [_font(_subset(letter)) for letter in initials]
    widths = [font.getlength(letter) for letter, font in zip(initials, fonts, strict=True)]
    left = (SIDE - sum(widths)) / 2
    for letter, font, width in zip(initials, fonts, widths, strict=True):
        canvas.text((left, SIDE / 2 + LETTERS * 0.35), letter, fill="#fff", font=font, anchor="ls")
        left += width
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _subset(letter: str) -> str:
    if regex.match(r"\p{Cyrillic}", letter):
        return "cyrillic" if regex.match("[А-ИК-ШЂЈ-ЋЏ]", letter) else "cyrillic-rest"
    if ord(letter) < 128:
        return "latin"
    return "latin-rest" if ord(letter) < 256 else "latin-ext"


@cache
def _font(subset: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(settings.BASE_DIR / "static" / "fonts" / f"source-sans-3-{subset}.woff2", LETTERS)
