"""Check-ins: plan, move, cancel, record them, and tick off their next steps.

Only their mentor changes them. A planned one whose mentor no longer accompanies the municipality passes to the mentor
who does (`mentoring.queries.checkins.may_keep`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain import checkin_notifications as notifications
from mentoring.enums import CheckInState, Side
from mentoring.models import CheckIn, NextStep
from mentoring.models.checkins import MOST_HOURS, QUARTER
from mentoring.queries.checkins import may_keep
from municipalities.models import Municipality, Pairing
from posts.draft import storable
from posts.rules import ResolvedTime

FARTHEST = timedelta(days=370)
LONGEST_NOTES = 8000
MOST_STEPS = 12


@dataclass(frozen=True)
class CheckInPlan:
    """What is agreed for a check-in that is to come."""

    time: ResolvedTime
    way: str
    subject: str = ""
    place: str = ""


@dataclass(frozen=True)
class StepContent:
    """A next step as it was typed; `pk` of one that is there already."""

    text: str
    side: str
    owner: str = ""
    due_on: date | None = None
    pk: int | None = None


@dataclass(frozen=True)
class CheckInRecord:
    """What became of a check-in that was held."""

    time: ResolvedTime
    way: str
    hours: Decimal
    notes: str
    steps: Sequence[StepContent] = ()
    subject: str = ""


@transaction.atomic
def plan(municipality: Municipality, wanted: CheckInPlan, *, by: User) -> CheckIn:
    """A check-in of the mentor `by`. Raises `ActionNotAllowed` for a time that is past, too far, or taken."""
    _coming(wanted.time)
    _free(wanted.time, by)
    row = CheckIn(municipality=municipality, mentor=by, planned_by=by, **_agreed(wanted))
    _set_time(row, wanted.time)
    row.save()
    audit.record("checkin.plan", by=by, target=row, at=_wall(row))
    notifications.planned(row, by=by)
    return row


@transaction.atomic
def move(check_in: CheckIn, wanted: CheckInPlan, reason: str, *, by: User) -> CheckIn:
    """Another time, way or place of one that is to come, with the reason. Raises `ActionNotAllowed`."""
    row = _own(check_in, by)
    if not row.is_planned:
        raise ActionNotAllowed(_("Only a check-in that is still planned can be moved."))
    reason = _reason(reason)
    _coming(wanted.time)
    _free(wanted.time, by, apart_from=row)
    before, came_from = row.due_at, _wall(row)
    for name, value in _agreed(wanted).items():
        setattr(row, name, value)
    _set_time(row, wanted.time)
    if row.due_at != before:
        row.moved_from = before
    row.reason, row.mentor, row.sequence = reason, by, row.sequence + 1
    row.save()
    audit.record("checkin.move", by=by, target=row, at=_wall(row), came_from=came_from, reason=reason)
    notifications.moved(row, before, by=by)
    return row


@transaction.atomic
def cancel(check_in: CheckIn, reason: str, *, by: User) -> CheckIn:
    """It will not be held, for a reason. Raises `ActionNotAllowed`."""
    row = _own(check_in, by)
    if not row.is_planned:
        raise ActionNotAllowed(_("Only a check-in that is still planned can be called off."))
    row.reason, row.state, row.settled_at = _reason(reason), CheckInState.CANCELLED, timezone.now()
    row.sequence += 1
    row.save()
    audit.record("checkin.cancel", by=by, target=row, at=_wall(row), reason=row.reason)
    notifications.cancelled(row, by=by)
    return row


@transaction.atomic
def write_down(check_in: CheckIn | None, record: CheckInRecord, *, municipality: Municipality, by: User) -> CheckIn:
    """What was said in one that was held: planned before, not planned at all (None), or written down already.

    The notes of a check-in are its mentor's; a successor does not rewrite them. Raises `ActionNotAllowed`.
    """
    notes = storable(record.notes).strip()
    _sensible(record, notes)
    row = CheckIn(municipality=municipality, planned_by=by) if check_in is None else _own(check_in, by)
    if row.state == CheckInState.CANCELLED:
        raise ActionNotAllowed(_("This check-in was called off."))
    is_new = not row.is_held
    row.state, row.settled_at = CheckInState.HELD, row.settled_at or timezone.now()
    row.mentor, row.notes, row.hours, row.way = by, notes, record.hours, record.way
    row.subject = storable(record.subject).strip()
    row.sequence += 1
    _set_time(row, record.time)
    row.save()
    changed = _write_steps(row, record.steps)
    audit.record("checkin.hold" if is_new else "checkin.rewrite", by=by, target=row, hours=str(row.hours))
    if is_new:
        notifications.held(row, by=by)
    elif changed:
        notifications.steps_changed(row, by=by)
    return row


@transaction.atomic
def tick(step: NextStep, *, done: bool, may_for_mentor: bool, by: User) -> NextStep:
    """A next step is done, or not yet after all. The mentor's own are the mentor's to tick. Raises
    `ActionNotAllowed`.
    """
    row: NextStep = NextStep.objects.select_for_update(of=("self",)).select_related("check_in").get(pk=step.pk)
    if row.side == Side.MENTOR and not may_for_mentor:
        raise ActionNotAllowed(_("This is a step of the mentor, who ticks it off."))
    if done == (row.done_at is not None):
        return row
    row.done_at, row.done_by = (timezone.now(), by) if done else (None, None)
    row.save(update_fields=["done_at", "done_by"])
    audit.record("checkin.tick" if done else "checkin.untick", by=by, target=row)
    return row


def pass_on(former: Pairing, successor: Pairing, *, by: User) -> int:
    """Those of the former mentor that lie in the successor's days are the successor's. In the scope of the
    municipality, inside a transaction; returns how many."""
    rows = CheckIn.objects.filter(mentor=former.mentor, state=CheckInState.PLANNED)
    coming = [row for row in rows.select_for_update(of=("self",)) if row.on >= successor.starts_on]
    for row in coming:
        row.mentor, row.sequence = successor.mentor, row.sequence + 1
        row.save(update_fields=["mentor", "sequence", "changed_at"])
        audit.record("checkin.pass_on", by=by, target=row, successor=str(successor.mentor))
    return len(coming)


def _own(check_in: CheckIn, by: User) -> CheckIn:
    """The row, locked, if `by` is who keeps it."""
    rows = CheckIn.objects.select_for_update(of=("self",)).select_related("municipality", "mentor")
    row: CheckIn = rows.get(pk=check_in.pk)
    if not may_keep(row, by):
        raise ActionNotAllowed(_("%(mentor)s keeps this check-in.") % {"mentor": row.mentor})
    return row


def _agreed(wanted: CheckInPlan) -> dict[str, str]:
    return {"way": wanted.way, "subject": storable(wanted.subject).strip(), "place": storable(wanted.place).strip()}


def _set_time(row: CheckIn, time: ResolvedTime) -> None:
    row.local_time = time.local.replace(tzinfo=UTC)
    row.fold, row.zone, row.due_at = time.fold, time.zone, time.due_at


def _wall(row: CheckIn) -> str:
    return f"{row.local_time:%Y-%m-%d %H:%M}"


def _coming(time: ResolvedTime) -> None:
    now = timezone.now()
    if time.due_at <= now:
        raise ActionNotAllowed(_("This time is past. If the check-in was held, write it down instead."), "on")
    if time.due_at > now + FARTHEST:
        raise ActionNotAllowed(_("This is more than a year ahead."), "on")


def _free(time: ResolvedTime, mentor: Any, apart_from: CheckIn | None = None) -> None:
    """In this municipality; two at the same moment are a slip."""
    rows = CheckIn.objects.filter(mentor=mentor, state=CheckInState.PLANNED, due_at=time.due_at)
    if apart_from is not None:
        rows = rows.exclude(pk=apart_from.pk)
    if rows.exists():
        raise ActionNotAllowed(_("There is a check-in at that time already."), "at")


def _reason(text: str) -> str:
    reason = storable(text).strip()
    if not reason:
        raise ActionNotAllowed(_("Give a reason, in a few words: the others read it."), "reason")
    return reason[:300]


def _sensible(record: CheckInRecord, notes: str) -> None:
    if record.time.due_at > timezone.now():
        raise ActionNotAllowed(_("This lies ahead. Write a check-in down when it has been held."), "on")
    if not QUARTER <= record.hours <= MOST_HOURS or record.hours % QUARTER:
        raise ActionNotAllowed(_("Hours are entered in quarters, from 0.25 to 24."), "hours")
    if not notes:
        raise ActionNotAllowed(_("Enter a summary, even if it is one sentence."), "notes")
    if len(notes) > LONGEST_NOTES:
        facts = {"count": len(notes), "most": LONGEST_NOTES}
        raise ActionNotAllowed(
            _("The notes are too long: they have %(count)s characters, and %(most)s are allowed.") % facts, "notes"
        )
    if len(record.steps) > MOST_STEPS:
        raise ActionNotAllowed(_("More than %(most)s next steps are a plan, not a check-in.") % {"most": MOST_STEPS})


def _write_steps(row: CheckIn, steps: Sequence[StepContent]) -> bool:
    """Bring the steps of `row` to `steps`; what was ticked off stays so. Whether anything changed."""
    before = {known_step.pk: known_step for known_step in row.steps.all()}
    present: set[int] = set()
    changed = False
    for position, step in enumerate(steps, start=1):
        known = before.get(step.pk) if step.pk else None
        next_step = known or NextStep(municipality_id=row.municipality_id, check_in=row)
        wanted = (storable(step.text).strip(), step.side, storable(step.owner).strip(), step.due_on, position)
        if known and (next_step.text, next_step.side, next_step.owner, next_step.due_on, next_step.position) == wanted:
            present.add(next_step.pk)
            continue
        next_step.text, next_step.side, next_step.owner, next_step.due_on, next_step.position = wanted
        next_step.save()
        present.add(next_step.pk)
        changed = True
    removed = set(before) - present
    NextStep.objects.filter(pk__in=removed).delete()
    return changed or bool(removed)
