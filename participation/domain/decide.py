"""What becomes of contributions: a decision with its reason for each, joining those that say the same, and the wish of
an author to be forgotten.

A joined contribution counts, and has the decision of the one that it is joined with; so deciding once answers all of
them, and none is without an end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from participation import rules
from participation.domain.erase import erase_files, erase_questions
from participation.domain.recall import recall
from participation.domain.write import lock
from participation.enums import DECISIONS, AnswerState, ConsultationStage, Decision
from participation.models import Consultation, Contribution, contribution_search_key
from posts.draft import storable

NEEDS_REASON = (Decision.PARTLY, Decision.DECLINED, Decision.OUT_OF_SCOPE)
# Answers that are, or may be, on the way to a person: a decision cannot change silently after them.
ANSWERED = (AnswerState.WAITING, AnswerState.SENT)


MOST_AT_ONCE = 200
UNDECIDED = {"decision": "", "reason": "", "where_to": "", "decided_at": None, "decided_by": None}
UNANSWERED = {
    "answer_state": AnswerState.NONE, "answer_error": "", "answered_at": None, "reply": None, "round": None,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """A decision. `public_text` is what everybody reads of the proposal, "" to show no words of it."""

    decision: str
    reason: str = ""
    where_to: str = ""
    public_text: str = ""


def lock_contribution(contribution: Contribution) -> tuple[Consultation, Contribution]:
    """Both rows, the consultation first, locked."""
    row = lock(contribution.consultation)
    rows = Contribution.objects.select_for_update(of=("self",))
    return row, rows.get(pk=contribution.pk)


@transaction.atomic
def decide(contribution: Contribution, outcome: Outcome, *, by: User) -> Contribution:
    """Decide about a contribution, and those that are joined with it. Raises `ActionNotAllowed`."""
    row, one = lock_contribution(contribution)
    _refuse_ended(row)
    if one.same_as_id is not None:
        raise ActionNotAllowed(_("It is joined with another contribution. Decide about that one."))
    if one.withdrawn_at is not None:
        raise ActionNotAllowed(_("Its author withdrew it, so there is nothing to decide."))
    if not one.is_checked:
        raise ActionNotAllowed(_("It came on paper, and a second person has not checked it yet."))
    if outcome.decision not in DECISIONS:
        raise ActionNotAllowed(_("Choose what was decided."), "decision")
    reason, where_to, public_text = (
        storable(text).strip() for text in (outcome.reason, outcome.where_to, outcome.public_text)
    )
    if outcome.decision in NEEDS_REASON and not reason:
        raise ActionNotAllowed(_("Write why. Who made the proposal, and everybody else, will read it."), "reason")
    if outcome.decision == Decision.OUT_OF_SCOPE and not where_to:
        raise ActionNotAllowed(_("Write where people can turn with it."), "where_to")
    for name, text, most in (
        ("reason", reason, rules.MOST_REASON),
        ("where_to", where_to, rules.MOST_WHERE),
        ("public_text", public_text, rules.MOST_TEXT),
    ):
        if len(text) > most:
            raise ActionNotAllowed(
                _("This is too long: %(count)s characters, at most %(most)s.") % {"count": len(text), "most": most},
                name,
            )
    if one.gone_at is not None:
        public_text = ""
    decided = {
        "decision": outcome.decision,
        "reason": reason,
        "where_to": where_to if outcome.decision == Decision.OUT_OF_SCOPE else "",
    }
    Contribution.objects.filter(pk=one.pk).update(
        public_text=public_text, public_search_key=contribution_search_key(one.number, public_text)
    )
    if any(getattr(one, name) != value for name, value in decided.items()):
        # What was sent before said something else, so the author gets a new answer. One that says the same stays.
        together = list(_together(one))
        recall(together, by=by)
        Contribution.objects.filter(pk__in=[joined.pk for joined in together]).update(
            **decided, decided_at=timezone.now(), decided_by=by, **UNANSWERED
        )
    _touch(row)
    record(
        "contribution.decide", by=by, target=one, label=str(row), number=one.number, consultation=str(row),
        decision=outcome.decision,
    )  # fmt: skip
    one.refresh_from_db()
    return one


def decide_several(
    contributions: Sequence[Contribution], outcome: Outcome, released: Mapping[int, str], *, by: User
) -> tuple[list[Contribution], list[tuple[Contribution, str]]]:
    """The same decision for several: those decided, and those refused with the reason. `released`: the public text of
    each by its id; "" or none keeps what was released before. Each is decided in a transaction of its own.
    """
    if not contributions:
        raise ActionNotAllowed(_("Choose at least one."))
    if len(contributions) > MOST_AT_ONCE:
        raise ActionNotAllowed(_("These are too many at once: %(most)s at most.") % {"most": MOST_AT_ONCE})
    done: list[Contribution] = []
    refused: list[tuple[Contribution, str]] = []
    for one in contributions:
        try:
            public_text = released.get(one.pk) or one.public_text
            done.append(decide(one, replace(outcome, public_text=public_text), by=by))
        except ActionNotAllowed as problem:
            if problem.field in ("decision", "reason", "where_to"):
                raise  # wrong for all of them
            refused.append((one, problem.message))
    return done, refused


@transaction.atomic
def reopen(contribution: Contribution, *, by: User) -> Contribution:
    """Take a decision back, before anybody was answered. Raises `ActionNotAllowed`."""
    row, one = lock_contribution(contribution)
    _refuse_ended(row)
    if one.same_as_id is not None or one.decision not in DECISIONS:
        raise ActionNotAllowed(_("There is no decision here that could be taken back."))
    together = list(_together(one))
    if any(joined.answer_state in ANSWERED for joined in together):
        raise ActionNotAllowed(
            _("Its author was answered already. Decide anew instead: they get the new decision with its reason.")
        )
    recall(together, by=by)
    Contribution.objects.filter(pk__in=[joined.pk for joined in together]).update(**UNDECIDED, **UNANSWERED)
    _touch(row)
    record("contribution.reopen", by=by, target=one, label=str(row), number=one.number, consultation=str(row))
    one.refresh_from_db()
    return one


@transaction.atomic
def group(contribution: Contribution, into: Contribution, *, by: User) -> Contribution:
    """Join a contribution with one that says the same. Raises `ActionNotAllowed`. Both keep their numbers and count."""
    row, one = lock_contribution(contribution)
    _refuse_ended(row)
    target = Contribution.objects.select_for_update(of=("self",)).get(pk=into.pk)
    if target.consultation_id != one.consultation_id or target.pk == one.pk:
        raise ActionNotAllowed(_("Choose another contribution of this consultation."), "into")
    if target.same_as_id is not None:
        raise ActionNotAllowed(_("That one is joined with another itself. Choose the first one."), "into")
    if one.withdrawn_at or target.withdrawn_at:
        raise ActionNotAllowed(_("One of the two was withdrawn by its author."), "into")
    if one.decision or one.same_as_id is not None or one.others.exists():
        raise ActionNotAllowed(_("Only a contribution without a decision, and without others, is joined."), "into")
    if not one.is_checked:
        raise ActionNotAllowed(_("It came on paper, and a second person has not checked it yet."))
    Contribution.objects.filter(pk=one.pk).update(
        same_as=target, decision=target.decision, reason=target.reason, where_to=target.where_to,
        decided_at=target.decided_at, decided_by_id=target.decided_by_id,
    )  # fmt: skip
    _touch(row)
    record("contribution.group", by=by, target=one, label=str(row), number=one.number, consultation=str(row))
    one.refresh_from_db()
    return one


@transaction.atomic
def separate(contribution: Contribution, *, by: User) -> Contribution:
    """Undo `group`: the contribution has no decision again. Raises `ActionNotAllowed` once its author was answered."""
    row, one = lock_contribution(contribution)
    _refuse_ended(row)
    if one.same_as_id is None:
        raise ActionNotAllowed(_("It is not joined with another one."))
    if one.withdrawn_at is not None or one.answer_state in ANSWERED:
        raise ActionNotAllowed(_("Its author was answered, or withdrew it, so it stays as it is."))
    recall([one], by=by)
    Contribution.objects.filter(pk=one.pk).update(same_as=None, **UNDECIDED, **UNANSWERED)
    _touch(row)
    record("contribution.separate", by=by, target=one, label=str(row), number=one.number, consultation=str(row))
    one.refresh_from_db()
    return one


@transaction.atomic
def withdraw(contribution: Contribution, *, by: User | None) -> Contribution:
    """Erase the words of a contribution because its author wants that; its number stays, and it counts as withdrawn.

    `by` None: its author did it with the receipt. Where others are joined with it, the next of them takes its place.
    Possible at any time, also after the report: what is published afterwards does not have the words.
    """
    row, one = lock_contribution(contribution)
    if one.withdrawn_at is not None:
        return one
    heir = one.others.filter(withdrawn_at=None).order_by("number").first()
    if heir is not None:
        Contribution.objects.filter(pk=heir.pk).update(same_as=None)
        one.others.exclude(pk=heir.pk).update(same_as=heir)
    now = timezone.now()
    if one.pk in recall([one], by=by):
        one.answer_state, one.answer_error, one.reply = AnswerState.NONE, "", None
    one.round = None
    erase_files([one.pk])
    erase_questions([one.pk])
    one.same_as = None
    one.text = one.public_text = one.contact = one.reason = one.where_to = ""
    one.has_personal_data, one.fingerprint, one.similar_group = False, None, None
    one.decision, one.decided_at, one.decided_by = Decision.WITHDRAWN, now, None
    one.withdrawn_at = now
    one.age_band = one.gender = ""
    one.settlement = None
    one.save()
    _touch(row)
    record("contribution.withdraw", by=by, target=one, label=str(row), number=one.number, consultation=str(row))
    return one


def _together(one: Contribution) -> QuerySet[Contribution]:
    """A contribution and those that are joined with it, locked: they have one decision."""
    rows = Contribution.objects.select_for_update(of=("self",))
    rows = rows.filter(Q(pk=one.pk) | Q(same_as=one.pk), withdrawn_at=None)
    return rows.select_related("reply__delivery").order_by("pk")


def _refuse_ended(row: Consultation) -> None:
    if row.stage != ConsultationStage.PUBLISHED:
        raise ActionNotAllowed(_("This consultation is closed, so its decisions stay as they are."))


def _touch(row: Consultation) -> None:
    """Public pages are kept until this changes."""
    row.save(update_fields=["changed_at"])
