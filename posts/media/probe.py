"""Reads the facts of a video or a PDF in a separate process: `python -I posts/media/probe.py FILE KIND`.

`KIND` is "mp4", "webm", "pdf" for a document of ours, or "strange_pdf" for one that a stranger attached.

An untrusted file meets decoders written in C. So this runs alone, with little memory and time, no writable file, no
environment and none of our imports, and prints one line of JSON: either {"problem": code}, or the facts with a frame or
the first page as a JPEG in base64. Its readers (`posts.media.domain.videos`, `inbox.attached_pdfs`) validate all of it.
"""

import base64
import io
import json
import logging
import os
import resource
import struct
import sys
from typing import Any

MEMORY = 2 * 1024**3
STRANGE_MEMORY = 1024**3
CPU_SECONDS, STRANGE_CPU_SECONDS = 45, 20
OPEN_FILES = 32
POSTER_SIDE = 1280
MOST_SIDE = 8192
MOST_PIXELS = 40_000_000
# The first second is often black or shaky.
POSTER_AT = 2.0
# Of a stranger's PDF that is turned into pictures: pages, pixels of the longer side, and bytes of all.
MOST_PAGES = 60
PAGE_SIDE = 1600
MOST_PAGES_BYTES = 20 * 1024 * 1024
# Where a PDF keeps what runs, leads out of it, or is a file of its own (ISO 32000-2, 7.11, 12.6, 13.2 to 13.7).
ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent", "/RichMediaSettings"}
KIND_KEYS = {"/S", "/Subtype", "/Type"}
ACTIVE_KINDS = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute",
    "/Movie", "/Sound", "/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Screen", "/3D",
}  # fmt: skip
FORMATS = {"mp4": "mov,mp4,m4a,3gp,3g2,mj2", "webm": "matroska,webm"}


class UnsupportedVideo(Exception):
    """Why it cannot be used: corrupt, cut_off, no_picture, too_large; a PDF also locked."""


def inspect_video(path: str, kind: str) -> dict[str, Any]:
    """The facts about the file, sides as a viewer sees them. Raises `UnsupportedVideo`, and whatever decoders raise."""
    import av

    if kind == "mp4":
        refuse_truncated(path)
    # The format is fixed, so that the file cannot be a playlist that opens other files or URLs.
    with av.open(path, format=FORMATS[kind].split(",")[0], options={"protocol_whitelist": "file"}) as container:
        stream = _picture(container)
        if stream.width * stream.height > MOST_PIXELS or max(stream.width, stream.height) > MOST_SIDE:
            raise UnsupportedVideo("too_large")
        stream.codec_context.thread_count = 1
        seconds = _seconds(container, stream)
        frame = _frame(container, stream, min(POSTER_AT, seconds / 3))
        sound = container.streams.audio[0].codec_context if container.streams.audio else None
        turned = frame.rotation % 180 != 0
        width, height = (stream.height, stream.width) if turned else (stream.width, stream.height)
        return {
            "seconds": round(seconds, 3),
            "width": width,
            "height": height,
            "frames": round(float(stream.average_rate or 0), 3),
            "codec": _name(stream.codec_context),
            "sound": _name(sound) if sound else "",
            "poster": base64.b64encode(_poster(frame)).decode(),
        }


def _picture(container: Any) -> Any:
    for stream in container.streams.video:
        if stream.codec_context is not None and stream.width and stream.height and not _is_cover(stream):
            return stream
    raise UnsupportedVideo("no_picture")


def _is_cover(stream: Any) -> bool:
    """Cover art of an audio file is a video stream of one picture."""
    return bool(stream.disposition & type(stream.disposition).attached_pic)


def _name(context: Any) -> str:
    """The codec ("h264", "hevc", "av1"), not the decoder."""
    return str(getattr(context.codec, "canonical_name", "") or context.name)[:20]


def _seconds(container: Any, stream: Any) -> float:
    if container.duration:
        return float(container.duration) / 1_000_000
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # Browser recordings have no duration: read to the end without decoding.
    ends = [
        (packet.pts + (packet.duration or 0)) * packet.time_base for packet in container.demux(stream) if packet.pts
    ]
    container.seek(0)
    return float(max(ends, default=0))


def _frame(container: Any, stream: Any, at: float) -> Any:
    """A frame near `at`, else the first one."""
    for seconds in (at, 0.0):
        if seconds:
            container.seek(int(seconds * 1_000_000))
        elif at:
            container.seek(0)
        for frame in container.decode(stream):
            return frame
    raise UnsupportedVideo("corrupt")


def _poster(frame: Any) -> bytes:
    scale = min(1.0, POSTER_SIDE / max(frame.width, frame.height))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)), height=max(1, round(frame.height * scale)), format="rgb24"
    )
    picture = small.to_image()
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def inspect_document(path: str) -> dict[str, Any]:
    """The facts about a PDF, with its first page as the poster. Raises as `inspect_video`."""
    document = _opened(path)
    page = document[0]
    longest = max(page.get_size())
    if not longest > 0:
        raise UnsupportedVideo("corrupt")
    picture = page.render(scale=POSTER_SIDE / longest).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return {
        "pages": len(document),
        "width": picture.width,
        "height": picture.height,
        "names_author": bool(document.get_metadata_value("Author").strip()),
        "poster": base64.b64encode(out.getvalue()).decode(),
    }


