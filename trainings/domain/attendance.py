"""Attendance of sessions. Only changed marks are written, so that two trainers do not overwrite each other."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from trainings.domain.locking import locked_open
from trainings.models import Attendance, Participant, Session, Training
from trainings.queries import sessions

Changes = Mapping[tuple[int, int], bool]
"""(participant, session): there or not."""


@transaction.atomic
def mark(training: Training, changes: Changes, *, by: User) -> int:
    """How many marks are new. Marking again what is marked changes nothing. Raises `ActionNotAllowed`."""
    row = locked_open(training)
    people = set(Participant.objects.filter(training=row).values_list("pk", flat=True))
    lines = set(sessions(row).filter(is_break=False).values_list("pk", flat=True))
    if any(participant not in people or session not in lines for participant, session in changes):
        raise ActionNotAllowed(_("The list or the agenda has been changed in the meantime. Check it again."))
    known = {
        (attendance.participant_id, attendance.session_id): attendance
        for attendance in Attendance.objects.filter(participant__in={pair[0] for pair in changes})
    }
    fresh, other, now = [], [], timezone.now()
    for (participant, session), present in changes.items():
        mark = known.get((participant, session))
        if mark is None:
            fresh.append(
                Attendance(participant_id=participant, session_id=session, present=present, marked_by=by)
            )  # fmt: skip
        elif mark.present != present:
            mark.present, mark.marked_by, mark.marked_at = present, by, now
            other.append(mark)
    Attendance.objects.bulk_create(fresh)
    Attendance.objects.bulk_update(other, ["present", "marked_by", "marked_at"])
    count = len(fresh) + len(other)
    if count:
        record("training.mark", by=by, target=row, count=count, programme=str(row.programme))
    return count


@transaction.atomic
def mark_all(session: Session, *, by: User) -> int:
    """Mark everybody on the list who is not marked yet as present at this session. Raises `ActionNotAllowed`."""
    people = Participant.objects.filter(training=session.training).exclude(attendance__session=session)
    changes = {(pk, session.pk): True for pk in people.values_list("pk", flat=True)}
    return mark(session.training, changes, by=by)
