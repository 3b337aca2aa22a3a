"""Imports of history: from a file that a person checks first, or a channel's older posts from its network.

This module holds the actions of people; a worker fetches from the network (`analytics.history.domain.fetch`). An import
can be undone as a whole.
"""

import hashlib
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.enums import ImportSource, ImportState
from analytics.history.columns import PAST
from analytics.history.domain.parse_rows import OLDEST, HistoryRow, parse, source_of
from analytics.ingestion.domain import insert_imported
from analytics.models import HistoryImport
from channels import validation
from channels.enums import ChannelState
from channels.models import Channel
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from planning.file_parsing import FileRow, from_stored, read, stored

KEPT = timedelta(days=7)


# ---------------------------------------------------------------- from a file


@transaction.atomic
def upload(municipality: Municipality, raw: bytes, name: str, *, by: User) -> HistoryImport:
    """Store the parsed rows until somebody confirms them. Raises `planning.file_parsing.UnreadableFile`."""
    table = read(raw, PAST)
    run = HistoryImport.objects.create(
        municipality=municipality, source=source_of(table.lines), state=ImportState.LOOKED, name=name[:200],
        digest=hashlib.sha256(raw).hexdigest(), rows=stored(table.lines), sheet=table.sheet[:100],
        left_out=table.left_out, by=by,
    )  # fmt: skip
    record("past.upload", by=by, target=run, rows=len(table.lines))
    return run


def lines_of(run: HistoryImport) -> list[FileRow]:
    """The rows that were read; once they are imported, those that were left out."""
    return from_stored(run.rows)


@transaction.atomic
def confirm(run: HistoryImport, *, by: User, expected: int | None = None) -> int:
    """Import every row that nothing stops; returns how many.

    Raises `ActionNotAllowed` when it was done before, when there is nothing to import, and when that is not the number
    that the person saw (`expected`).
    """
    # Two people with the same rows follow each other, in whatever files they have them.
    Municipality.objects.select_for_update(no_key=True).get(pk=run.municipality_id)
    run = HistoryImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != ImportState.LOOKED:
        raise ActionNotAllowed(_("This file was imported already."))
    lines = lines_of(run)
    rows = parse(lines, run.source)
    ready = [row for row in rows if row.is_ready]
    if expected is not None and len(ready) != expected:
        raise ActionNotAllowed(
            _("Something has changed since the preview; nothing was imported. Check the rows again.")
        )
    if not ready:
        raise ActionNotAllowed(_("No row can be imported in its current form. Correct the file and choose it again."))
    run.made = _bring(run, ready)
    run.known = sum(bool(row.known) for row in rows)
    run.rows = stored([line for line, row in zip(lines, rows, strict=True) if row.stops])
    run.state, run.finished_at = ImportState.DONE, timezone.now()
    run.reached = min(row.on for row in ready if row.on)
    run.save(update_fields=["made", "known", "rows", "state", "finished_at", "reached"])
    record("past.import", by=by, target=run, made=run.made)
    return run.made


def _bring(run: HistoryImport, rows: list[HistoryRow]) -> int:
    if run.source == ImportSource.FOLLOWERS:
        return insert_imported.followers(run, [row.day for row in rows])
    return insert_imported.posts(run, [row.post for row in rows])


# ---------------------------------------------------------------- from a network


@transaction.atomic
def begin(channel: Channel | None, since: date | None, *, by: User) -> HistoryImport:
    """Have a worker fetch the channel's posts back to `since`. Raises `ActionNotAllowed`."""
    if channel is None or not validation.has_history(channel):
        raise ActionNotAllowed(
            _("This network does not return older posts with their metrics. Import them from a file.")
        )
    if channel.state != ChannelState.CONNECTED:
        raise ActionNotAllowed(_("The channel has to be connected first."))
    if since is None or not OLDEST <= since < timezone.localdate():
        raise ActionNotAllowed(_("Choose a day in the past."))
    try:
        with transaction.atomic():
            run = HistoryImport.objects.create(
                municipality_id=channel.municipality_id, source=ImportSource.NETWORK, state=ImportState.RUNNING,
                channel=channel, name=channel.name, since=since, next_fetch_at=timezone.now(), by=by,
            )  # fmt: skip
    except IntegrityError as running:
        raise ActionNotAllowed(_("The older posts of this channel are being fetched already.")) from running
    record("past.begin", by=by, target=run, since=since.isoformat())
    return run


# ---------------------------------------------------------------- taking it back


@transaction.atomic
def undo(run: HistoryImport, *, by: User) -> None:
    """Delete everything that the import inserted and stop what is still running. Raises `ActionNotAllowed`."""
    run = HistoryImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state in (ImportState.LOOKED, ImportState.UNDONE):
        raise ActionNotAllowed(_("There is nothing to revert."))
    insert_imported.undo(run)
    run.state, run.next_fetch_at, run.undone_at = ImportState.UNDONE, None, timezone.now()
    run.save(update_fields=["state", "next_fetch_at", "undone_at"])
    record("past.undo", by=by, target=run, made=run.made)


def purge_expired() -> int:
    """Delete files that were never imported, and rows that were left out; returns how many files."""
    with everywhere("forget files that nobody imported"):
        old = HistoryImport.objects.filter(at__lt=timezone.now() - KEPT)
        old.exclude(state=ImportState.LOOKED).exclude(rows=[]).update(rows=[])
        return old.filter(state=ImportState.LOOKED).delete()[0]
