"""Events on charts over time: marked, changed and removed by people."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import MunicipalityAnnotation, ProgrammeAnnotation
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.models import Municipality, Programme

EARLIEST = date(2000, 1, 1)
MOST_DAYS = 366


@dataclass(frozen=True)
class Happened:
    """An event in words of the form."""

    kind: str
    first: date
    last: date
    text: str


@transaction.atomic
def add(happened: Happened, *, of: Municipality | Programme, by: User) -> MunicipalityAnnotation | ProgrammeAnnotation:
    """Inside the municipality's scope where it is of one. Raises `ActionNotAllowed` for days that are not in order."""
    _refuse(happened)
    row: MunicipalityAnnotation | ProgrammeAnnotation
    if isinstance(of, Programme):
        row = ProgrammeAnnotation.objects.create(programme=of, added_by=by, **vars(happened))
    else:
        row = MunicipalityAnnotation.objects.create(municipality=of, added_by=by, **vars(happened))
    _record("annotation.add", row, by)
    return row


@transaction.atomic
def change(row: MunicipalityAnnotation | ProgrammeAnnotation, happened: Happened, *, by: User) -> None:
    """Raises `ActionNotAllowed` for days that are not in order."""
    _refuse(happened)
    for name, value in vars(happened).items():
        setattr(row, name, value)
    row.save(update_fields=list(vars(happened)))
    _record("annotation.change", row, by)


@transaction.atomic
def remove(row: MunicipalityAnnotation | ProgrammeAnnotation, *, by: User) -> None:
    _record("annotation.remove", row, by)
    row.delete()


def _refuse(happened: Happened) -> None:
    if happened.last < happened.first:
        raise ActionNotAllowed(_("The last day lies before the first."), "last")
    if happened.first < EARLIEST:
        raise ActionNotAllowed(_("This is too long ago for any chart."), "first")
    if (happened.last - happened.first).days >= MOST_DAYS:
        raise ActionNotAllowed(_("These are more than a year. Choose fewer days."), "last")


def _record(verb: str, row: MunicipalityAnnotation | ProgrammeAnnotation, by: User) -> None:
    audit.record(verb, by=by, target=row, first=short_date(row.first), last=short_date(row.last))
