"""The two mails about a question to a department: the question and one reminder. Neither quotes the citizen."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from common import dates, mail
from common.enums import MailState
from common.languages import of_script
from common.models import MailMessage
from inbox.domain.department_questions import QuestionSource


def dedupe_keys(kind: str, pk: int) -> tuple[str, str]:
    """By which the outbox knows the two mails of a question. `kind`: `QuestionSource.key`."""
    return f"{kind}:{pk}", f"{kind}:{pk}:reminder"


def delete(kind: str, questions: Iterable[int], *, only_waiting: bool = False) -> None:
    """The mails of these questions, sent or not."""
    rows = MailMessage.objects.filter(dedupe__in=[key for pk in questions for key in dedupe_keys(kind, pk)])
    (rows.filter(state=MailState.WAITING) if only_waiting else rows).delete()


def send(source: QuestionSource, row: Any, token: str, *, is_reminder: bool = False) -> None:
    """Queue it, in the municipality's own script: the department has chosen no language with us."""
    municipality = row.municipality
    link = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("inbox_answer", args=[token])
    with translation.override(of_script(municipality.primary_script.lower()).code):
        values = {
            "municipality": municipality, "department": row.department, "question": row.question, "link": link,
            "until": dates.date_time(row.answer_by), "expires": dates.date_time(row.expires_at),
        }  # fmt: skip
        if is_reminder:
            subject = _("Reminder: %(municipality)s waits for an answer")
            begins = _("Good day,\n\na while ago we sent %(department)s a question, which is still open:\n\n")
        else:
            subject = _("%(municipality)s needs your answer")
            begins = str(source.begins)
        body = begins + _(
            "%(question)s\n\n"
            "Please answer until %(until)s. Open this link and write; it needs no account and no password:\n"
            "%(link)s\n\n"
            "The link works until %(expires)s and shows only this question. Whoever has it can answer, so please give "
            "it only to whom it concerns.\n\n"
            "The communications desk of %(municipality)s"
        )
        name = dedupe_keys(source.key, row.pk)[int(is_reminder)]
        mail.queue(to=row.department.email, subject=subject % values, body=body % values, dedupe=name)
