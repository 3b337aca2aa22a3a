"""Pictures and videos with their descriptions and captions, and the consents of the people in them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.files.storage import default_storage

from administration.archive.posts import place_of
from administration.archive.writer import Archive
from posts.models import Consent, Media

PICTURES = (
    "id", "file", "name", "description", "author", "terms_of_use", "folder", "shows_children", "agreement",
    "agreed_until", "width", "height", "seconds", "captions", "uploaded_by", "uploaded_at", "archived_at",
)  # fmt: skip
CONSENTS = (
    "picture", "kind", "who_is_shown", "who_agreed", "given_on", "valid_until", "keep_until", "scan", "recorded_by",
    "recorded_at", "withdrawn_at", "erased_at",
)  # fmt: skip


def write(archive: Archive) -> int:
    """Returns how many pictures and videos there are."""
    count = 0
    for media in Media.objects.order_by("pk").iterator(chunk_size=200):
        crop_files = [str(cut["file"]) for cut in media.crops.values() if cut.get("file")]
        for ref in filter(None, (media.file.name, media.captions.name, *crop_files)):
            archive.file(place_of(ref), partial(default_storage.open, ref))
        archive.advance()
        count += 1
    scans = Consent.objects.exclude(scan="").order_by("pk").values_list("scan", flat=True)
    for ref in scans.iterator(chunk_size=200):
        archive.file(place_of(ref), partial(default_storage.open, ref))
    archive.table("pictures.csv", PICTURES, _pictures())
    archive.table("consents.csv", CONSENTS, _consents())
    return count


def _pictures() -> Iterator[tuple[Any, ...]]:
    for row in Media.objects.select_related("folder", "uploaded_by").order_by("pk").iterator(chunk_size=500):
        yield (
            row.pk, place_of(row.file.name), row.name, row.alt, row.credit, row.licence,
            str(row.folder) if row.folder else "", row.shows_children, row.agreement, row.agreed_until, row.width,
            row.height, row.seconds or "", place_of(row.captions.name) if row.captions else "", str(row.uploaded_by),
            row.uploaded_at, row.archived_at,
        )  # fmt: skip


def _consents() -> Iterator[tuple[Any, ...]]:
    for row in Consent.objects.select_related("recorded_by").order_by("pk").iterator(chunk_size=500):
        yield (
            row.media_id, row.kind, row.people, row.given_by, row.given_on, row.valid_until, row.keep_until,
            place_of(row.scan.name) if row.scan else "", str(row.recorded_by), row.recorded_at, row.withdrawn_at,
            row.erased_at,
        )  # fmt: skip
