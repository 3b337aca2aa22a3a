"""Certificates: issued to participants who attended enough, frozen as issued, revoked with a reason."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.queries import today
from trainings import certificate as page
from trainings.domain import notifications
from trainings.domain.locking import locked_open
from trainings.models import Certificate, Training
from trainings.queries.attendance import AttendanceRow, Sheet, sheet
from trainings.rules import certificate_number

# Two trainers who issue at once stand in line, so that no number is given twice: a lock of the transaction's own.
NUMBERING = "SELECT pg_advisory_xact_lock(hashtext('certificates'))"


@transaction.atomic
def issue(training: Training, participants: Iterable[int], *, by: User) -> list[Certificate]:
    """To those of `participants` (ids) who have earned one and hold none. Raises `ActionNotAllowed` before the last
    day, and if a chosen participant has not attended enough.
    """
    row = locked_open(training)
    if today() < row.ends_on:
        raise ActionNotAllowed(_("The training lasts until %(day)s. Certificates follow on that day.") % {
            "day": short_date(row.ends_on)})  # fmt: skip
    attendance, chosen = sheet(row), set(participants)
    rows = [row for row in attendance.rows if row.participant.pk in chosen and row.certificate is None]
    for candidate in rows:
        if not candidate.has_earned:
            raise ActionNotAllowed(
                _("%(person)s attended less than %(share)s per cent. Check the attendance again.")
                % {"person": candidate.participant, "share": row.share_asked}
            )
    certificates = _written(row, attendance, rows, by)
    if certificates:
        names = [certificate.participant.name for certificate in certificates]
        record("training.issue", by=by, target=row, people=names, programme=str(row.programme))
        notifications.issued(row, certificates, by=by)
    return certificates


def _written(training: Training, attendance: Sheet, rows: list[AttendanceRow], by: User) -> list[Certificate]:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERING)
    day = today()
    last = Certificate.objects.filter(number__startswith=f"{day.year}-").order_by("-pk").first()
    running = int(last.number.rpartition("-")[2]) if last else 0
    certificates = []
    for at, attendance_row in enumerate(rows, start=1):
        attendance_row.participant.training = training
        attended = [line for line in attendance.sessions if attendance_row.marks.get(line.pk)]
        certificates.append(
            Certificate(
                participant=attendance_row.participant,
                number=certificate_number(day, running + at),
                facts=page.facts(attendance_row.participant, attended, attendance.sessions, by),
                issued_by=by,
            )
        )
    return Certificate.objects.bulk_create(certificates)


@transaction.atomic
def revoke(certificate: Certificate, reason: str, *, by: User) -> Certificate:
    """It stays in the list with the reason; a new one gets a new number. Twice changes nothing. Raises
    `ActionNotAllowed`.
    """
    row = locked_open(certificate.participant.training)
    locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if locked.revoked_at:
        return locked
    locked.revoked_at, locked.revoked_by, locked.reason = timezone.now(), by, reason
    locked.save(update_fields=["revoked_at", "revoked_by", "reason"])
    record("training.revoke", by=by, target=row, number=locked.number, programme=str(row.programme))
    return locked
