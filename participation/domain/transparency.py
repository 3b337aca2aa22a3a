"""Entering the questions of the Local Transparency Index, and what a municipality says about itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from common.fields import web_address
from municipalities.models import Municipality
from participation import rules
from participation.enums import NOT_CHECKED, SelfCheckState
from participation.models import Question, QuestionSet, SelfCheck
from participation.question_file import QuestionRow
from posts.draft import storable


@dataclass(frozen=True)
class WhereRead:
    """Of which year the questions are, and where and when whoever enters them read them."""

    year: int
    source: str
    read_on: date
    address: str = ""


@dataclass(frozen=True)
class SelfCheckContent:
    """What is said about one question. `state` "": nobody has checked it."""

    state: str
    address: str = ""
    note: str = ""


@transaction.atomic
def enter_questions(about: WhereRead, rows: Sequence[QuestionRow], *, by: User) -> QuestionSet:
    """The questions of a year, in place of those that were entered for it before. Raises `ActionNotAllowed`.

    A question with the same mark stays the same question, with what municipalities said about it; one that the file no
    longer has is not asked any more, and what was said about it stays.
    """
    if not rows or any(row.problems for row in rows):
        raise ActionNotAllowed(_("Nothing was stored: correct the rows with problems and choose the file again."))
    values = {"source": storable(about.source).strip(), "address": about.address, "read_on": about.read_on}
    kept, is_new = QuestionSet.objects.select_for_update(of=("self",)).get_or_create(year=about.year, defaults=values)
    if not is_new:
        for name, value in values.items():
            setattr(kept, name, value)
        kept.edition += 1
        kept.save()
    before = {question.code: question for question in kept.questions.all()}
    questions = [
        Question(
            pk=before[row.code].pk if row.code in before else None,
            set=kept, code=row.code, category=row.category, position=position, text=row.text, text_en=row.text_en,
            weight=row.weight, next=row.next, next_en=row.next_en, evidence=row.evidence, is_active=True,
        )
        for position, row in enumerate(rows, 1)
    ]  # fmt: skip
    fields = [name.name for name in Question._meta.concrete_fields if name.name not in ("id", "set", "code")]
    Question.objects.bulk_update([question for question in questions if question.pk], fields)
    Question.objects.bulk_create(question for question in questions if not question.pk)
    kept.questions.exclude(code__in=[row.code for row in rows]).update(is_active=False)
    record("transparency.questions", by=by, target=kept, questions=len(rows), edition=kept.edition)
    return kept


@transaction.atomic
def check(municipality: Municipality, question: Question, content: SelfCheckContent, *, by: User) -> SelfCheck | None:
    """What the municipality says about a question now; None where nobody has checked it. Raises `ActionNotAllowed`."""
    # serialised per municipality, so that two people who check the same question leave one row
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    if not question.is_active:
        raise ActionNotAllowed(_("This question is not asked any more."))
    note = storable(content.note).strip()
    if content.state not in (NOT_CHECKED, *SelfCheckState.values):
        raise ActionNotAllowed(_("Choose one of the answers."), "state")
    if len(note) > rules.MOST_REASON:
        raise ActionNotAllowed(
            _("This is too long: %(count)s characters, at most %(most)s.")
            % {"count": len(note), "most": rules.MOST_REASON},
            "note",
        )
    if content.address and not web_address(content.address):
        raise ActionNotAllowed(_("A link begins with https:// or http://."), "address")
    row = SelfCheck.objects.filter(question=question).first()
    if content.state == NOT_CHECKED:
        if note or content.address:
            raise ActionNotAllowed(_("Choose an answer, so that the link and the note belong to one."), "state")
        if row is None:
            return None
        row.delete()
    else:
        row = row or SelfCheck(municipality=municipality, question=question)
        row.state, row.address, row.note, row.by = content.state, content.address, note, by
        row.save()
    record(
        "transparency.check", by=by, target=question, municipality_id=municipality.pk, label=question.code,
        state=content.state,
    )  # fmt: skip
    return row if content.state else None
