"""Asking a department about a contribution that came without a message (`inbox.domain.department_questions`).

The link works while the contribution has no decision. No question is sent twice: the reminder is marked in the
transaction that queues it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain import department_mail, department_questions
from inbox.domain.department_questions import QuestionPage, QuestionSource
from inbox.models import Department
from inbox.text_analysis import anonymise, redact
from municipalities.queries import approvers, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from participation.domain.decide import lock_contribution
from participation.domain.erase import QUESTION_KEY
from participation.enums import OF_MESSAGES, ConsultationStage
from participation.models import Consultation, Contribution, ContributionQuestion


def suggest_excerpt(contribution: Contribution) -> str:
    """Its words as they are suggested for the question: without names, telephones and addresses."""
    return "" if contribution.gone_at else anonymise(contribution.text)


def may_be_asked(contribution: Contribution) -> bool:
    """Whether departments can be asked about it now. `contribution.consultation` is loaded."""
    return bool(
        contribution.way_in not in OF_MESSAGES and contribution.is_checked and not contribution.decision
        and not contribution.erased_at and contribution.consultation.stage == ConsultationStage.PUBLISHED
    )  # fmt: skip


def refuse_what_is_not_asked(contribution: Contribution) -> None:
    """Raises `ActionNotAllowed` where nobody can be asked about it now (`may_be_asked`)."""
    if contribution.way_in in OF_MESSAGES:
        raise ActionNotAllowed(_("It is a message: a department is asked about it from its page in the inbox."))
    if not may_be_asked(contribution):
        raise ActionNotAllowed(
            _("A department is asked about a proposal before its decision, and about paper once it is checked.")
        )


@transaction.atomic
def ask(
    contribution: Contribution, department: Department, question: str, shown: str, *, until: datetime, by: User
) -> ContributionQuestion:
    """Send the question; `shown` are the words that go along. Raises `ActionNotAllowed`; nothing is sent then."""
    row, one = lock_contribution(contribution)
    one.consultation = row
    refuse_what_is_not_asked(one)
    to = department_questions.validated_department(department)
    question, shown = department_questions.validated_words(question, shown)
    token, fields = department_questions.link_and_times(until)
    department_questions.refuse_second(ContributionQuestion.objects.filter(contribution=one), to)
    sent = ContributionQuestion.objects.create(
        municipality_id=row.municipality_id, contribution=one, department=to, question=question,
        # Redacted: the officer may have typed personal data into the field.
        shown=redact(shown), by=by, **fields,
    )  # fmt: skip
    sent.municipality = row.municipality
    department_mail.send(SOURCE, sent, token)
    _record("contribution.ask_department", sent, row, by=by)
    return sent


@transaction.atomic
def take_back(question: ContributionQuestion, *, by: User) -> ContributionQuestion:
    """Its links stop working at once, and unsent mails are deleted. Idempotent. Raises `ActionNotAllowed` once the
    department has answered."""
    row = _lock(question)
    if row.answered_at is not None:
        raise ActionNotAllowed(_("The department has answered meanwhile. Its answer stays beside the proposal."))
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        department_mail.delete(QUESTION_KEY, [row.pk], only_waiting=True)
        _record("contribution.withdraw_question", row, row.contribution.consultation, by=by)
    return row


# ---- the department


def _rows() -> QuerySet[Any]:
    return ContributionQuestion.objects.select_related("department", "municipality", "contribution__consultation")


def _lock(question: ContributionQuestion) -> ContributionQuestion:
    """Locks the consultation and the contribution first, as everywhere, to avoid deadlocks."""
    row, one = lock_contribution(question.contribution)
    rows = ContributionQuestion.objects.select_for_update(of=("self",)).select_related("department", "by")
    locked: ContributionQuestion = rows.get(pk=question.pk)
    one.consultation, locked.contribution, locked.municipality = row, one, row.municipality
    return locked


def _lock_if_there(question: ContributionQuestion) -> ContributionQuestion | None:
    try:
        return _lock(question)
    except (ContributionQuestion.DoesNotExist, Contribution.DoesNotExist, Consultation.DoesNotExist):
        return None  # erased in this moment


def _answered(row: ContributionQuestion, is_first: bool) -> None:
    consultation = row.contribution.consultation
    _record("contribution.department_answered", row, consultation, by=None)
    if is_first:
        _notify(row, consultation)


def _notify(row: ContributionQuestion, consultation: Consultation) -> None:
    """Notifies who asked, else the officer in charge, else the approvers: the first who may still decide about it.

    The notification contains neither the question nor the answer.
    """
    department, number = str(row.department), row.contribution.number
    place = row.municipality
    people = [one for one in (row.by, consultation.officer) if still_may(one, place, Verb.PARTICIPATION_EDIT)]
    notify(
        NotificationKind.DEPARTMENT,
        people[:1] or approvers(place),
        municipality=place,
        url=reverse("contribution", args=[place.slug, consultation.pk, row.contribution_id]) + "#departments",
        build_text=lambda: (
            _("%(department)s has answered") % {"department": department},
            _("You can decide about contribution %(number)s to “%(consultation)s” now.")
            % {"number": number, "consultation": consultation},
        ),
        about=f"participation.contribution:{row.contribution_id}",
    )


def _page(_row: ContributionQuestion) -> QuestionPage:
    most = {"most": department_questions.MOST_ANSWER}
    return QuestionPage(
        heading=_("Proposal of a citizen"),
        hint=_(
            "Plain words, up to %(most)s characters. The municipality decides about the proposal with it; what it "
            "publishes, it writes itself."
        )
        % most,
        kept=_(
            "Only the people of the municipality who work on the consultation read it. Your answer and name are erased "
            "together with the words of the proposal, when their retention period ends."
        ),
    )


SOURCE = QuestionSource(
    key=QUESTION_KEY,
    begins=gettext_lazy(
        "Good day,\n\nwe received a proposal in a public consultation and have a question for %(department)s:\n\n"
    ),
    rows=_rows,
    lock=_lock_if_there,
    answered=_answered,
    page=_page,
)


# ---- the worker


def remind(limit: int = 100) -> int:
    """Remind departments of questions about contributions without a decision. Returns how many."""

    def send(row: ContributionQuestion, token: str) -> None:
        department_mail.send(SOURCE, row, token, is_reminder=True)
        _record("contribution.remind_department", row, row.contribution.consultation, by=None)

    with everywhere("remind departments of questions about proposals"), transaction.atomic():
        return department_questions.remind(_rows(), send, limit=limit)


def _record(verb: str, row: ContributionQuestion, consultation: Consultation, *, by: User | None) -> None:
    record(
        verb, by=by, target=row.contribution, label=str(consultation), number=row.contribution.number,
        consultation=str(consultation), department=str(row.department),
    )  # fmt: skip
