"""Pictures of the library: validated, re-encoded upright and without metadata, stored once, cropped for a network.

A phone's picture contains its location and owner; a hostile one decodes to a thousand times its size. So none of the
uploaded bytes is kept: the pixels are decoded within limits and written anew, as sRGB JPEG, or as PNG for transparency
and flat art. The result is small enough for every supported network.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import jpeg
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from posts.draft import Crop, Draft, Shown, storable
from posts.models import Folder, Media
from posts.picture_metadata import key_of, with_alt
from posts.queries import uses

pillow_heif.register_heif_opener()

MOST_BYTES = 25 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONG_SIDE = 2048
THUMBNAIL = 480
# Bluesky's app refuses blobs over 1 MB although the protocol allows 2 MB: docs.bsky.app/docs/advanced-guides/posts
OUT_BYTES = 950_000
QUALITIES = (88, 82, 75, 66, 55)
FLAT_COLOURS = 256
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "MPO")
TALLEST = 10  # maximum aspect ratio: beyond it networks show nothing useful


class BadPicture(ValueError):
    """The file cannot be used. The message says why and what to do."""


@dataclass(frozen=True)
class EncodedPicture:
    body: bytes
    mime: str
    width: int
    height: int

    @property
    def ending(self) -> str:
        return "png" if self.mime == "image/png" else "jpg"


def add(
    municipality: Municipality, file: BinaryIO, *, name: str, size: int, by: User, folder: Folder | None = None
) -> Media:
    """Add a picture to the municipality's library; the same file returns the existing one.

    An archived one is unarchived. Raises `BadPicture`.
    """
    if size > MOST_BYTES:
        raise BadPicture(
            _("The picture is larger than %(most)s MB. Make it smaller and add it again.") % {"most": MOST_BYTES >> 20}
        )
    body = file.read(MOST_BYTES + 1)
    digest = hashlib.sha256(body).hexdigest()
    known = Media.objects.filter(sha256=digest).first()
    if known is None:
        return _store(municipality, body, digest, name=plain_name(name), by=by, folder=folder)
    return unarchive(known, by=by) if known.archived_at else known


def _store(
    municipality: Municipality, body: bytes, digest: str, *, name: str, by: User, folder: Folder | None
) -> Media:
    picture = open_picture(body)
    whole = encode_picture(picture)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    small = encode_picture(picture)
    stem = f"pictures/{municipality.pk}/{digest[:32]}"
    row = Media(
        municipality=municipality, sha256=digest, name=name, uploaded_by=by, folder=folder,
        mime=whole.mime, width=whole.width, height=whole.height, bytes=len(whole.body),
        file=_written(f"{stem}.{whole.ending}", whole), thumbnail=_written(f"{stem}-small.{small.ending}", small),
    )  # fmt: skip
    row.search_key = key_of(row)
    try:
        with transaction.atomic():
            row.save()
            record("media.add", by=by, target=row)
    except IntegrityError:
        # The same file was uploaded concurrently: a double click, two tabs.
        return Media.objects.get(sha256=digest)
    return row


def _written(name: str, encoded: EncodedPicture) -> str:
    """Saves under `name`, which is derived from the content, so that saving twice changes nothing."""
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(encoded.body))


def open_picture(body: bytes) -> Image.Image:
    """The picture in `body`: upright, sRGB, without metadata, at most `LONG_SIDE`. Raises `BadPicture`."""
    if body[:4] == b"GIF8":
        raise BadPicture(
            _(
                "Networks show a GIF badly or not at all. If it moves, save it as an MP4 video; if it does not, save "
                "it as PNG. Then add that."
            )
        )
    if jpeg.is_costly(body):
        raise BadPicture(_unreadable())
    try:
        # Pillow only warns from 89 million pixels on; our own limit is checked before decoding.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(body), formats=FORMATS)
            _refuse(picture)
            return _clean(picture)
    except BadPicture:
        raise
    except Image.DecompressionBombError as bomb:
        raise BadPicture(_too_many_pixels()) from bomb
    except Exception as broken:  # decoders raise arbitrary exceptions on hostile bytes
        raise BadPicture(_unreadable()) from broken


def _unreadable() -> str:
    return _(
        "This file is no picture or video that we can read. Add a picture as JPEG, PNG, WebP, AVIF or HEIC, a video as "
        "MP4, MOV or WebM."
    )


def _refuse(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(_too_many_pixels())
    if getattr(picture, "is_animated", False) and picture.format not in ("MPO", "HEIF"):
        raise BadPicture(
            _(
                "This picture moves, and networks do not show that. Save it as an MP4 video and add the video, or add "
                "a still picture."
            )
        )
    if max(width, height) > TALLEST * min(width, height):
        raise BadPicture(_("This picture is too narrow to be shown by a network. Crop it first."))


def _too_many_pixels() -> str:
    return _("The picture has more than %(most)s million pixels. Make it smaller and add it again.") % {
        "most": MOST_PIXELS // 1_000_000
    }


def _clean(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    # JPEG can be decoded small right away: a 12-megapixel photo in a quarter of the time.
    picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)  # a copy of 50 million pixels takes 200 MB
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    plain = _srgb(picture, profile)
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)  # pixels only: all metadata is dropped
    return fresh


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode=mode)
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: use the raw values
    return picture.convert(mode)


def encode_picture(picture: Image.Image) -> EncodedPicture:
    """A JPEG of at most `OUT_BYTES`; PNG for transparency, or for flat art if that is smaller."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    is_flat = picture.mode == "RGB" and picture.getcolors(FLAT_COLOURS) is not None
    if picture.mode == "RGBA" or is_flat:
        body = _bytes(picture, "PNG", optimize=True)
        if len(body) <= OUT_BYTES and not (is_flat and len(body) > len(_jpeg(picture).body)):
            return EncodedPicture(body, "image/png", *picture.size)
    return _jpeg(_on_white(picture))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _jpeg(picture: Image.Image) -> EncodedPicture:
    while True:
        for quality in QUALITIES:
            body = _bytes(picture, "JPEG", quality=quality, progressive=True)
            if len(body) <= OUT_BYTES:
                return EncodedPicture(body, "image/jpeg", *picture.size)
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))


