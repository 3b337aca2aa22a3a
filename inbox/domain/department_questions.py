"""What questions to departments have in common, whatever they are about: links, limits, times, answers and reminders.

A link holds 256 random bits; the row stores their SHA-256. Whoever has the link may read that one question and answer
it, until the answer is used, the question is withdrawn or the link expires. Only a POST answers, so mail scanners that
follow every link change nothing. The mail holds the question and none of the citizen's words.

A package above this one that asks departments about rows of its own registers its `QuestionSource`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from inbox import rules
from inbox.models import Department
from inbox.models.handover import DepartmentQuestion
from municipalities.holidays import BELGRADE, CLOSES, working_minutes
from municipalities.tenancy import everywhere, scope

MOST_QUESTION, MOST_SHOWN, MOST_ANSWER, MOST_NAME = 2000, 5000, 5000, 120
# The longest a department may be given.
MOST_DAYS = 60


class LinkClosed(Exception):
    """The link takes no answer any more; `standing` says why (`DepartmentQuestion.standing`)."""

    def __init__(self, standing: str) -> None:
        super().__init__(standing)
        self.standing = standing


@dataclass(frozen=True)
class QuestionPage:
    """What the page behind a link says of a question.

    `heading`: above the citizen's words; `author` and `contact` go along with them where the officer chose so. `hint`:
    what becomes of the answer. `kept`: how long it is kept.
    """

    heading: str
    hint: str
    kept: str
    author: str = ""
    contact: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class QuestionSource:
    """One kind of questions.

    `key`: the beginning of `MailMessage.dedupe`. `begins`: the first sentence of the mail. `rows`: all questions, with
    what `standing` and `page` read; not those about something that was erased. `lock`: the question, locked after what
    it is about, or None where that was erased. `answered`: called in the same transaction after an answer was stored,
    with whether it is the first.
    """

    key: str
    begins: str | Promise
    rows: Callable[[], QuerySet[Any]]
    lock: Callable[[Any], Any]
    answered: Callable[[Any, bool], None]
    page: Callable[[Any], QuestionPage]


_sources: dict[str, QuestionSource] = {}


def register(source: QuestionSource) -> None:
    """Idempotent."""
    _sources[source.key] = source


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_by_token(token: str) -> tuple[QuestionSource, Any] | None:
    """The question of a link, and its kind; None for an unknown token, or when what it is about was erased."""
    digest = hash_token(token)
    with everywhere("a link names its question"):
        for source in _sources.values():
            row = source.rows().filter(Q(token_hash=digest) | Q(reminder_hash=digest)).first()
            if row is not None:
                known = (row.token_hash, row.reminder_hash or "")
                return (source, row) if any(hmac.compare_digest(one, digest) for one in known) else None
    return None


# ---- asking


def after_working_minutes(minutes: int) -> datetime:
    """So many minutes of working hours from now."""
    return rules.after_working(timezone.now(), minutes)


def closing_time(day: date) -> datetime:
    """When the offices close on that day."""
    return datetime.combine(day, CLOSES, BELGRADE)


def validated_department(department: Department) -> Department:
    to: Department = Department.objects.get(pk=department.pk)
    if to.is_retired:
        raise ActionNotAllowed(_("This department was retired. Choose another one."), "department")
    if not to.email:
        raise ActionNotAllowed(
            _("This department has no e-mail address yet. Write it down among the departments."), "department"
        )
    return to


def validated_words(question: str, shown: str) -> tuple[str, str]:
    """The question, and the words of the citizen that go along. Raises `ActionNotAllowed`."""
    question, shown = clean(question), clean(shown)
    if not question:
        raise ActionNotAllowed(_("Write what you want to know."), "question")
    _refuse_long(question, MOST_QUESTION, "question")
    _refuse_long(shown, MOST_SHOWN, "shown")
    return question, shown


def refuse_second(asked: QuerySet[Any], department: Department) -> None:
    """`asked`: the questions about the same thing. Raises `ActionNotAllowed` where the department still may answer."""
    if asked.filter(department=department, answered_at=None, withdrawn_at=None, expires_at__gt=timezone.now()).exists():
        raise ActionNotAllowed(_("This department has already been asked. Withdraw that question first."), "department")


def link_and_times(until: datetime) -> tuple[str, dict[str, Any]]:
    """A new link, and the fields of the question that it and the times give. Raises `ActionNotAllowed`."""
    now, token = timezone.now(), secrets.token_urlsafe(32)
    if not now < until <= now + timedelta(days=MOST_DAYS):
        raise ActionNotAllowed(_("Choose a day from today on, within %(days)s days.") % {"days": MOST_DAYS}, "until")
    half = working_minutes(now, until) // 2
    return token, {
        "token_hash": hash_token(token), "sent_at": now, "answer_by": until,
        "remind_at": rules.after_working(now, half) if half else now + (until - now) / 2,
        "expires_at": max(until, now + timedelta(days=settings.HANDOVER_DAYS)),
    }  # fmt: skip


# ---- the department


def answer(source: QuestionSource, question: DepartmentQuestion, text: str, name: str = "") -> Any:
    """Store the department's answer, or a correction of it. Raises `ActionNotAllowed` for an empty or too long text,
    and `LinkClosed`."""
    cleaned, who = clean(text), " ".join(clean(name).split())
    if not cleaned:
        raise ActionNotAllowed(_("Write the answer first."), "text")
    _refuse_long(cleaned, MOST_ANSWER, "text")
    if len(who) > MOST_NAME:
        raise ActionNotAllowed(_("The name is too long: %(most)s characters at most.") % {"most": MOST_NAME}, "name")
    with scope(question.municipality_id), transaction.atomic():
        row = source.lock(question)
        if row is None or not row.is_open:
            raise LinkClosed(row.standing() if row else "unknown")
        is_first = row.answered_at is None
        if not is_first and (row.answer, row.answered_name) == (cleaned, who):
            return row
        row.answer, row.answered_name, row.answered_at = cleaned, who, timezone.now()
        row.save(update_fields=["answer", "answered_name", "answered_at"])
        source.answered(row, is_first)
    return row


# ---- the worker


def remind(
    rows: QuerySet[Any],
    send: Callable[[Any, str], None],
    *,
    is_needed: Callable[[Any], bool] = lambda row: True,
    limit: int = 100,
) -> int:
    """Remind, once, departments whose half of the time is over and that have not answered. Returns how many.

    `rows` are the questions that may be due; `send` queues the mail with the new link. The caller opens the scope and
    the transaction. No department is reminded of a question that needs no answer any more.
    """
    now, count = timezone.now(), 0
    due = rows.select_for_update(skip_locked=True, of=("self",)).filter(
        remind_at__lte=now, reminded_at=None, answered_at=None, withdrawn_at=None
    )
    for row in due.order_by("remind_at")[:limit]:
        row.reminded_at = now
        if row.waits and row.department.email and is_needed(row):
            token = secrets.token_urlsafe(32)
            row.reminder_hash = hash_token(token)
            send(row, token)
            count += 1
        row.save(update_fields=["reminded_at", "reminder_hash"])
    return count


def clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _refuse_long(text: str, most: int, field: str) -> None:
    if len(text) > most:
        params = {"most": most, "now": len(text)}
        raise ActionNotAllowed(_("This is too long: %(now)s characters, and %(most)s are allowed.") % params, field)
