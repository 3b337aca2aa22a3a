"""Small videos for tests, made here: what a telephone would send, and what somebody hostile would."""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from typing import Any

import av
from PIL import Image, ImageDraw

SRT = """1
00:00:00,000 --> 00:00:01,200
Добар дан, Ћуприја!

2
00:00:01,300 --> 00:00:02,000
Вашар почиње у суботу.
"""
VTT = """WEBVTT

intro
00:00.000 --> 00:01.200 align:start
<v Маја>Добар <b>дан</b>, Ћуприја!</v>

00:01.300 --> 00:02.000
Вашар почиње у суботу.
"""


@lru_cache(maxsize=20)
def film(
    kind: str = "mp4", *, seconds: float = 2, size: tuple[int, int] = (320, 180), sound: bool = True, turned: int = 0,
    seed: int = 0,
) -> bytes:  # fmt: skip
    """A video of so many seconds; `kind` mp4, mov or webm. `turned`: as a telephone held upright notes it."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream: Any = container.add_stream("libvpx" if kind == "webm" else "libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        heard: Any = container.add_stream("libopus" if kind == "webm" else "aac", rate=48000) if sound else None
        for number in range(round(seconds * 25)):
            container.mux(stream.encode(av.VideoFrame.from_image(_drawn(size, number + seed))))
        container.mux(stream.encode())
        if heard:
            container.mux(_silence(heard, seconds))
    return _turned(out.getvalue(), turned) if turned else out.getvalue()


def _drawn(size: tuple[int, int], number: int) -> Image.Image:
    picture = Image.new("RGB", size, (20, 90, 160))
    x = (number * 5) % size[0]
    ImageDraw.Draw(picture).ellipse((x - 30, size[1] // 3, x + 30, size[1] // 3 + 60), fill=(230, 190, 40))
    return picture


def _silence(stream: Any, seconds: float) -> list[Any]:
    packets: list[Any] = []
    layout = stream.codec_context.layout.name
    for number in range(round(seconds * 48000 / 960)):
        frame = av.AudioFrame(
            format="fltp" if stream.codec_context.name == "aac" else "flt", layout=layout, samples=960
        )
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = 48000, number * 960
        packets += stream.encode(frame)
    return [*packets, *stream.encode()]


def _turned(body: bytes, degrees: int) -> bytes:
    """The matrix of the picture's track changed: what a telephone writes that was held upright."""
    at = body.index(b"tkhd") + 4 + 40
    matrix = {90: (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)}[degrees]
    return body[:at] + struct.pack(">9i", *matrix) + body[at + 36 :]


def boxes_of(body: bytes) -> list[tuple[bytes, int, int]]:
    """(kind, begin, length) of the outermost parts of an MP4."""
    boxes, at = [], 0
    while at + 8 <= len(body):
        length, kind = struct.unpack(">I4s", body[at : at + 8])
        boxes.append((kind, at, length))
        at += length or len(body)
    return boxes


def song() -> bytes:
    """Sound in an MP4, without any picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        heard: Any = container.add_stream("aac", rate=48000)
        container.mux(_silence(heard, 1))
    return out.getvalue()


def scrambled(body: bytes) -> bytes:
    """An MP4 whose head is whole and whose pictures are noise."""
    ((_kind, at, length),) = [box for box in boxes_of(body) if box[0] == b"mdat"]
    return body[: at + 8] + bytes((n * 37 + 11) % 256 for n in range(length - 8)) + body[at + length :]


def animated_gif() -> bytes:
    out = io.BytesIO()
    first, second = (_drawn((60, 40), number) for number in (1, 9))
    first.save(out, "GIF", save_all=True, append_images=[second], duration=100, loop=0)
    return out.getvalue()
