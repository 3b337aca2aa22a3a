"""Asking a department by mail, with a link that needs no account.

The link holds 256 random bits; the row stores their SHA-256 (`find_by_token`). Whoever has the link may read that one
question and answer it, until the answer is used, the question is withdrawn or the link expires. Only a POST answers, so
mail scanners that follow every link change nothing. The mail holds the question and none of the citizen's words. No
question is sent twice: the reminder is marked in the transaction that queues it.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.enums import MailState
from common.errors import ActionNotAllowed
from common.integers import parse_int
from common.models import MailMessage
from inbox import rules
from inbox.domain import handover_mail, staff_notifications
from inbox.domain.triage import audit_label, lock
from inbox.enums import MessageState
from inbox.models import Department, HandOver, Message
from inbox.text_analysis import find_contacts, redact
from municipalities.holidays import BELGRADE, CLOSES, working_minutes
from municipalities.queries import still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

# Mentions at the beginning only address the message.
_CALLED = re.compile(r"\A\s*(?:@[\w.@-]+[\s,:]+)+")
MOST_QUESTION, MOST_SHOWN, MOST_ANSWER, MOST_NAME = 2000, 5000, 5000, 120
# The longest a department may be given.
MOST_DAYS = 60


@dataclass(frozen=True)
class QuestionInput:
    """What the officer chose: the question in their own words, and which parts of the message are shown with it."""

    question: str
    shown: str = ""
    with_contact: bool = False
    with_name: bool = False
    with_private: bool = False
    """Of a private message: something of the citizen's may go along all the same."""


class LinkClosed(Exception):
    """The link takes no answer any more; `standing` says why (`HandOver.standing`)."""

    def __init__(self, standing: str) -> None:
        super().__init__(standing)
        self.standing = standing


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_by_token(token: str) -> HandOver | None:
    """The question of a link; None for an unknown token, or when the message was erased."""
    digest = hash_token(token)
    with everywhere("a link names its question"):
        row = (
            HandOver.objects.select_related("department", "municipality", "message")
            .filter(Q(token_hash=digest) | Q(reminder_hash=digest))
            .first()
        )
        if row is None or row.message.erased_at:
            return None
    known = (row.token_hash, row.reminder_hash or "")
    return row if any(hmac.compare_digest(known_digest, digest) for known_digest in known) else None


# ---- the desk


def after_working_minutes(minutes: int) -> datetime:
    """So many minutes of working hours from now."""
    return rules.after_working(timezone.now(), minutes)


def closing_time(day: date) -> datetime:
    """When the offices close on that day."""
    return datetime.combine(day, CLOSES, BELGRADE)


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
    to, now = _department(department), timezone.now()
    question, shown = _clean(entered.question), _clean(entered.shown)
    if not question:
        raise ActionNotAllowed(_("Write what you want to know."), "question")
    _refuse_long(question, MOST_QUESTION, "question")
    _refuse_long(shown, MOST_SHOWN, "shown")
    if row.is_private and not entered.with_private and (shown or entered.with_contact or entered.with_name):
        raise ActionNotAllowed(
            _("They wrote this privately. Leave their words and names out, or tick that something may go along."),
            "with_private",
        )
    if not now < until <= now + timedelta(days=MOST_DAYS):
        raise ActionNotAllowed(_("Choose a day from today on, within %(days)s days.") % {"days": MOST_DAYS}, "until")
    if HandOver.objects.filter(message=row, department=to, answered_at=None, withdrawn_at=None, expires_at__gt=now):
        raise ActionNotAllowed(_("This department has already been asked. Withdraw that question first."), "department")
    token = secrets.token_urlsafe(32)
    half = working_minutes(now, until) // 2
    hand_over = HandOver.objects.create(
        municipality_id=row.municipality_id, message=row, department=to, question=question,
        # Redacted again: the officer may have typed personal data into the field.
        shown=redact(shown, () if entered.with_name else (row.author_name, row.author_handle)),
        shown_name=(row.author_name or row.author_handle) if entered.with_name else "",
        shown_contact=", ".join(find_contacts(row.text))[:300] if entered.with_contact else "",
        token_hash=hash_token(token), by=by, sent_at=now, answer_by=until,
        remind_at=rules.after_working(now, half) if half else now + (until - now) / 2,
        expires_at=max(until, now + timedelta(days=settings.HANDOVER_DAYS)),
    )  # fmt: skip
    handover_mail.send(hand_over, token)
    row.state, row.settled_at, row.read_at = MessageState.WAITING, None, row.read_at or now
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
    MailMessage.objects.filter(dedupe__in=handover_mail.dedupe_keys(row.pk), state=MailState.WAITING).delete()
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


