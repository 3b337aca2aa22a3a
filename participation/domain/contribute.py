"""Taking in contributions. Five ways in, one list: every one gets the next number of its consultation.

The consultation's row is locked while a number is given, so that none is given twice and a term that ends meanwhile is
seen. What came after the term is kept, marked as late, and decided like any other: nothing that a citizen sent is lost.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, F, Func, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.queries import is_mailbox
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.enums import MessageKind
from inbox.models import Message, Settlement
from inbox.text_analysis import analyse
from inbox.text_analysis.similarity import NEAR
from participation import rules
from participation.domain.write import lock
from participation.enums import OF_MESSAGES, AgeBand, AnswerState, ConsultationStage, Gender, SpeakerRole, WayIn
from participation.models import Consultation, Contribution, Meeting, PaperBatch
from posts.draft import storable

# With how many of the newest contributions a new one is compared for similar words.
COMPARED = 2000


@dataclass(frozen=True)
class Voluntary:
    """What a person may state about themselves, and need not."""

    settlement: Settlement | None = None
    age_band: str = ""
    gender: str = ""


NOTHING = Voluntary()


@transaction.atomic
def from_form(
    consultation: Consultation,
    text: str,
    *,
    contact: str = "",
    about: Voluntary = NOTHING,
    language: str = "",
    code: str = "",
) -> tuple[Contribution, str]:
    """A proposal from the public form; returns it with the receipt code, which is stored nowhere. `code`: a receipt
    that no contribution has yet, "" for a new one.

    Raises `ActionNotAllowed` before the first day, after the term, and where the form is not a way in.
    """
    row = lock(consultation)
    _refuse_closed_door(row, WayIn.FORM)
    if row.closes_at is not None and timezone.now() >= row.closes_at:
        raise ActionNotAllowed(_("The term is over, so this consultation takes no more proposals."))
    code = code or rules.new_receipt()
    contribution = _add(
        row, WayIn.FORM, text, timezone.now(), about=about, by=None, contact=contact, language=language,
        receipt=rules.receipt_digest(settings.SECRET_KEY, code),
    )  # fmt: skip
    return contribution, code


@transaction.atomic
def from_message(consultation: Consultation, message: Message, *, by: User) -> Contribution:
    """A comment, a private message or an e-mail as a contribution. Raises `ActionNotAllowed`.

    The caller has checked that `by` may read the message.
    """
    row = lock(consultation)
    source = Message.objects.select_for_update(of=("self",)).select_related("channel").get(pk=message.pk)
    if source.kind in (MessageKind.SPAM, MessageKind.UNLAWFUL):
        raise ActionNotAllowed(
            _("A message that is spam or clearly unlawful is not a contribution. Sort it first, or leave it out.")
        )
    if source.erased_at or not source.text.strip():
        raise ActionNotAllowed(_("The text of this message is no longer here, so it cannot be counted."))
    before = Contribution.objects.filter(message=source).select_related("consultation").first()
    if before is not None:
        raise ActionNotAllowed(
            _("This message is contribution %(number)s to “%(consultation)s” already.")
            % {"number": before.number, "consultation": before.consultation}
        )
    way = way_of(source)
    _refuse_closed_door(row, way)
    contribution = _add(row, way, source.text, source.at, by=by, message=source, settlement=source.settlement)
    _record(contribution, row, by)
    return contribution


@transaction.atomic
def from_meeting(meeting: Meeting, text: str, *, speaker: str, about: Voluntary = NOTHING, by: User) -> Contribution:
    """What somebody proposed at a meeting, from its minutes. Raises `ActionNotAllowed`."""
    row = lock(meeting.consultation)
    _refuse_closed_door(row, WayIn.MEETING)
    if speaker not in SpeakerRole.values:
        raise ActionNotAllowed(_("Enter as whom they spoke."), "speaker")
    contribution = _add(row, WayIn.MEETING, text, meeting.at, about=about, by=by, meeting=meeting, speaker=speaker)
    _record(contribution, row, by)
    return contribution


@transaction.atomic
def from_paper(batch: PaperBatch, text: str, *, about: Voluntary = NOTHING, by: User) -> Contribution:
    """A proposal of a batch on paper, by the person who enters the batch. Raises `ActionNotAllowed`."""
    row = lock(batch.consultation)
    _refuse_closed_door(row, WayIn.PAPER)
    sheet = PaperBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if sheet.checked_at is not None:
        raise ActionNotAllowed(_("This batch was checked already. Enter what was left out as a new batch."))
    if sheet.entered_by_id != by.pk:
        raise ActionNotAllowed(_("One person enters a batch, and another one checks it."))
    if sheet.contributions.count() >= sheet.sheets:
        raise ActionNotAllowed(
            _("All sheets of this batch are entered. Correct the number of sheets if there are more.")
        )
    received_at = datetime.combine(sheet.received_on, datetime.min.time(), timezone.get_current_timezone())
    contribution = _add(
        row, WayIn.PAPER, text, received_at, about=about, by=by, batch=sheet, is_checked=False,
        is_late=row.ends_on is not None and sheet.received_on > row.ends_on,
    )  # fmt: skip
    _record(contribution, row, by)
    return contribution


@transaction.atomic
def check_batch(batch: PaperBatch, *, by: User) -> PaperBatch:
    """Confirm that the entered texts are those of the paper, as another person. Raises `ActionNotAllowed`."""
    row = lock(batch.consultation)
    sheet = PaperBatch.objects.select_for_update(of=("self",)).select_related("consultation").get(pk=batch.pk)
    if sheet.checked_at is not None:
        raise ActionNotAllowed(_("This batch was checked already."))
    if sheet.entered_by_id == by.pk:
        raise ActionNotAllowed(_("You entered this batch yourself, so a colleague checks it."))
    entered = sheet.contributions.count()
    if entered != sheet.sheets:
        raise ActionNotAllowed(
            _("%(entered)s of %(sheets)s sheets are entered. Enter the others first, or correct the number of sheets.")
            % {"entered": entered, "sheets": sheet.sheets}
        )
    sheet.checked_by, sheet.checked_at = by, timezone.now()
    sheet.save(update_fields=["checked_by", "checked_at"])
    sheet.contributions.update(is_checked=True)
    row.save(update_fields=["changed_at"])
    record("contribution.check", by=by, target=sheet.consultation, batch=sheet.pk, consultation=str(sheet.consultation))
    return sheet


def way_of(message: Message) -> WayIn:
    """The way in of a message: by its network and by who could read it."""
    if is_mailbox(message.channel.platform):
        return WayIn.MAIL
    return WayIn.MESSAGE if message.is_private else WayIn.COMMENT


def _add(
    row: Consultation,
    way: WayIn,
    text: str,
    received_at: datetime,
    *,
    by: User | None,
    about: Voluntary = NOTHING,
    **fields: Any,
) -> Contribution:
    """The next contribution of a locked consultation."""
    words = storable(text).strip()
    if not words:
        raise ActionNotAllowed(_("Write the proposal first."), "text")
    if len(words) > rules.MOST_TEXT and way not in OF_MESSAGES:
        raise ActionNotAllowed(
            _("This is too long: %(count)s characters, at most %(most)s.")
            % {"count": len(words), "most": rules.MOST_TEXT},
            "text",
        )
    if about.age_band not in ("", *AgeBand.values) or about.gender not in ("", *Gender.values):
        raise ActionNotAllowed(_("Choose one of the answers, or none."), "age_band")
    analysis = analyse(words)
    row.last_number += 1
    # not `changed_at`: public pages count what comes in every few seconds, not with each proposal
    row.save(update_fields=["last_number"])
    fields.setdefault("is_late", row.closes_at is not None and received_at >= row.closes_at)
    fields.setdefault("settlement", about.settlement)
    return Contribution.objects.create(
        municipality_id=row.municipality_id,
        consultation=row,
        number=row.last_number,
        way_in=way,
        text=words,
        fingerprint=analysis.fingerprint,
        similar_group=similar_group(row, analysis.fingerprint),
        has_personal_data=analysis.has_personal_data,
        received_at=received_at,
        age_band=about.age_band,
        gender=about.gender,
        answer_state=AnswerState.NONE,
        by=by,
        **fields,
    )


def similar_group(row: Consultation, fingerprint: int | None) -> int | None:
    """The name of the nearest group of near-duplicates in a locked consultation, else the fingerprint itself.

    The same words are found however old they are, similar ones among the `COMPARED` newest: whoever writes waits while
    the row is locked, so this takes as long with 50,000 contributions as with so many. A group that people still write
    to is found by its newest members.
    """
    if fingerprint is None:
        return None
    others = Contribution.objects.filter(consultation=row)
    if others.filter(similar_group=fingerprint).exists():
        return fingerprint
    # by number alone: a condition on groups would lead the planner to all of them
    newest = others.filter(number__gt=row.last_number - COMPARED)
    near = newest.annotate(apart=DifferentBits("similar_group", fingerprint)).filter(apart__lte=NEAR)
    nearest = near.order_by("apart", "number").values_list("similar_group", flat=True).first()
    return fingerprint if nearest is None else nearest


class DifferentBits(Func):
    """In how many of their 64 bits a column and a number differ: `inbox.text_analysis.similarity.distance`."""

    template = "bit_count((%(expressions)s)::bit(64))"
    arg_joiner = " # "
    output_field = BigIntegerField()

    def __init__(self, column: str, number: int) -> None:
        super().__init__(F(column), Cast(Value(number), BigIntegerField()))


def _refuse_closed_door(row: Consultation, way: WayIn) -> None:
    """Raises `ActionNotAllowed` where contributions of this way are not taken now."""
    if row.stage != ConsultationStage.PUBLISHED:
        raise ActionNotAllowed(_("This consultation takes no contributions now."))
    if way not in row.ways_in:
        raise ActionNotAllowed(
            _("This consultation does not take contributions in this way: %(way)s.") % {"way": way.label}
        )
    if row.starts_on is not None and timezone.localdate() < row.starts_on:
        raise ActionNotAllowed(_("This consultation has not begun yet."))


def _record(contribution: Contribution, row: Consultation, by: User) -> None:
    record(
        "contribution.add", by=by, target=contribution, label=str(row), number=contribution.number,
        consultation=str(row), way=str(contribution.way_in),
    )  # fmt: skip
