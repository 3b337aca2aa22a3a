"""Videos of the library: stored as uploaded, untrusted until a worker has probed them in a separate process.

A picture is re-encoded and thereby harmless. A video is not: it is stored under a name derived from its content, with
its GPS position blanked, and only `posts.media.probe` decodes it, with little memory and time and no write access. A
post with a video cannot be published before the probe has succeeded. Documents (PDF) are treated alike, except that
nothing in them is blanked.
"""

import base64
import binascii
import hashlib
import logging
import math
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import uploads
from common.audit import record
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from posts.draft import LANGUAGES
from posts.enums import Probe
from posts.media import captions, probing
from posts.media.domain import pictures
from posts.media.domain.pictures import BadPicture
from posts.media.gps_metadata import blank_locations
from posts.media.video_status import sniff_document_type, sniff_video_type
from posts.models import Folder, Media
from posts.models.media import DOCUMENT
from posts.picture_metadata import key_of

log = logging.getLogger(__name__)

# The budget of one tick of the worker; the rest waits for the next.
BUDGET_SECONDS = 60
# A worker that died during a probe; the next one tries again, a limited number of times.
LEASE = timedelta(seconds=90)
MOST_PROBES = 3
THUMBNAIL = pictures.THUMBNAIL
ENDINGS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", DOCUMENT: "pdf"}
PROBED_AS = {"video/webm": "webm", DOCUMENT: "pdf"}
# A document is held in memory and sent in one request, as a picture is.
DOCUMENT_MOST_BYTES = pictures.MOST_BYTES


def add(
    municipality: Municipality, file: File, *, name: str, size: int, by: User, folder: Folder | None = None
) -> Media:
    """Add a picture, video or document to the municipality's library; the same file returns the existing one.

    An archived one is unarchived. Raises `BadPicture`, whose message is for users.
    """
    head = file.read(32)
    file.seek(0)
    mime = sniff_video_type(head) or sniff_document_type(head)
    if not mime:
        return pictures.add(municipality, file, name=name, size=size, by=by, folder=folder)  # type: ignore[arg-type]
    if mime == DOCUMENT and size > DOCUMENT_MOST_BYTES:
        sentence = _("The document is larger than %(most)s MB. Make it smaller and add it again.")
        raise BadPicture(sentence % {"most": DOCUMENT_MOST_BYTES >> 20})
    if size > uploads.most_bytes():
        raise BadPicture(uploads.too_large(size))
    digest = _digest(file)
    known = Media.objects.filter(sha256=digest).first()
    if known is not None and known.probe == Probe.BAD:
        return _probe_again(known, file)
    if known is None:
        return _store(municipality, file, digest, mime, name=pictures.plain_name(name), by=by, folder=folder)
    return pictures.unarchive(known, by=by) if known.archived_at else known


