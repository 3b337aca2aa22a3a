"""Tours of a person: begin, decline, leave, go on, skip a step, note what was done.

All lock the person, so that nobody is in two tours, and two clicks at once do it once.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from administration.enums import Tour, TourMark, TourStep
from administration.models import TourProgress
from administration.queries import tours as queries
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import Municipality


def _locked(by: User) -> dict[Tour, TourProgress]:
    """The person's tours, held until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return {Tour(row.tour): row for row in TourProgress.objects.filter(user=by)}


@transaction.atomic
def begin(tour: Tour, municipality: Municipality | None, *, by: User) -> TourProgress:
    """From the first step, in one of the municipalities of the role; a finished tour begins anew. Another tour that
    runs is left. Nothing changes if it runs there already.

    Raises `ActionNotAllowed` without the role.
    """
    rows = _locked(by)
    if (tour, municipality) not in queries.offers(by):
        raise ActionNotAllowed(_("There is no such tour for what you do here."))
    row = rows.get(tour) or TourProgress(user=by, tour=tour)
    if row.is_running and row.municipality == municipality:
        return row
    _leave_others(rows, tour)
    event = audit.record("tour.begin", by=by, target=by, tour=tour.value, place=str(municipality or ""))
    row.municipality, row.marks, row.after_event = municipality, {}, event.pk
    row.begun_at, row.left_at, row.finished_at = timezone.now(), None, None
    row.save()
    return row


def _leave_others(rows: dict[Tour, TourProgress], tour: Tour) -> None:
    for other, row in rows.items():
        if other != tour and row.is_running:
            row.left_at = timezone.now()
            row.save(update_fields=["left_at"])


@transaction.atomic
def decline(tour: Tour, *, by: User) -> None:
    """It is not offered on Home again. Nothing changes when it was begun or declined before."""
    if tour not in _locked(by):
        TourProgress.objects.create(user=by, tour=tour, left_at=timezone.now())
        audit.record("tour.decline", by=by, target=by, tour=tour.value)


@transaction.atomic
def leave(*, by: User) -> Tour | None:
    """The tour that runs, if one does; its steps stay as they are."""
    for tour, row in _locked(by).items():
        if row.is_running:
            row.left_at = timezone.now()
            row.save(update_fields=["left_at"])
            audit.record("tour.leave", by=by, target=by, tour=tour.value)
            return tour
    return None


@transaction.atomic
def resume(tour: Tour, *, by: User) -> TourProgress:
    """Where it was left. Nothing changes if it runs. Raises `ActionNotAllowed` if it was not begun, is finished, or
    the role has ended."""
    rows = _locked(by)
    row = rows.get(tour)
    if row is None or row.begun_at is None or row.finished_at or (tour, row.municipality) not in queries.offers(by):
        raise ActionNotAllowed(_("This tour cannot be resumed. Begin it anew."))
    if not row.is_running:
        _leave_others(rows, tour)
        row.left_at = None
        row.save(update_fields=["left_at"])
        audit.record("tour.resume", by=by, target=by, tour=tour.value)
    return row


@transaction.atomic
def skip(step: TourStep, *, by: User) -> TourProgress | None:
    """A step of the running tour that is still to do. Nothing changes if it is done or skipped already; None if no
    tour with this step runs."""
    row = next((row for tour, row in _locked(by).items() if row.is_running and step in queries.TOURS[tour]), None)
    if row and step not in row.marks:
        row.marks[step] = TourMark.SKIPPED
        audit.record("tour.skip", by=by, target=by, tour=row.tour, step=step.value)
        _save(row, by)
    return row


@transaction.atomic
def note_done(steps: Sequence[TourStep], *, by: User) -> None:
    """Store what was seen to be done. The acts have audit events of their own."""
    for tour, row in _locked(by).items():
        new = [step for step in steps if step in queries.TOURS[tour] and row.marks.get(step) != TourMark.DONE]
        if row.is_running and new:
            row.marks |= dict.fromkeys(new, TourMark.DONE)
            _save(row, by)


def _save(row: TourProgress, by: User) -> None:
    """The tour is finished once no step is left."""
    steps = queries.TOURS[Tour(row.tour)]
    if all(step in row.marks for step in steps):
        row.finished_at = timezone.now()
        done = sum(row.marks[step] == TourMark.DONE for step in steps)
        audit.record("tour.finish", by=by, target=by, tour=row.tour, done=done, steps=len(steps))
    row.save(update_fields=["marks", "finished_at"])
