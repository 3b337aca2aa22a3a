"""The files of a post as a network gets them, from a frozen version. Pure.

An entry of `Version.media` is {"id", "alt", "crop", "ref", "mime", "width", "height", "bytes"}; a video also has
"seconds", "frames", "codec" and "captions" ({"ref", "tag"} or None), a document "pages".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from platforms.types import Captions, Document, Picture, Video

File = Picture | Video | Document


def file_from_entry(entry: Mapping[str, Any], alt: str | None = None) -> File:
    """`alt` is used where the entry itself has none yet."""
    description = entry["alt"] if alt is None else alt
    sides = (entry["mime"], entry["width"], entry["height"])
    if "pages" in entry:
        return Document(entry["ref"], *sides, entry["pages"], entry["bytes"], description)
    if not entry["mime"].startswith("video/"):
        return Picture(entry["ref"], *sides, entry["bytes"], description)
    captions = entry.get("captions")
    return Video(
        entry["ref"], *sides, entry["seconds"], entry["bytes"], description,
        codec=entry["codec"], frames=entry["frames"],
        # networks expect the language alone: "sr", not "sr-Cyrl"
        captions=Captions(captions["ref"], captions["tag"].split("-")[0]) if captions else None,
    )  # fmt: skip


def pictures(files: Iterable[File]) -> tuple[Picture, ...]:
    return tuple(file for file in files if isinstance(file, Picture))


def video(files: Iterable[File]) -> Video | None:
    """The video of the post, which has at most one."""
    return next((file for file in files if isinstance(file, Video)), None)


def document(files: Iterable[File]) -> Document | None:
    """The document of the post, likewise."""
    return next((file for file in files if isinstance(file, Document)), None)
