"""The files of a probe: a drawn picture, and a video that the person named."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from platforms.types import Picture, Video

PICTURE, VIDEO = "picture", "video"
SIDES = (1080, 1080)
COLOUR = (36, 129, 204)


class NoAddress(ValueError):
    """The network fetches files by their public address, and none was given."""


class Files:
    """`platforms.types.Read`. `addresses`: public ones, by `PICTURE` and `VIDEO`, for networks that fetch."""

    def __init__(self, video: Path | None = None, addresses: Mapping[str, str] | None = None) -> None:
        out = io.BytesIO()
        Image.new("RGB", SIDES, COLOUR).save(out, "JPEG")
        self.contents = {PICTURE: out.getvalue()} | ({VIDEO: video.read_bytes()} if video else {})
        self.addresses = dict(addresses or {})

    def __call__(self, ref: str) -> bytes:
        return self.contents[ref]

    def open(self, ref: str) -> BinaryIO:
        return io.BytesIO(self.contents[ref])

    def address(self, ref: str, sides: tuple[int, int] | None = None) -> str:
        if ref not in self.addresses:
            raise NoAddress(ref)
        return self.addresses[ref]

    def picture(self) -> Picture:
        return Picture(PICTURE, "image/jpeg", *SIDES, len(self.contents[PICTURE]), "A blue square.")

    def video(self) -> Video | None:
        """Its length and size on the screen are those of a usual short video: nothing here reads them."""
        content = self.contents.get(VIDEO)
        return Video(VIDEO, "video/mp4", 1280, 720, 12, len(content), codec="h264", frames=25) if content else None
