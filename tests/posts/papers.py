"""Small documents for tests, made here."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw

# A document that asks for a password, with the smallest dictionary that PDFium takes for encryption.
LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 90]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<00><00>]>>\n%%EOF\n"
)
# Without any page.
EMPTY = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
)


@lru_cache(maxsize=10)
def paper(pages: int = 3, author: str = "", size: tuple[int, int] = (420, 594), shade: int = 250) -> bytes:
    """A PDF of so many pages; `author` stands in its properties."""
    drawn = [_page(number, size, shade) for number in range(1, pages + 1)]
    out, more = io.BytesIO(), {"author": author} if author else {}
    options: dict[str, Any] = {"save_all": True, "append_images": drawn[1:], **more}
    drawn[0].save(out, "PDF", **options)
    return out.getvalue()


def _page(number: int, size: tuple[int, int], shade: int) -> Image.Image:
    page = Image.new("RGB", size, (shade, shade, shade))
    ImageDraw.Draw(page).text((40, 40), f"Page {number}", fill=(20, 20, 20))
    return page
