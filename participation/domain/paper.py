"""Batches of proposals on paper: one person enters them quickly, another compares every sheet with the paper.

Until a batch is checked, either of them corrects what was misread; afterwards its texts are as they are. Entering and
checking a sheet are in `participation.domain.contribute`.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.text_analysis import analyse
from municipalities.queries import today
from participation import rules
from participation.domain.contribute import similar_group
from participation.domain.write import lock
from participation.enums import ConsultationStage, WayIn
from participation.models import Consultation, Contribution, PaperBatch
from posts.draft import storable

MOST_SHEETS = 2000
MOST_TITLE = 200


@transaction.atomic
def add_batch(consultation: Consultation, title: str, *, sheets: int, received_on: date, by: User) -> PaperBatch:
    """A batch without any sheet yet; `by` will enter it. Raises `ActionNotAllowed`."""
    row = lock(consultation)
    cleaned = " ".join(storable(title).split())
    if row.stage != ConsultationStage.PUBLISHED or WayIn.PAPER not in row.ways_in:
        raise ActionNotAllowed(_("This consultation takes no proposals on paper now."))
    if not cleaned:
        raise ActionNotAllowed(_("Write where the sheets come from."), "title")
    if len(cleaned) > MOST_TITLE:
        raise ActionNotAllowed(
            _("This is too long: %(count)s characters, at most %(most)s.")
            % {"count": len(cleaned), "most": MOST_TITLE}, "title"
        )  # fmt: skip
    _refuse_number(sheets)
    if received_on > today():
        raise ActionNotAllowed(_("This day is not here yet."), "received_on")
    if row.starts_on is not None and received_on < row.starts_on:
        raise ActionNotAllowed(_("On that day this consultation had not begun yet."), "received_on")
    batch = PaperBatch.objects.create(
        municipality_id=row.municipality_id, consultation=row, title=cleaned, sheets=sheets, received_on=received_on,
        entered_by=by,
    )  # fmt: skip
    record("contribution.batch", by=by, target=row, sheets=sheets)
    return batch


@transaction.atomic
def set_sheets(batch: PaperBatch, sheets: int, *, by: User) -> PaperBatch:
    """Correct how many sheets there are on the table. Raises `ActionNotAllowed`."""
    row = lock(batch.consultation)
    taken = _unchecked(batch)
    _refuse_number(sheets)
    if sheets < taken.contributions.count():
        raise ActionNotAllowed(_("More sheets than that are entered already."), "sheets")
    taken.sheets = sheets
    taken.save(update_fields=["sheets"])
    record("contribution.batch", by=by, target=row, sheets=sheets)
    return taken


@transaction.atomic
def correct(contribution: Contribution, text: str, *, by: User) -> Contribution:
    """Correct the text of a sheet that was misread, before its batch is checked. Raises `ActionNotAllowed`."""
    row = lock(contribution.consultation)
    one = Contribution.objects.select_for_update(of=("self",)).get(pk=contribution.pk)
    if one.batch is None:
        raise ActionNotAllowed(_("Only what came on paper is corrected: everything else is in its author's own words."))
    _unchecked(one.batch)
    if one.withdrawn_at is not None:
        raise ActionNotAllowed(_("Its author withdrew it."))
    words = storable(text).strip()
    if not words:
        raise ActionNotAllowed(_("Write the proposal first."), "text")
    if len(words) > rules.MOST_TEXT:
        raise ActionNotAllowed(
            _("This is too long: %(count)s characters, at most %(most)s.")
            % {"count": len(words), "most": rules.MOST_TEXT}, "text"
        )  # fmt: skip
    if words == one.text:
        return one
    analysis = analyse(words)
    one.text, one.fingerprint, one.has_personal_data = words, analysis.fingerprint, analysis.has_personal_data
    Contribution.objects.filter(pk=one.pk).update(similar_group=None)  # it is no group of its own any more
    one.similar_group = similar_group(row, analysis.fingerprint)
    one.save(update_fields=["text", "fingerprint", "has_personal_data", "similar_group", "search_key"])
    record("contribution.correct", by=by, target=one, label=str(row), number=one.number, consultation=str(row))
    return one


def _unchecked(batch: PaperBatch) -> PaperBatch:
    taken = PaperBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if taken.checked_at is not None:
        raise ActionNotAllowed(_("This batch was checked already, so its texts stay as they are."))
    return taken


def _refuse_number(sheets: int) -> None:
    if not 1 <= sheets <= MOST_SHEETS:
        raise ActionNotAllowed(
            _("A batch has 1 to %(most)s sheets. Enter more than that as several batches.") % {"most": MOST_SHEETS},
            "sheets",
        )
