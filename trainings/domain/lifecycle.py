"""Trainers create a training with its agenda, change it, close and reopen it, delete one without participants."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Programme
from trainings.domain import agenda
from trainings.domain.locking import locked, locked_open
from trainings.models import Attendance, Certificate, Session, Training
from trainings.rules import MOST_DAYS

FIELDS = ("cohort", "name", "place", "starts_on", "ends_on", "languages", "share_asked")


@transaction.atomic
def create(programme: Programme, values: Mapping[str, Any], *, by: User, with_agenda: bool = True) -> Training:
    """`values`: those of `FIELDS`. Begins with the usual agenda, in the script of the one who begins it.

    Raises `ActionNotAllowed` for days that cannot be, and for a cohort of another programme.
    """
    training = Training(programme=programme, created_by=by, **{name: values[name] for name in FIELDS})
    _refuse_odd(training)
    training.save()
    if with_agenda:
        lines = agenda.sessions(training.starts_on, training.ends_on, by.language)
        Session.objects.bulk_create(Session(training=training, **line) for line in lines)
    record("training.create", by=by, target=training, programme=str(programme))
    return training


def _refuse_odd(training: Training) -> None:
    if training.ends_on < training.starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    if (training.ends_on - training.starts_on).days >= MOST_DAYS:
        raise ActionNotAllowed(_("A training of more than %(most)s days is too long.") % {"most": MOST_DAYS}, "ends_on")
    if training.cohort and training.cohort.programme_id != training.programme_id:
        raise ActionNotAllowed(_("This cohort is of another programme."), "cohort")


@transaction.atomic
def change(training: Training, values: Mapping[str, Any], *, by: User) -> Training:
    """When the first day moves, the agenda moves with it. Raises `ActionNotAllowed`; sessions never fall out of the
    days.
    """
    row = locked_open(training)
    moved = values["starts_on"] - row.starts_on
    for name in FIELDS:
        setattr(row, name, values[name])
    _refuse_odd(row)
    _move(row, moved)
    row.save(update_fields=FIELDS)
    record("training.change", by=by, target=row, programme=str(row.programme))
    return row


def _move(training: Training, moved: timedelta) -> None:
    rows = list(training.sessions.all())
    for row in rows:
        row.day += moved
    latest = max((row.day for row in rows), default=training.starts_on)
    if latest > training.ends_on:
        raise ActionNotAllowed(
            _("The agenda has sessions after this day. Move or remove them first."), "ends_on"
        )  # fmt: skip
    if moved:
        Session.objects.bulk_update(rows, ["day"])


@transaction.atomic
def close(training: Training, *, by: User) -> Training:
    """Nothing of it changes any more; everybody keeps reading it. Twice changes nothing."""
    return _put(training, closed=True, by=by)


@transaction.atomic
def reopen(training: Training, *, by: User) -> Training:
    return _put(training, closed=False, by=by)


def _put(training: Training, *, closed: bool, by: User) -> Training:
    row = locked(training)
    if row.is_open != closed:
        return row
    row.closed_at = timezone.now() if closed else None
    row.save(update_fields=["closed_at"])
    record("training.close" if closed else "training.reopen", by=by, target=row, programme=str(row.programme))
    return row


@transaction.atomic
def delete(training: Training, *, by: User) -> None:
    """Raises `ActionNotAllowed` once attendance was marked or anything else depends on it."""
    row = locked_open(training)
    if Attendance.objects.filter(session__training=row).exists() or _certified(row):
        raise ActionNotAllowed(_("People attended this training. Close it instead, so that it stays in the records."))
    record("training.delete", by=by, target=row, programme=str(row.programme))
    try:
        row.delete()
    except ProtectedError as held_by:
        raise ActionNotAllowed(_("Exercises were created for this training. Close it instead.")) from held_by


def _certified(training: Training) -> bool:
    return Certificate.objects.filter(participant__training=training).exists()
