"""Hand a municipality over to another mentor, with a note for them."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import ActionNotAllowed
from mentoring.domain import checkins, notifications
from mentoring.models import Handover
from mentoring.queries.handover import handover_status
from municipalities.domain import programme
from municipalities.models import Pairing
from municipalities.tenancy import scope
from posts.draft import storable

MOST = 4000


@transaction.atomic
def hand_over(
    pairing: Pairing, successor: Any, starts_on: date, ends_on: date | None, note: str, *, by: User
) -> Handover:
    """End the pairing the day before `starts_on`, begin the successor's, and keep the note.

    From `starts_on` on the former mentor has no access; when that is today, at once. Raises `ActionNotAllowed`.
    """
    note = storable(note).strip()
    if not note:
        raise ActionNotAllowed(_("Write what your successor should know, even if it is one sentence."), "note")
    if len(note) > MOST:
        raise ActionNotAllowed(
            _("The note is too long: it has %(count)s characters, and %(most)s are allowed.")
            % {"count": len(note), "most": MOST},
            "note",
        )
    former, next_one = programme.succeed(pairing, successor, starts_on, ends_on, by=by)
    with scope(pairing.municipality_id):
        row = Handover.objects.create(
            municipality=pairing.municipality, former=former, successor=next_one, note=note, by=by
        )
        # planned check-ins of the successor's days are the successor's; the history stays whose it is
        checkins.pass_on(former, next_one, by=by)
        stands = handover_status(pairing.municipality)
    notifications.handed_over(row, stands, by=by)
    return row
