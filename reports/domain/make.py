"""Reports: asked for by a person or a schedule, made by a worker, deleted after some days.

The same months and language twice make the same files as long as no number changed: nothing in them comes from a clock
but the moment up to which they tell.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from accounts.models import User
from common import audit
from municipalities.models import Municipality, Programme
from municipalities.tenancy import everywhere, scope
from reports.contents.monthly import monthly
from reports.contents.programme import programme
from reports.document import Document, Paragraph
from reports.enums import Format, State, Trouble
from reports.files import pdf, sheets, tables
from reports.models import OPEN, Made, MonthlyReport, ProgrammeReport

# A worker that says nothing for so long is dead: the largest report takes seconds.
LEASE = timedelta(minutes=5)
TRIES = 3
# What a dead worker left behind and no row names.
STRAY_SECONDS = 24 * 3600
WRITERS = {Format.PDF: pdf.write, Format.XLSX: sheets.write, Format.CSV: tables.write}
KINDS: dict[str, type[Made]] = {"monthly": MonthlyReport, "programme": ProgrammeReport}


@transaction.atomic
def ask_monthly(municipality: Municipality, month: date, language: str, *, by: User | None) -> MonthlyReport:
    """Queue the report of a month; while the same is waited for, that one is returned. `by` None: a schedule asks."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    months = {"first": month, "last": month, "language": language}
    running = MonthlyReport.objects.filter(state__in=OPEN, **months).first()
    if running is not None:
        return running
    row = MonthlyReport.objects.create(municipality=municipality, asked_by=by, **months)
    audit.record("report.ask", by=by, target=row, label=str(municipality), month=f"{month:%Y-%m}")
    return row


@transaction.atomic
def ask_programme(programme_: Programme, first: date, last: date, language: str, *, by: User | None) -> ProgrammeReport:
    """The same for a programme, over whole months from `first` to `last` (the first of each)."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme_.pk)
    months = {"first": first, "last": last, "language": language}
    running = ProgrammeReport.objects.filter(programme=programme_, state__in=OPEN, **months).first()
    if running is not None:
        return running
    row = ProgrammeReport.objects.create(programme=programme_, asked_by=by, **months)
    span = f"{first:%Y-%m} – {last:%Y-%m}"
    audit.record("report.ask_programme", by=by, target=row, label=str(programme_), month=span)
    return row


def due() -> list[tuple[str, int]]:
    """(kind, id) of reports to be made: waiting ones, and those whose worker died; the oldest first."""
    dead = Q(state=State.MAKING, lease_until__lt=timezone.now())
    with everywhere("find reports that a worker has to make"):
        rows = [
            (row.asked_at, kind, row.pk)
            for kind, model in KINDS.items()
            for row in model._default_manager.filter(Q(state=State.WAITING) | dead).only("asked_at")
        ]
    return [(kind, pk) for _asked_at, kind, pk in sorted(rows)]


def make(kind: str, pk: int) -> None:
    """Make one that `due` named, in the scope of its municipality. Nothing happens when somebody else has it.

    A document that cannot be written will not be written the next time either: it is not tried again, and the row says
    so. Whatever else fails (a disk, the database), the lease runs out and it is tried again, three times in all.
    """
    with _scope(kind, pk):
        row = _claim(KINDS[kind], pk)
        if row is None:
            return
        as_of = timezone.now().replace(microsecond=0)
        try:
            with translation.override(row.language):
                document = _document(row, as_of)
            written = {fmt: write(document) for fmt, write in WRITERS.items()}
        except pdf.NotMade as error:
            _fail(row, Trouble.BROKEN)
            raise Broken(f"report {kind} {pk}: {error}") from error
        _settle(row, document, written)


class Broken(RuntimeError):
    """A report could not be written and is given up; for the log of the worker."""


@contextmanager
def _scope(kind: str, pk: int) -> Iterator[None]:
    with ExitStack() as opened:
        if issubclass(KINDS[kind], MonthlyReport):
            with everywhere("whose report it is"):
                place = MonthlyReport.objects.values_list("municipality_id", flat=True).get(pk=pk)
            opened.enter_context(scope(place))
        yield


@transaction.atomic
def _claim(model: type[Made], pk: int) -> Any:
    """The row, taken; None: somebody else has it, or it was tried too often."""
    rows = model._default_manager.select_for_update(skip_locked=True, of=("self",))
    row = rows.filter(pk=pk).first()
    now = timezone.now()
    if row is None or not row.is_open or (row.lease_until is not None and row.lease_until > now):
        return None
    if row.tries >= TRIES:
        _fail(row, Trouble.GIVEN_UP)
        return None
    row.state, row.tries, row.lease_until = State.MAKING, row.tries + 1, now + LEASE
    row.save(update_fields=["state", "tries", "lease_until"])
    return row


def _fail(row: Any, trouble: Trouble) -> None:
    row.state, row.trouble, row.lease_until = State.FAILED, trouble, None
    row.save(update_fields=["state", "trouble", "lease_until"])


def _document(row: Any, as_of: datetime) -> Document:
    if isinstance(row, MonthlyReport):
        return monthly(row.municipality, row.first, as_of)
    return programme(row.programme, row.first, row.last, as_of)


def _settle(row: Any, document: Document, written: dict[Format, bytes]) -> None:
    root = Path(settings.REPORTS_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {}
    for fmt, body in written.items():
        name = f"{secrets.token_urlsafe(24)}.{fmt.value}"
        unfinished = root / f"{name}.part"
        try:
            unfinished.write_bytes(body)
            unfinished.chmod(0o640)
            unfinished.rename(root / name)
        finally:
            unfinished.unlink(missing_ok=True)
        files[fmt.value] = {"name": name, "bytes": len(body)}
    lead = next((b.text for b in document.blocks if isinstance(b, Paragraph) and b.tone == "lead"), "")
    with transaction.atomic():
        row.files, row.summary, row.state, row.lease_until = files, lead, State.READY, None
        row.ready_at = document.as_of
        row.expires_at = row.ready_at + timedelta(days=settings.REPORT_DAYS)
        row.save()
        audit.record(
            "report.make" if isinstance(row, MonthlyReport) else "report.make_programme", by=None, target=row,
            label=document.subtitle, month=f"{row.first:%Y-%m}",
        )  # fmt: skip


def note_download(row: Made, format_: str, *, by: User) -> None:
    audit.record("report.download", by=by, target=row, label=str(row), format=format_)


def forget() -> int:
    """Delete files whose days are over, and what dead workers left; returns how many reports are gone."""
    gone = 0
    with everywhere("delete reports whose days are over"):
        known: set[str] = set()
        for model in KINDS.values():
            rows = model._default_manager
            for row in rows.filter(state=State.READY, expires_at__lt=timezone.now()):
                _delete(row)
                gone += 1
            for files in rows.filter(state=State.READY).values_list("files", flat=True):
                known |= {each["name"] for each in files.values()}
    root = Path(settings.REPORTS_ROOT)
    for stray in root.iterdir() if root.is_dir() else ():
        if stray.name not in known and time.time() - stray.stat().st_mtime > STRAY_SECONDS:
            stray.unlink(missing_ok=True)
    return gone


@transaction.atomic
def _delete(row: Any) -> None:
    for each in row.files.values():
        (Path(settings.REPORTS_ROOT) / each["name"]).unlink(missing_ok=True)
    row.state, row.files, row.summary = State.GONE, {}, ""
    row.save(update_fields=["state", "files", "summary"])
