"""Exports of a municipality: requested by a person, built by a worker, deleted after some days.

The file is for the person who requested it. Approvers of the municipality are notified by mail of requests by others:
an export of everything must not go unnoticed.
"""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from administration.archive.build import build
from administration.enums import ExportState
from administration.models import Export
from common import audit, job_progress, mail
from common.dates import short_date
from municipalities.models import Municipality
from municipalities.queries import access, approvers, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope

# A worker that says nothing for so long is dead. It speaks every few hundred rows.
LEASE = timedelta(minutes=5)
HEARTBEAT_SECONDS = 60
EVERY = 10
"""After so many posts and pictures the page that waits is brought up to date."""
MAX_ATTEMPTS = 3
# What a dead worker left behind and no row names.
STRAY_SECONDS = 24 * 3600


@transaction.atomic
def ask(municipality: Municipality, *, by: User) -> Export:
    """Queue an export; while one is waited for, that one is returned."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    running = Export.objects.filter(state__in=(ExportState.WAITING, ExportState.BUILDING)).first()
    if running is not None:
        return running
    export = Export.objects.create(municipality=municipality, asked_by=by)
    audit.record("municipality.ask_export", by=by, target=export, label=str(municipality))
    _notify_approvers(municipality, by)
    return export


def _notify_approvers(municipality: Municipality, by: User) -> None:
    for approver in approvers(municipality):
        if approver == by:
            continue
        with translation.override(approver.language):
            facts = {"person": by, "municipality": municipality, "address": _address(municipality)}
            mail.queue(
                to=approver.email,
                subject=_("%(municipality)s: an export of all data was requested") % facts,
                body=_(
                    "Good day,\n\n"
                    "%(person)s requested a file with everything that the portal holds of %(municipality)s: posts, "
                    "drafts, conversations, pictures, consents, metrics. Only %(person)s can download it.\n\n"
                    "If you did not expect this, ask them. The activity page shows when it was downloaded:\n"
                    "%(address)s"
                )
                % facts,
            )


def _address(municipality: Municipality, page: str = "activity") -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse(page, args=[municipality.slug])


def due() -> list[tuple[int, int]]:
    """(id, municipality) of exports to be made: waiting ones, and those whose worker died."""
    with everywhere("find exports that a worker has to make"):
        dead = Q(state=ExportState.BUILDING, lease_until__lt=timezone.now())
        rows = Export.objects.filter(Q(state=ExportState.WAITING) | dead)
        return list(rows.order_by("asked_at", "pk").values_list("pk", "municipality_id"))


@transaction.atomic
def claim(pk: int) -> Export | None:
    """Claim one; None if another worker has it, or after too many attempts. The scope of its municipality is open."""
    rows = Export.objects.select_for_update(skip_locked=True, of=("self",)).select_related("municipality", "asked_by")
    row = rows.filter(pk=pk).first()
    now = timezone.now()
    if row is None or not row.is_open:
        return None
    if row.state == ExportState.BUILDING and row.lease_until is not None and row.lease_until > now:
        return None
    if not still_may(row.asked_by, row.municipality, Verb.EXPORT):
        _stop(row)
        return None
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.lease_until = ExportState.FAILED, None
        row.save(update_fields=["state", "lease_until"])
        return None
    row.state, row.attempts, row.lease_until = ExportState.BUILDING, row.attempts + 1, now + LEASE
    row.save(update_fields=["state", "attempts", "lease_until"])
    return row


def make(row: Export) -> None:
    """Build the file of a claimed export. Whatever fails, the lease runs out and it is tried again."""
    root = Path(settings.EXPORTS_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{row.municipality.slug}-{secrets.token_urlsafe(24)}.zip"
    unfinished = root / f"{name}.part"
    try:
        with translation.override(row.asked_by.language):
            advanced = partial(_advance, row)
            held = access(row.asked_by, row.municipality)
            counts = build(unfinished, row.municipality, held, heartbeat=_heartbeat(row), advanced=advanced)
        unfinished.chmod(0o640)
        size = unfinished.stat().st_size
        unfinished.rename(root / name)
    finally:
        unfinished.unlink(missing_ok=True)
    _settle(row, name, size, counts)


def job(row: Export) -> str:
    """Its name in `common.job_progress`, which counts posts and pictures."""
    return f"export:{row.pk}"


def _advance(row: Export, done: int, total: int) -> None:
    if done % EVERY == 0 or done == total:
        job_progress.record(job(row), done, total)


def _heartbeat(row: Export) -> Callable[[], None]:
    """Renews the lease, once a minute at most."""
    spoke_at = time.monotonic()

    def heartbeat() -> None:
        nonlocal spoke_at
        if time.monotonic() - spoke_at > HEARTBEAT_SECONDS:
            spoke_at = time.monotonic()
            Export.objects.filter(pk=row.pk).update(lease_until=timezone.now() + LEASE)

    return heartbeat


def _may_have(row: Export, counts: dict[str, int]) -> bool:
    """Whether who requested it may have the file now; of private messages in it, whether they may read them."""
    needed = [Verb.EXPORT, *([Verb.INBOX_PRIVATE] if counts.get("private") else [])]
    return all(still_may(row.asked_by, row.municipality, verb) for verb in needed)


def _stop(row: Export, by: User | None = None) -> None:
    """Cancel it, as the person who requested it may no longer have it. `row` is locked, or held by its lease."""
    row.state, row.lease_until = ExportState.FAILED, None
    row.save(update_fields=["state", "lease_until"])
    audit.record("municipality.stop_export", by=by, target=row, label=str(row.municipality), person=str(row.asked_by))


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: files that this person asked for and may not fetch any more are not made, or deleted."""
    with everywhere("find the exports that somebody asked for"):
        held = Q(state__in=(ExportState.WAITING, ExportState.BUILDING, ExportState.READY), asked_by=person)
        rows = list(Export.objects.filter(held).select_related("municipality", "asked_by").order_by("pk"))
    for row in rows:
        if not _may_have(row, row.contents):
            with scope(row.municipality):
                _end(row, by)


