"""Meetings of a consultation. What was proposed there is entered by `participation.domain.contribute.from_meeting`."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from participation.domain.write import lock
from participation.enums import ConsultationStage, WayIn
from participation.models import Consultation, Meeting
from posts.draft import storable

MOST_PLACE = 200
MOST_NOTE = 4000
MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class MeetingContent:
    """Where and when (aware), how many people came and how many of them women (None: nobody counted), in short."""

    place: str
    at: datetime
    people: int | None = None
    women: int | None = None
    note: str = ""


@transaction.atomic
def add(consultation: Consultation, content: MeetingContent, *, by: User) -> Meeting:
    """A meeting that was held. Raises `ActionNotAllowed`."""
    row = lock(consultation)
    if row.stage != ConsultationStage.PUBLISHED or WayIn.MEETING not in row.ways_in:
        raise ActionNotAllowed(_("Meetings are no way to take part in this consultation now."))
    meeting = Meeting(municipality_id=row.municipality_id, consultation=row, by=by)
    _apply(meeting, content)
    meeting.save()
    row.save(update_fields=["changed_at"])
    record("contribution.meeting", by=by, target=row, consultation=str(row))
    return meeting


@transaction.atomic
def change(meeting: Meeting, content: MeetingContent, *, by: User) -> Meeting:
    """Correct its facts, until the report is published. Raises `ActionNotAllowed`."""
    row = lock(meeting.consultation)
    if row.stage not in (ConsultationStage.PUBLISHED, ConsultationStage.CLOSED):
        raise ActionNotAllowed(_("This consultation has ended, so it is no longer changed."))
    known = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    _apply(known, content)
    known.save()
    row.save(update_fields=["changed_at"])
    record("contribution.meeting", by=by, target=row, consultation=str(row))
    return known


@transaction.atomic
def delete(meeting: Meeting, *, by: User) -> None:
    """Delete one that was entered by mistake, while the consultation is not closed. Raises `ActionNotAllowed`, also
    where a proposal was entered from it: contributions are never deleted, and each keeps where it was made.
    """
    row = lock(meeting.consultation)
    if row.stage != ConsultationStage.PUBLISHED:
        raise ActionNotAllowed(_("This consultation is closed, so its meetings stay as they are."))
    known = Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting.pk).first()
    if known is None:
        raise ActionNotAllowed(_("This meeting was deleted meanwhile."))
    if count := known.contributions.count():
        raise ActionNotAllowed(
            ngettext(
                "%(count)s proposal was entered from this meeting. It keeps its number and where it was made, so the "
                "meeting stays. Correct its place and time instead.",
                "%(count)s proposals were entered from this meeting. They keep their numbers and where they were made, "
                "so the meeting stays. Correct its place and time instead.",
                count,
            )
            % {"count": count}
        )
    record(
        "contribution.meeting_delete", by=by, target=row, meeting=known.place,
        on=timezone.localdate(known.at).isoformat(),
    )  # fmt: skip
    known.delete()
    row.save(update_fields=["changed_at"])


def _apply(meeting: Meeting, content: MeetingContent) -> None:
    place, note = " ".join(storable(content.place).split()), storable(content.note).strip()
    if not place:
        raise ActionNotAllowed(_("Write where it was."), "place")
    if content.at > timezone.now():
        raise ActionNotAllowed(_("Minutes are entered after the meeting."), "at")
    for name, text, most in (("place", place, MOST_PLACE), ("note", note, MOST_NOTE)):
        if len(text) > most:
            raise ActionNotAllowed(
                _("This is too long: %(count)s characters, at most %(most)s.") % {"count": len(text), "most": most},
                name,
            )
    if content.people is not None and not 0 <= content.people <= MOST_PEOPLE:
        raise ActionNotAllowed(_("This number cannot be right."), "people")
    if content.women is not None and (content.people is None or not 0 <= content.women <= content.people):
        raise ActionNotAllowed(_("There cannot be more women than people. Enter both numbers, or neither."), "women")
    meeting.place, meeting.at, meeting.note = place, content.at, note
    meeting.people, meeting.women = content.people, content.women