def inspect_strange_pdf(path: str) -> dict[str, Any]:
    """Whether a PDF has nothing but pages in it; else pictures of its pages as a PDF. Raises as `inspect_video`."""
    if _is_inert(path):
        return {"is_inert": True}
    return {"is_inert": False, "pictures": base64.b64encode(_pictures(path)).decode()}


def _is_inert(path: str) -> bool:
    """False also for a PDF that is not built as it should be: another reader may see other objects in it."""
    import pypdf
    from pypdf.generic import IndirectObject

    doubts = _Doubts()
    logger = logging.getLogger("pypdf")
    logger.addHandler(doubts)
    logger.propagate = False
    try:
        with pypdf.PdfReader(path, strict=True) as reader:
            # without its password PDFium cannot open it either
            if reader.is_encrypted and not reader.decrypt(""):
                return False
            places = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
            places |= {(number, 0) for number in reader.xref_objStm}
            objects = (IndirectObject(*place, reader).get_object() for place in sorted(places))
            return not any(map(_is_active, (reader.trailer, *objects))) and not doubts.are_there
    except Exception:
        return False


class _Doubts(logging.Handler):
    """pypdf warns where it repairs something."""

    are_there = False

    def emit(self, record: logging.LogRecord) -> None:
        # an update has objects of its own alone; where their numbers are wrong, strict reading raises
        if not record.getMessage().startswith("Xref table not zero-indexed"):
            self.are_there = True


def _is_active(value: Any) -> bool:
    """Whether an object has something active in it. What it refers to is an object of its own."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ArrayObject):
            waiting += inner
        elif isinstance(inner, DictionaryObject):
            if ACTIVE_KEYS & inner.keys() or (isinstance(inner, StreamObject) and "/F" in inner):
                return True
            # by brackets, which follow a reference
            if any(inner[name] in ACTIVE_KINDS for name in KIND_KEYS & inner.keys() if isinstance(inner[name], str)):
                return True
            waiting += [one for one in inner.values() if not isinstance(one, IndirectObject)]
    return False


def _pictures(path: str) -> bytes:
    """A PDF with a picture of each page, forms filled in as they are. PDFium runs no scripts here."""
    import pypdfium2

    source, made = _opened(path), pypdfium2.PdfDocument.new()
    if len(source) > MOST_PAGES:
        raise UnsupportedVideo("too_large")
    source.init_forms()
    total = 0
    for page in source:
        width, height = page.get_size()
        if not min(width, height) > 0:
            raise UnsupportedVideo("corrupt")
        rendered = page.render(scale=PAGE_SIDE / max(width, height)).to_pil().convert("RGB")
        page.close()
        jpeg = io.BytesIO()
        rendered.save(jpeg, "JPEG", quality=80)
        total += jpeg.tell()
        if total > MOST_PAGES_BYTES:
            raise UnsupportedVideo("too_large")
        _add_page(made, jpeg, width, height)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _add_page(document: Any, jpeg: io.BytesIO, width: float, height: float) -> None:
    import pypdfium2

    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(jpeg, inline=True)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = document.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()


def _opened(path: str) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        # PDFium's only message that is not about damage
        raise UnsupportedVideo("locked" if "password" in str(error).lower() else "corrupt") from error


def refuse_truncated(path: str) -> None:
    """Raises for a file that was cut off while it was uploaded, copied or recorded."""
    size, at = os.path.getsize(path), 0
    kinds: set[bytes] = set()
    with open(path, "rb") as file:
        while at + 8 <= size and len(kinds) < 200:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1 and at + 16 <= size:
                (length,) = struct.unpack(">Q", file.read(8))
            length = length or size - at
            if length < 8:
                raise UnsupportedVideo("corrupt")
            kinds.add(kind)
            at += length
            if at > size:
                raise UnsupportedVideo("cut_off")
    if b"moov" not in kinds:
        raise UnsupportedVideo("cut_off")


def _limit(memory: int, seconds: int) -> None:
    """Set the resource limits of this process; the system kills it when it exceeds them."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def main(path: str, kind: str) -> None:
    is_strange = kind == "strange_pdf"
    _limit(STRANGE_MEMORY if is_strange else MEMORY, STRANGE_CPU_SECONDS if is_strange else CPU_SECONDS)
    try:
        inspect = {"pdf": inspect_document, "strange_pdf": inspect_strange_pdf}.get(kind)
        report = inspect(path) if inspect else inspect_video(path, kind)
    except UnsupportedVideo as unfit:
        report = {"problem": str(unfit)}
    except Exception:  # decoders raise arbitrary exceptions on hostile bytes
        report = {"problem": "corrupt"}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:3])