def _bytes(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain_name(name: str) -> str:
    plain = storable(name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return plain[:200] or _("Picture")


# ---------------------------------------------------------------- the library


@dataclass(frozen=True)
class PictureDetails:
    """The editable metadata of a picture."""

    name: str
    alt: str
    credit: str
    licence: str
    shows_children: bool
    folder: Folder | None


@transaction.atomic
def describe(media: Media, about: PictureDetails, *, by: User) -> Media:
    media = Media.objects.select_for_update().get(pk=media.pk)
    media.name, media.folder = plain_name(about.name), about.folder
    media.credit, media.licence = storable(about.credit).strip(), storable(about.licence).strip()
    media.shows_children = about.shows_children
    with_alt(media, storable(about.alt))
    media.search_key = key_of(media)
    media.save()
    record("media.describe", by=by, target=media)
    return media


def remember_alts(draft: Draft) -> None:
    """Store the alt texts of a submitted post as suggestions for the next post with the same pictures."""
    written = {shown.id: shown.alt for shown in draft.media if shown.alt}
    rows = Media.objects.select_related("folder__parent").filter(pk__in=written).order_by("pk")
    changed = [media for media in rows if with_alt(media, written[media.pk])]
    for media in changed:
        media.search_key = key_of(media)
    Media.objects.bulk_update(changed, ["alt", "alts", "search_key"])


@transaction.atomic
def archive(media: Media, *, by: User) -> Media:
    """Hide it from the library; posts that use it keep it."""
    return _put(media, timezone.now(), "media.archive", by)


@transaction.atomic
def unarchive(media: Media, *, by: User) -> Media:
    return _put(media, None, "media.unarchive", by)


def _put(media: Media, at: datetime | None, verb: str, by: User) -> Media:
    media = Media.objects.select_for_update().get(pk=media.pk)
    if (media.archived_at is None) != (at is None):
        media.archived_at = at
        media.save(update_fields=["archived_at"])
        record(verb, by=by, target=media)
    return media


@transaction.atomic
def delete(media: Media, *, by: User) -> None:
    """Delete it with its files and consent records. Raises `ActionNotAllowed` if any post uses or used it."""
    media = Media.objects.select_for_update().get(pk=media.pk)
    if uses(media):
        raise ActionNotAllowed(_("A post has this picture, so it cannot be deleted. Put it away instead."))
    files = [str(file.name) for file in (media.file, media.thumbnail, media.poster, media.captions) if file]
    files += [crop["file"] for crop in media.crops.values()]
    files += [str(scan) for scan in media.consents.exclude(scan="").values_list("scan", flat=True)]
    record("media.delete", by=by, target=media)
    media.delete()
    transaction.on_commit(lambda: _forget(files))


def _forget(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)


# ---------------------------------------------------------------- crops


def freeze_picture(media: Media, shown: Shown) -> dict[str, Any]:
    """The file that a post will send for this picture or video, as `posts.version_files` reads it; without "id" and
    "alt"."""
    if media.is_video:
        return {**_whole(media), **_film(media)}
    if media.is_document:
        return {**_whole(media), "pages": media.pages}
    if shown.crop is None:
        return _whole(media)
    crop = crop_picture(media, shown.crop)
    return {"ref": crop["file"], **{name: crop[name] for name in ("mime", "width", "height", "bytes")}}


def _whole(media: Media) -> dict[str, Any]:
    size = {"width": media.width, "height": media.height, "bytes": media.bytes}
    return {"ref": media.file.name, "mime": media.mime, **size}


def _film(media: Media) -> dict[str, Any]:
    spoken = {"ref": media.captions.name, "tag": media.captions_tag} if media.captions else None
    return {"seconds": media.seconds, "frames": media.frames, "codec": media.codec, "captions": spoken}


def crop_picture(media: Media, crop: Crop) -> dict[str, Any]:
    """The crop as a file, created once: {"file", "mime", "width", "height", "bytes"}."""
    key = ",".join(f"{side:g}" for side in crop.box)
    if key in media.crops:
        return dict(media.crops[key])
    with media.file.open("rb") as file:
        picture = Image.open(file)
        whole = encode_picture(picture.crop(pixels(crop.box, picture.width, picture.height)))
    stem = str(media.file.name).rsplit(".", 1)[0]
    name = _written(f"{stem}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.{whole.ending}", whole)
    crop_fields = {
        "file": name,
        "mime": whole.mime,
        "width": whole.width,
        "height": whole.height,
        "bytes": len(whole.body),
    }
    with transaction.atomic():
        row = Media.objects.select_for_update().get(pk=media.pk)
        row.crops = {**row.crops, key: crop_fields}
        row.save(update_fields=["crops"])
    media.crops = row.crops
    return crop_fields


def pixels(box: tuple[float, float, float, float], width: int, height: int) -> tuple[int, int, int, int]:
    """A box given in fractions as (left, upper, right, lower), inside the picture and never empty."""
    left, upper = int(box[0] * width), int(box[1] * height)
    right = min(width, max(left + 1, round((box[0] + box[2]) * width)))
    lower = min(height, max(upper + 1, round((box[1] + box[3]) * height)))
    return left, upper, right, lower
