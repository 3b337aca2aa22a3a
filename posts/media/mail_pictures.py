"""Pictures as they go into a mail: small JPEGs, made anew from the file that a post sends."""

import io
from functools import lru_cache

from PIL import Image

from django.core.files.storage import default_storage

LONGEST_SIDE = 640
QUALITY = 72
# A picture of 640 by 640 of pure noise has some 200 kB at this quality.
MOST_BYTES = 256 * 1024


@lru_cache(maxsize=32)
def mail_picture(name: str) -> bytes | None:
    """The JPEG; None where the file is gone or cannot be read. `name`: a file of our own encoding (`pictures.add`),
    which is immutable.
    """
    try:
        with default_storage.open(name, "rb") as file, Image.open(file) as picture:
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            flat = Image.new("RGB", picture.size, "white")
            flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    except (OSError, ValueError):
        return None
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    return out.getvalue() if out.tell() <= MOST_BYTES else None
