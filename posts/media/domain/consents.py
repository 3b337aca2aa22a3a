"""Consents of the people in a picture: record them, withdraw them, give them again, and erase their names in time.

Every verb updates `Media.agreement` and `Media.agreed_until`, the only columns that the composer reads. Names and scans
are personal data: they stay until `keep_until` and never enter the audit log.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record as audit
from municipalities.tenancy import everywhere, scope
from posts.enums import Agreement, ConsentKind
from posts.media.domain.pictures import BadPicture, encode_picture, open_picture
from posts.models import Consent, Media

MOST_SCAN = 10 * 1024 * 1024
PDF = "application/pdf"


@dataclass(frozen=True)
class ConsentDetails:
    """The data of a consent as entered."""

    kind: str
    people: str
    given_by: str
    given_on: date
    valid_until: date | None
    keep_until: date


@dataclass(frozen=True)
class Scan:
    body: bytes
    mime: str

    @property
    def ending(self) -> str:
        return {PDF: "pdf", "image/png": "png"}.get(self.mime, "jpg")


def read_scan(file: BinaryIO, *, size: int) -> Scan:
    """A scanned consent ready for storage: pictures are re-encoded, a PDF is stored unchanged and never opened.

    Raises `BadPicture`.
    """
    if size > MOST_SCAN:
        raise BadPicture(_("The scan is larger than %(most)s MB. Scan it smaller.") % {"most": MOST_SCAN >> 20})
    body = file.read(MOST_SCAN + 1)
    if body.startswith(b"%PDF-") and b"%%EOF" in body[-2048:]:
        return Scan(body, PDF)
    try:
        whole = encode_picture(open_picture(body))
    except BadPicture as bad:
        raise BadPicture(_("The scan can be a PDF or a picture. This file is neither, or it is damaged.")) from bad
    return Scan(whole.body, whole.mime)


@transaction.atomic
def record(media: Media, details: ConsentDetails, *, scan: Scan | None = None, by: User) -> Consent:
    media = _locked(media)
    consent = Consent(municipality_id=media.municipality_id, media=media, recorded_by=by, **vars(details))
    if scan:
        consent.scan = _store_scan(media.municipality_id, scan)
        consent.scan_mime = scan.mime
    consent.save()
    _settle(media)
    audit("consent.record", by=by, target=media, kind=details.kind)
    return consent


@transaction.atomic
def withdraw(consent: Consent, *, by: User) -> Consent:
    """The person no longer agrees. The picture is flagged wherever it is about to be used."""
    media = _locked(consent.media)
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at is None:
        consent.withdrawn_at, consent.withdrawn_by = timezone.now(), by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _settle(media)
        audit("consent.withdraw", by=by, target=media)
    return consent


@transaction.atomic
def give_again(consent: Consent, *, by: User) -> Consent:
    """Undo a withdrawal: pressed by mistake, or the person changed their mind."""
    media = _locked(consent.media)
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at is not None:
        consent.withdrawn_at = consent.withdrawn_by = None
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _settle(media)
        audit("consent.give_again", by=by, target=media)
    return consent


@transaction.atomic
def erase(consent: Consent, *, by: User | None = None) -> Consent:
    """Erase the names and the scan of the record. `by` None: their retention has ended."""
    media = _locked(consent.media)
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.erased_at is None:
        _forget(str(consent.scan.name or ""))
        consent.people = consent.given_by = consent.scan_mime = ""
        consent.scan = ""
        consent.erased_at = timezone.now()
        consent.save(update_fields=["people", "given_by", "scan", "scan_mime", "erased_at"])
        _settle(media)
        audit("consent.erase", by=by, target=media)
    return consent


def erase_due(today: date) -> int:
    """Erase the names whose retention has ended, in every municipality. Returns how many."""
    with everywhere("names in consents whose time is over"):
        due = list(Consent.objects.filter(erased_at__isnull=True, keep_until__lt=today).only("pk", "municipality_id"))
    for row in due:
        with scope(row.municipality_id):
            erase(Consent.objects.select_related("media").get(pk=row.pk))
    return len(due)


def _locked(media: Media) -> Media:
    return Media.objects.select_for_update().get(pk=media.pk)


def _settle(media: Media) -> None:
    """Summarise the records: one withdrawal overrides all others, the earliest end date counts."""
    rows = list(media.consents.all())
    standing = [row for row in rows if row.withdrawn_at is None]
    if len(standing) < len(rows):
        media.agreement = Agreement.WITHDRAWN
    else:
        media.agreement = Agreement.GIVEN if standing else ""
    ends = [
        consent.valid_until for consent in standing if consent.valid_until and consent.kind != ConsentKind.NOT_NEEDED
    ]
    media.agreed_until = min(ends, default=None)
    media.save(update_fields=["agreement", "agreed_until"])


def _store_scan(municipality_id: int, scan: Scan) -> str:
    name = f"consents/{municipality_id}/{secrets.token_hex(16)}.{scan.ending}"
    return default_storage.save(name, ContentFile(scan.body))


def _forget(name: str) -> None:
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
