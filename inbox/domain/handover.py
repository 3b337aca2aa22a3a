"""Asking a department about a message (`inbox.domain.department_questions`).

No question is sent twice: the reminder is marked in the transaction that queues it.
"""

import re
from dataclasses import dataclass
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
from common.integers import parse_int
from inbox.domain import department_mail, department_questions, staff_notifications
from inbox.domain.department_questions import QuestionPage, QuestionSource
from inbox.domain.triage import audit_label, lock
from inbox.enums import MessageState
from inbox.models import Department, HandOver, Message
from inbox.text_analysis import find_contacts, redact
from municipalities.queries import still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

# `QuestionSource.key` of questions about messages.
KEY = "inbox.handover"
# Mentions at the beginning only address the message.
_CALLED = re.compile(r"\A\s*(?:@[\w.@-]+[\s,:]+)+")


@dataclass(frozen=True)
class QuestionInput:
    """What the officer chose: the question in their own words, and which parts of the message are shown with it."""

    question: str
    shown: str = ""
    with_contact: bool = False
    with_name: bool = False
    with_private: bool = False
    """Of a private message: something of the citizen's may go along all the same."""


# ---- the desk


def suggest_excerpt(message: Message) -> str:
    """The message's text as it is suggested for the question: without personal data and mentions. Empty for a private
    message."""
    if message.is_private:
        return ""
    return redact(_CALLED.sub("", message.text), (message.author_name, message.author_handle)).strip()


@transaction.atomic
def ask(message: Message, department: Department, entered: QuestionInput, *, until: datetime, by: User) -> HandOver:
    """Send the question. Raises `ActionNotAllowed`; nothing is sent then. The message waits from now on."""
    row = lock(message)
    if row.erased_at:
        raise ActionNotAllowed(
            _("The text of this message was deleted because its retention period ended. It can no longer be forwarded.")
        )
    to = department_questions.validated_department(department)
    question, shown = department_questions.validated_words(entered.question, entered.shown)
    if row.is_private and not entered.with_private and (shown or entered.with_contact or entered.with_name):
        raise ActionNotAllowed(
            _("They wrote this privately. Leave their words and names out, or tick that something may go along."),
            "with_private",
        )
    token, fields = department_questions.link_and_times(until)
    department_questions.refuse_second(HandOver.objects.filter(message=row), to)
    hand_over = HandOver.objects.create(
        municipality_id=row.municipality_id, message=row, department=to, question=question,
        # Redacted again: the officer may have typed personal data into the field.
        shown=redact(shown, () if entered.with_name else (row.author_name, row.author_handle)),
        shown_name=(row.author_name or row.author_handle) if entered.with_name else "",
        shown_contact=", ".join(find_contacts(row.text))[:300] if entered.with_contact else "",
        by=by, **fields,
    )  # fmt: skip
    department_mail.send(SOURCE, hand_over, token)
    row.state, row.settled_at, row.read_at = MessageState.WAITING, None, row.read_at or timezone.now()
    row.department = to
    row.save(update_fields=["state", "settled_at", "read_at", "department", "search_key"])
    record("message.ask_department", by=by, target=row, label=audit_label(row), department=str(to))
    return hand_over


@transaction.atomic
def withdraw(handover: HandOver, *, by: User) -> HandOver:
    """Its links stop working at once, and unsent mails are deleted. Idempotent."""
    message, row = _locked(handover)
    if row.withdrawn_at:
        return row
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    department_mail.delete(KEY, [row.pk], only_waiting=True)
    record(
        "message.withdraw_question", by=by, target=message, label=audit_label(message), department=str(row.department)
    )
    return row


@transaction.atomic
def use(handover: HandOver, *, by: User) -> HandOver:
    """Take over the department's answer, which can no longer be changed. Raises `ActionNotAllowed` if there is none."""
    message, row = _locked(handover)
    if not row.answer:
        raise ActionNotAllowed(_("There is no answer yet."))
    if row.used_at is None:
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        record(
            "message.use_department", by=by, target=message, label=audit_label(message), department=str(row.department)
        )
    return row


