"""Absences of a mentor; the municipalities that they accompany are notified."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from mentoring.domain import notifications
from mentoring.models import Absence
from municipalities.queries import mentored, today

LONGEST_DAYS = 120


@transaction.atomic
def announce(starts_on: date, ends_on: date, note: str, *, by: User) -> Absence:
    """Tell the municipalities. Raises `ActionNotAllowed` for days that are over, the wrong way round, or taken
    already.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    if ends_on < today():
        raise ActionNotAllowed(_("These days are over."), "ends_on")
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise ActionNotAllowed(
            _("Longer than %(days)s days is a handover: pass the municipalities on to another mentor.")
            % {"days": LONGEST_DAYS},
            "ends_on",
        )
    other = Absence.objects.filter(mentor=by, withdrawn_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if other is not None:
        days = {"since": short_date(other.starts_on), "until": short_date(other.ends_on)}  # type: ignore[arg-type]
        raise ActionNotAllowed(
            _("You are away from %(since)s to %(until)s already. Withdraw that first.") % days, "starts_on"
        )
    row = Absence.objects.create(mentor=by, starts_on=starts_on, ends_on=ends_on, note=note.strip())
    audit.record("mentor.announce_absence", by=by, target=row, label=str(by))
    for municipality in mentored(by):
        notifications.absent(row, municipality, by=by)
    return row


@transaction.atomic
def withdraw(absence: Absence, *, by: User) -> None:
    """Not away after all, or back sooner. One that is over stays as it was."""
    row = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if row.withdrawn_at is not None or (row.ends_on is not None and row.ends_on < today()):
        raise ActionNotAllowed(_("This absence has already ended."))
    if row.starts_on < today():
        # the days that were count when response times are reckoned
        row.ends_on = date.fromordinal(today().toordinal() - 1)
    else:
        row.withdrawn_at = timezone.now()
    row.save(update_fields=["ends_on", "withdrawn_at"])
    audit.record("mentor.withdraw_absence", by=by, target=row, label=str(by))
