"""Coats of arms: every upload is encoded anew as a small PNG with an unguessable name.

Arms are public. They are served at `/arms/<name>`, apart from the media of posts, which are not.
"""

import io
import secrets
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from common import jpeg

LARGEST_BYTES = 5 * 1024 * 1024
LARGEST_PIXELS = 30_000_000
BOX = (224, 256)  # four times the size in which the rail shows them
FORMATS = ("PNG", "JPEG", "WEBP")


class NotAPicture(ValueError):
    """The file is no picture we read, or is too large."""


@deconstructible
class ArmsStorage(FileSystemStorage):
    @property
    def base_location(self) -> str:
        return str(Path(settings.MEDIA_ROOT) / "arms")

    @property
    def location(self) -> str:
        return self.base_location

    @property
    def base_url(self) -> str:
        return "/arms/"


def prepared(upload: BinaryIO) -> ContentFile:
    """The picture, upright, within `BOX`, without its metadata. Raises `NotAPicture`."""
    raw = upload.read(LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES or jpeg.is_costly(raw):
        raise NotAPicture
    try:
        upright = _upright(raw)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise NotAPicture from error
    upright.thumbnail(BOX)
    written = io.BytesIO()
    # A new canvas, so that no chunk of the uploaded file travels along.
    canvas = Image.new("RGBA", upright.size)
    canvas.paste(upright)
    canvas.save(written, "PNG", optimize=True)
    return ContentFile(written.getvalue(), name=f"{secrets.token_hex(8)}.png")


def _upright(raw: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise NotAPicture
            return ImageOps.exif_transpose(picture).convert("RGBA")