def draft(message: Message, wanted: str) -> str:
    """The text for the answer field when a department's answer is used (`?from_handover=`); else empty."""
    number = parse_int(wanted)
    if number is None:
        return ""
    row = HandOver.objects.filter(message=message, pk=number, used_at__isnull=False).first()
    return row.answer if row else ""


# ---- the department


def _rows() -> QuerySet[Any]:
    rows = HandOver.objects.select_related("department", "municipality", "message")
    return rows.filter(message__erased_at=None)


def _lock_unless_erased(handover: HandOver) -> HandOver | None:
    message, row = _locked(handover)
    row.message = message
    return None if message.erased_at else row


def _answered(row: HandOver, is_first: bool) -> None:
    """The message is open again, and people are notified of the first answer."""
    message = row.message
    if message.state == MessageState.WAITING:
        message.state = MessageState.OPEN
        message.save(update_fields=["state", "search_key"])
    record(
        "message.department_answered", by=None, target=message, label=audit_label(message),
        department=str(row.department),
    )  # fmt: skip
    if is_first:
        _notify(message, row)


def _notify(message: Message, row: HandOver) -> None:
    """Notifies the assignee, else who asked, else everybody who may answer: who asked may have left since.

    The notification contains neither the question nor the answer.
    """
    department, channel = str(row.department), audit_label(message)
    one = message.assignee or row.by
    needed = [Verb.INBOX_WORK, *([Verb.INBOX_PRIVATE] if message.is_private else [])]
    notify(
        NotificationKind.DEPARTMENT,
        [one]
        if all(still_may(one, row.municipality, verb) for verb in needed)
        else staff_notifications.readers(message),
        municipality=row.municipality,
        url=reverse("message", args=[row.municipality.slug, message.pk]) + "#departments",
        build_text=lambda: (
            _("%(department)s has answered") % {"department": department},
            _("You can answer the message on %(channel)s now.") % {"channel": channel},
        ),
        about=f"inbox.message:{message.pk}",
    )


def _page(row: HandOver) -> QuestionPage:
    is_private = row.message.is_private
    hint = (
        _(
            "Plain words, up to %(most)s characters. The desk writes the answer from it, which only the author of the "
            "message will read."
        )
        if is_private
        else _("Plain words, up to %(most)s characters. The desk writes the public answer from it.")
    )
    return QuestionPage(
        heading=_("Message from a citizen"),
        hint=hint % {"most": department_questions.MOST_ANSWER},
        kept=_(
            "Only the communications desk of the municipality reads it. Your answer and name are erased together with "
            "the message, when its retention period ends."
        ),
        author=row.shown_name,
        contact=row.shown_contact,
        is_private=is_private,
    )


SOURCE = QuestionSource(
    key=KEY,
    begins=gettext_lazy(
        "Good day,\n\nwe received a message on a social network and have a question for %(department)s:\n\n"
    ),
    rows=_rows,
    lock=_lock_unless_erased,
    answered=_answered,
    page=_page,
)


def answer(handover: HandOver, text: str, name: str = "") -> HandOver:
    """`department_questions.answer` about a message."""
    row: HandOver = department_questions.answer(SOURCE, handover, text, name)
    return row


# ---- the worker


def remind(limit: int = 100) -> int:
    """Remind departments of questions whose message is not settled. Returns how many."""

    def send(row: HandOver, token: str) -> None:
        department_mail.send(SOURCE, row, token, is_reminder=True)
        record(
            "message.remind_department", by=None, target=row.message, label=audit_label(row.message),
            department=str(row.department),
        )  # fmt: skip

    with everywhere("remind departments of questions"), transaction.atomic():
        rows = HandOver.objects.select_related("message__channel", "department", "municipality")
        return department_questions.remind(rows, send, is_needed=lambda row: not row.message.is_settled, limit=limit)


def _locked(handover: HandOver) -> tuple[Message, HandOver]:
    """Locks the message first, as everywhere, to avoid deadlocks."""
    message = lock(handover.message)
    rows = HandOver.objects.select_for_update(of=("self",)).select_related("department", "municipality", "by")
    return message, rows.get(pk=handover.pk)