def answer(handover: HandOver, text: str, name: str = "") -> HandOver:
    """Store the department's answer, or a correction of it. Raises `ActionNotAllowed` for an empty or too long text,
    and `LinkClosed`."""
    cleaned, who = _clean(text), " ".join(_clean(name).split())
    if not cleaned:
        raise ActionNotAllowed(_("Write the answer first."), "text")
    _refuse_long(cleaned, MOST_ANSWER, "text")
    if len(who) > MOST_NAME:
        raise ActionNotAllowed(_("The name is too long: %(most)s characters at most.") % {"most": MOST_NAME}, "name")
    with scope(handover.municipality_id), transaction.atomic():
        message, row = _locked(handover)
        if not row.is_open or message.erased_at:
            raise LinkClosed(row.standing())
        is_first = row.answered_at is None
        if not is_first and (row.answer, row.answered_name) == (cleaned, who):
            return row
        row.answer, row.answered_name, row.answered_at = cleaned, who, timezone.now()
        row.save(update_fields=["answer", "answered_name", "answered_at"])
        if message.state == MessageState.WAITING:
            message.state = MessageState.OPEN
            message.save(update_fields=["state", "search_key"])
        record(
            "message.department_answered",
            by=None,
            target=message,
            label=audit_label(message),
            department=str(row.department),
        )
        if is_first:
            _notify(message, row)
    return row


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


# ---- the worker


def remind(limit: int = 100) -> int:
    """Remind, once, departments whose half of the time is over and that have not answered. Returns how many."""
    now, count = timezone.now(), 0
    with everywhere("remind departments of questions"), transaction.atomic():
        due = (
            HandOver.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(remind_at__lte=now, reminded_at=None, answered_at=None, withdrawn_at=None)
            .order_by("remind_at")
            .select_related("message__channel", "department", "municipality")[:limit]
        )
        for row in due:
            row.reminded_at = now
            # No reminder of a question whose message is settled.
            if row.expires_at > now and not row.message.is_settled and row.department.email:
                token = secrets.token_urlsafe(32)
                row.reminder_hash = hash_token(token)
                handover_mail.send(row, token, is_reminder=True)
                record(
                    "message.remind_department", by=None, target=row.message, label=audit_label(row.message),
                    department=str(row.department),
                )  # fmt: skip
                count += 1
            row.save(update_fields=["reminded_at", "reminder_hash"])
    return count


# ---- what they share


def _locked(handover: HandOver) -> tuple[Message, HandOver]:
    """Locks the message first, as everywhere, to avoid deadlocks."""
    message = lock(handover.message)
    rows = HandOver.objects.select_for_update(of=("self",)).select_related("department", "municipality", "by")
    return message, rows.get(pk=handover.pk)


def _department(department: Department) -> Department:
    to: Department = Department.objects.get(pk=department.pk)
    if to.is_retired:
        raise ActionNotAllowed(_("This department was retired. Choose another one."), "department")
    if not to.email:
        raise ActionNotAllowed(
            _("This department has no e-mail address yet. Write it down among the departments."), "department"
        )
    return to


def _clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _refuse_long(text: str, most: int, field: str) -> None:
    if len(text) > most:
        params = {"most": most, "now": len(text)}
        raise ActionNotAllowed(_("This is too long: %(now)s characters, and %(most)s are allowed.") % params, field)