def _end(row: Export, by: User) -> None:
    locked = Export.objects.select_for_update(of=("self",)).select_related("municipality", "asked_by").get(pk=row.pk)
    if locked.state == ExportState.READY:
        discard(locked, by=by)
    elif locked.is_open:
        _stop(locked, by)


@transaction.atomic
def _settle(row: Export, name: str, size: int, counts: dict[str, int]) -> None:
    """Keep the file and notify the person who requested it; delete it if they lost the right while it was built."""
    locked = Export.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.state != ExportState.BUILDING or not _may_have(row, counts):
        (Path(settings.EXPORTS_ROOT) / name).unlink(missing_ok=True)
        if locked.is_open:
            _stop(row)
        return
    row.state, row.name, row.bytes, row.contents = ExportState.READY, name, size, counts
    row.ready_at, row.lease_until = timezone.now(), None
    row.expires_at = row.ready_at + timedelta(days=settings.EXPORT_DAYS)
    row.save()
    audit.record("municipality.make_export", by=None, target=row, label=str(row.municipality), **counts)
    with translation.override(row.asked_by.language):
        facts = {
            "municipality": row.municipality,
            "until": short_date(timezone.localdate(row.expires_at)),
            "address": _address(row.municipality, "exports"),
        }
        mail.queue(
            to=row.asked_by.email,
            subject=_("%(municipality)s: your file is ready") % facts,
            body=_(
                "Good day,\n\n"
                "the export of all data of %(municipality)s is ready. Sign in and download it until %(until)s; it is "
                "deleted after that:\n"
                "%(address)s\n\n"
                "It contains personal data. Store it where only authorised people can read it."
            )
            % facts,
        )


def note_download(row: Export, *, by: User) -> None:
    audit.record("municipality.download_export", by=by, target=row, label=str(row.municipality))


@transaction.atomic
def discard(row: Export, *, by: User | None = None) -> None:
    """Delete the file. `by` None: it has expired. Does nothing when it is gone."""
    row = Export.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=row.pk)
    if row.state != ExportState.READY:
        return
    file = Path(settings.EXPORTS_ROOT) / row.name
    # A rolled back transaction must not delete a file; `purge_expired` removes what dead workers leave.
    transaction.on_commit(partial(file.unlink, missing_ok=True))
    row.state, row.name, row.gone_at = ExportState.GONE, "", timezone.now()
    row.save(update_fields=["state", "name", "gone_at"])
    audit.record("municipality.discard_export", by=by, target=row, label=str(row.municipality))


def purge_expired() -> int:
    """Delete expired files and those that dead workers left; returns how many exports were deleted."""
    with everywhere("delete exports whose days are over"):
        over = Export.objects.filter(state=ExportState.READY, expires_at__lt=timezone.now())
        rows = list(over.values_list("pk", "municipality_id"))
        known = set(Export.objects.filter(state=ExportState.READY).values_list("name", flat=True))
    for pk, municipality in rows:
        with scope(municipality):
            discard(Export.objects.get(pk=pk))
    root = Path(settings.EXPORTS_ROOT)
    for stray in root.iterdir() if root.is_dir() else ():
        if stray.name not in known and time.time() - stray.stat().st_mtime > STRAY_SECONDS:
            stray.unlink(missing_ok=True)
    return len(rows)