def _digest(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(1024 * 1024):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _store(
    municipality: Municipality, file: File, digest: str, mime: str, *, name: str, by: User, folder: Folder | None
) -> Media:
    folder_name = "documents" if mime == DOCUMENT else "videos"
    stored = _put(f"{folder_name}/{municipality.pk}/{digest[:32]}.{ENDINGS[mime]}", file)
    row = Media(
        municipality=municipality, sha256=digest, name=name, uploaded_by=by, folder=folder, file=stored, mime=mime,
        width=0, height=0, bytes=file.size or 0, probe=Probe.WAITING, probe_due_at=timezone.now(),
    )  # fmt: skip
    row.search_key = key_of(row)
    try:
        with transaction.atomic():
            row.save()
            record("media.add_document" if row.is_document else "media.add_video", by=by, target=row)
    except IntegrityError:
        # The same file was uploaded concurrently: a double click, two tabs.
        return Media.objects.get(sha256=digest)
    return row


def _put(name: str, file: File) -> str:
    return name if default_storage.exists(name) else default_storage.save(name, file)


@transaction.atomic
def _probe_again(media: Media, file: File) -> Media:
    """Probe an unusable video again when it is uploaded again: the file may have been missing, or the probe too
    slow.
    """
    media = Media.objects.select_for_update().get(pk=media.pk)
    _put(str(media.file.name), file)
    media.probe, media.probe_problem, media.probes = Probe.WAITING, "", 0
    media.probe_due_at, media.archived_at = timezone.now(), None
    media.save(update_fields=["probe", "probe_problem", "probes", "probe_due_at", "archived_at"])
    return media


# ---------------------------------------------------------------- looking at it


def probe_due() -> int:
    """Probe the waiting videos; returns how many. A worker's task."""
    ends_at, looked = time.monotonic() + BUDGET_SECONDS, 0
    with everywhere("look at videos that came in"):
        while time.monotonic() < ends_at and (row := _claimed()):
            _settle(row, _probe_report(row))
            looked += 1
    return looked


def is_due() -> bool:
    """Whether `probe_due` has anything to do."""
    with everywhere("look at videos that came in"):
        return _due().exists()


def _due() -> QuerySet[Media]:
    return Media.objects.filter(probe_due_at__lte=timezone.now())


@transaction.atomic
def _claimed() -> Media | None:
    now = timezone.now()
    row: Media | None = _due().order_by("probe_due_at").select_for_update(skip_locked=True).first()
    if row is not None:
        row.probes += 1
        row.probe_due_at = now + LEASE
        row.save(update_fields=["probes", "probe_due_at"])
    return row


def _probe_report(row: Media) -> Mapping[str, Any]:
    """The output of the probe, unvalidated; a problem code if there is none."""
    if row.probes > MOST_PROBES:
        # It killed its worker every time.
        return {"problem": "corrupt"}
    if not default_storage.exists(str(row.file.name)):
        return {"problem": "gone"}
    return probing.report(default_storage.path(str(row.file.name)), PROBED_AS.get(row.mime, "mp4"))


def _settle(row: Media, report: Mapping[str, Any]) -> None:
    """Store the result of the probe. The output of a process that met a hostile file is untrusted."""
    problem = str(report.get("problem") or "")[:11]
    if not problem:
        try:
            _take(row, report)
        except (KeyError, TypeError, ValueError, BadPicture, binascii.Error):
            problem = "corrupt"
    if row.is_document:
        problem = f"document_{problem}" if problem else ""
    elif not problem:
        _blank_gps(row)
    row.probe, row.probe_problem, row.probe_due_at = Probe.BAD if problem else Probe.READY, problem, None
    row.search_key = key_of(row)
    row.save()
    log.info("Video or document %s: %s", row.pk, problem or "ready")


def _blank_gps(row: Media) -> None:
    """Blank the GPS position. No version has the file yet, and its size stays."""
    with Path(default_storage.path(str(row.file.name))).open("r+b") as file:
        if blank_locations(file):
            log.info("Video %s: the place in it is blanked", row.pk)


def _take(row: Media, report: Mapping[str, Any]) -> None:
    picture = pictures.open_picture(base64.b64decode(report["poster"], validate=True))
    if row.is_document:
        row.pages, row.names_author = _pages(report["pages"]), report["names_author"] is True
    else:
        _take_film(row, report)
    stem = str(row.file.name).rsplit(".", 1)[0]
    whole = pictures.encode_picture(picture)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    small = pictures.encode_picture(picture)
    row.width, row.height = _side(report["width"]), _side(report["height"])
    row.poster = _written(f"{stem}-poster.{whole.ending}", whole.body)
    row.thumbnail = _written(f"{stem}-small.{small.ending}", small.body)


def _take_film(row: Media, report: Mapping[str, Any]) -> None:
    facts = {name: float(report[name]) for name in ("seconds", "frames")}
    if not all(math.isfinite(number) and 0 <= number < 1_000_000 for number in facts.values()):
        raise ValueError("no length")
    row.seconds, row.frames = facts["seconds"], facts["frames"]
    row.codec, row.sound = str(report["codec"])[:20], str(report["sound"])[:20]


def _pages(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 100_000:
        raise ValueError("no pages")
    return number


def _side(pixels: Any) -> int:
    if not isinstance(pixels, int) or not 0 < pixels <= 16384:
        raise ValueError("no picture")
    return pixels


def _written(name: str, body: bytes) -> str:
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(body))


def purge_uploads() -> int:
    """Delete temporary files of aborted uploads."""
    return uploads.purge_abandoned()


# ---------------------------------------------------------------- captions


@transaction.atomic
def set_captions(media: Media, body: bytes, *, tag: str, by: User) -> Media:
    """Set the captions of a video, replacing existing ones. Raises `BadCaptions`, whose message is for users."""
    media = Media.objects.select_for_update().get(pk=media.pk)
    if not media.is_video:
        raise captions.BadCaptions(_("Only a video has captions."))
    if tag not in LANGUAGES:
        raise captions.BadCaptions(_("Choose the language of the captions."))
    cues = captions.parse_captions(body)
    captions.refuse_strange(cues, media.seconds)
    written = captions.srt(cues).encode()
    stem = str(media.file.name).rsplit(".", 1)[0]
    # The name is derived from the content: a version keeps the captions that were approved.
    media.captions = _written(f"{stem}-{hashlib.sha256(written).hexdigest()[:12]}.srt", written)
    media.captions_tag = tag
    media.save(update_fields=["captions", "captions_tag"])
    record("media.caption", by=by, target=media)
    return media


@transaction.atomic
def remove_captions(media: Media, *, by: User) -> Media:
    """Remove the captions; versions that have them keep them."""
    media = Media.objects.select_for_update().get(pk=media.pk)
    if media.captions:
        media.captions, media.captions_tag = "", ""
        media.save(update_fields=["captions", "captions_tag"])
        record("media.uncaption", by=by, target=media)
    return media
