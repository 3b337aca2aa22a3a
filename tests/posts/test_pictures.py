"""Pictures: hostile files, what is stripped, what comes out, who may see them."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from municipalities.tenancy import scope
from posts.draft import Crop
from posts.media.domain import pictures
from posts.media.domain.pictures import BadPicture, open_picture, pixels
from posts.models import Media
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, picture_bytes
from tests.posts.desk import opened as open_desk

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def read(media: Media) -> Image.Image:
    with media.file.open("rb") as file:
        picture = Image.open(io.BytesIO(file.read()))
        picture.load()
        return picture


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (300, 200), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 128) if mode == "RGBA" else (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Telefon", 6
    exif.get_ifd(GPS)[2] = (43.0, 55.0, 12.0)
    return picture_bytes(size=(400, 200), exif=exif)


def test_where_and_with_what_it_was_taken_is_removed(desk: Desk) -> None:
    assert b"Telefon" in with_exif()
    media = desk.picture(with_exif())
    with media.file.open("rb") as file:
        stored = file.read()
    assert b"Telefon" not in stored
    assert not dict(read(media).getexif())


def test_a_picture_taken_sideways_stands_upright(desk: Desk) -> None:
    media = desk.picture(with_exif())
    assert (media.width, media.height) == (200, 400)
    assert read(media).size == (200, 400)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_usual_format_is_taken(desk: Desk, kind: str) -> None:
    media = desk.picture(picture_bytes(kind))
    assert media.mime == "image/jpeg"
    assert read(media).format == "JPEG"


def test_transparency_and_flat_art_stay_png(desk: Desk) -> None:
    assert desk.picture(drawn("PNG", "RGBA")).mime == "image/png"
    assert desk.picture(drawn("PNG")).mime == "image/png"


@pytest.mark.parametrize("mode", ["L", "P", "LA", "CMYK", "1", "I;16"])
def test_every_mode_of_pixels_is_understood(mode: str) -> None:
    out = io.BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (60, 40)).save(out, kind)
    assert open_picture(out.getvalue()).mode in ("RGB", "RGBA")


def test_colours_of_another_profile_become_srgb(desk: Desk) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    media = desk.picture(picture_bytes(icc_profile=lab))
    assert "icc_profile" not in read(media).info


def test_a_broken_profile_does_not_refuse_the_picture(desk: Desk) -> None:
    assert desk.picture(picture_bytes(icc_profile=b"no profile at all" * 20)).width == 640


def test_a_large_picture_becomes_small_enough_for_every_network(desk: Desk) -> None:
    media = desk.picture(picture_bytes(size=(2400, 1800), grain=1, quality=95))
    assert max(media.width, media.height) <= pictures.LONG_SIDE
    assert media.bytes <= pictures.OUT_BYTES
    assert media.file.size == media.bytes


def test_the_same_file_is_kept_once(desk: Desk) -> None:
    body = picture_bytes()
    assert desk.picture(body) == desk.picture(body, name="other.jpg")
    assert Media.objects.count() == 1


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 900 million pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 90_000))
        + chunk(b"IEND", b"")
    )


def animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "no picture or video"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture or video"),
        (b"%PDF-1.7", "no picture or video"),
        (b"GIF89a" + b"\0" * 100, "a GIF badly"),
        (picture_bytes()[:900], "no picture or video"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 400, "no picture or video"),
        (bomb(), "million pixels"),
        (animation(), "moves"),
        (picture_bytes(size=(2000, 20)), "too narrow"),
    ],
)  # fmt: skip
def test_what_is_no_usable_picture_is_refused_with_a_reason(desk: Desk, body: bytes, sentence: str) -> None:
    with pytest.raises(BadPicture, match=sentence):
        desk.picture(body or b"\0")
    assert not Media.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    with pytest.raises(BadPicture, match="25 MB"):
        pictures.add(desk.municipality, io.BytesIO(b""), name="a.jpg", size=26 * 1024 * 1024, by=desk.cast.officer)


def test_a_cut_has_the_shape_that_was_asked_for(desk: Desk) -> None:
    media = desk.picture(picture_bytes(size=(800, 600)))
    made = pictures.crop_picture(media, Crop("1:1", (0.125, 0, 0.75, 1)))
    assert (made["width"], made["height"]) == (600, 600)
    assert pictures.crop_picture(Media.objects.get(pk=media.pk), Crop("1:1", (0.125, 0, 0.75, 1))) == made


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (0.98, 0.98, 0.02, 0.02), (0, 0, 0.02, 1)])
def test_a_cut_is_never_empty_nor_outside(box: tuple[float, float, float, float]) -> None:
    left, upper, right, lower = pixels(box, 7, 5)
    assert 0 <= left < right <= 7
    assert 0 <= upper < lower <= 5


# ---------------------------------------------------------------- views


@pytest.fixture
def closed_desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return open_desk(cast)


def stored(closed_desk: Desk) -> Media:
    with scope(closed_desk.municipality):
        return closed_desk.picture()


def address(name: str, *args: Any, slug: str = "cuprija") -> str:
    return reverse(name, args=[slug, *args])


def sent(body: bytes | None = None, name: str = "фонтана.jpg") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, body or picture_bytes(), "image/jpeg")}


def test_an_upload_answers_with_the_pictures_row(closed_desk: Desk) -> None:
    answer = sign_in(closed_desk.cast.officer).post(address("media_upload"), sent())
    assert answer.status_code == 200
    with scope(closed_desk.municipality):
        assert f'data-picture="{Media.objects.get().pk}"' in answer.content.decode()


def test_a_bad_upload_answers_with_a_sentence(closed_desk: Desk) -> None:
    client = sign_in(closed_desk.cast.officer)
    assert "no picture or video" in client.post(address("media_upload"), sent(b"MZ")).json()["problem"]
    assert client.post(address("media_upload"), {}).status_code == 422
    assert client.post(address("media_upload"), sent(name="../../etc/passwd\x00.jpg")).status_code == 200
    with scope(closed_desk.municipality):
        assert "/" not in Media.objects.get().name


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("viewer", 403), ("mentor", 403), ("staff", 403)])
def test_only_those_who_write_may_add_pictures(closed_desk: Desk, who: str, status: int) -> None:
    assert sign_in(getattr(closed_desk.cast, who)).post(address("media_upload"), sent()).status_code == status


@pytest.mark.parametrize("name", ["media", "media_thumbnail"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("viewer", 200), ("mentor", 200), ("staff", 404), ("stranger", 404), ("administrator", 404)],
)
def test_a_drafts_picture_is_shown_to_those_who_read_drafts(
    closed_desk: Desk, name: str, who: str, status: int
) -> None:
    media = stored(closed_desk)
    assert sign_in(getattr(closed_desk.cast, who)).get(address(name, media.pk)).status_code == status


def test_a_signed_out_person_sees_no_picture(closed_desk: Desk, client: Any) -> None:
    assert client.get(address("media", stored(closed_desk).pk)).status_code == 302


def test_a_picture_of_another_municipality_is_not_there(closed_desk: Desk) -> None:
    media = stored(closed_desk)
    assert sign_in(closed_desk.cast.stranger).get(address("media", media.pk, slug="novi-pazar")).status_code == 404


def test_a_picture_is_kept_by_the_browser_and_by_nobody_between(closed_desk: Desk) -> None:
    client, media = sign_in(closed_desk.cast.officer), stored(closed_desk)
    answer = client.get(address("media", media.pk))
    assert answer["Content-Type"] == "image/jpeg"
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    again = client.get(address("media", media.pk), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("box", ["0,0,1,1", "x", "0,0,9,9", "0.1,0.1,0.2"])
def test_looking_makes_no_new_files(closed_desk: Desk, box: str) -> None:
    media = stored(closed_desk)
    assert sign_in(closed_desk.cast.officer).get(address("media", media.pk), {"box": box}).status_code == 404
