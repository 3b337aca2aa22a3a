"""A picture, video or document in the composer, as its template needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from posts.draft import Shown
from posts.editing.previews import picture_url
from posts.enums import Probe
from posts.labels import language_name, languages
from posts.media import video_status
from posts.models import Media


@dataclass(frozen=True)
class VideoRow:
    """The state of a video in its row. `problem`: why it cannot be used."""

    state: str
    length: str
    size: int
    problem: str
    captions: str
    """The language of the captions, in words; empty where there are none."""

    tags: Sequence[tuple[str, str]]

    @property
    def is_waiting(self) -> bool:
        return self.state == Probe.WAITING


@dataclass(frozen=True)
class DocumentRow:
    """The state of a document in its row. `problem`: why it cannot be used; `pages` in words."""

    state: str
    pages: str
    size: int
    problem: str
    names_author: bool

    @property
    def is_waiting(self) -> bool:
        return self.state == Probe.WAITING


@dataclass(frozen=True)
class PictureRow:
    id: int
    name: str
    alt: str
    url: str
    thumbnail: str
    crop: str
    width: int
    height: int
    video: VideoRow | None = None
    document: DocumentRow | None = None


def picture_row(slug: str, media: Media, shown: Shown) -> PictureRow:
    crop = f"{shown.crop.ratio}@{','.join(f'{side:g}' for side in shown.crop.box)}" if shown.crop else ""
    small = picture_url(slug, media.pk, shown.crop) if shown.crop else reverse("media_thumbnail", args=[slug, media.pk])
    if media.is_probed:
        # Another URL once there is a poster: browsers cache the old one.
        small = f"{small}?{media.probe}"
    whole = picture_url(slug, media.pk)
    return PictureRow(
        media.pk, media.name, shown.alt, whole, small, crop, media.width, media.height,
        video_row(media), document_row(media),
    )  # fmt: skip


def document_row(media: Media) -> DocumentRow | None:
    if not media.is_document:
        return None
    return DocumentRow(
        state=media.probe,
        pages=video_status.format_pages(media.pages) if media.pages else "",
        size=media.bytes,
        problem=video_status.unusable_message(media.probe_problem) if media.probe == Probe.BAD else "",
        names_author=media.names_author,
    )


def video_row(media: Media) -> VideoRow | None:
    if not media.is_video:
        return None
    return VideoRow(
        state=media.probe,
        length=video_status.format_duration(media.seconds) if media.seconds else "",
        size=media.bytes,
        problem=video_status.unusable_message(media.probe_problem) if media.probe == Probe.BAD else "",
        captions=language_name(media.captions_tag) if media.captions else "",
        tags=list(languages()),
    )
