"""A picture of the composer, as its template wants it."""

from dataclasses import dataclass

from django.urls import reverse

from posts.draft import Shown
from posts.models import Media
from posts.previews import picture_url


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    alt: str
    url: str
    thumbnail: str
    crop: str
    width: int
    height: int


def row(slug: str, media: Media, shown: Shown) -> Row:
    crop = f"{shown.crop.ratio}@{','.join(f'{side:g}' for side in shown.crop.box)}" if shown.crop else ""
    small = picture_url(slug, media.pk, shown.crop) if shown.crop else reverse("media_thumbnail", args=[slug, media.pk])
    return Row(media.pk, media.name, shown.alt, picture_url(slug, media.pk), small, crop, media.width, media.height)
