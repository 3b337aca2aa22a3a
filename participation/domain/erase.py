"""Erasing what is left of a contribution's original words: files, texts, contacts, and what departments were asked."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from inbox.domain import department_mail
from participation.models import Contribution, ContributionFile, ContributionQuestion

# `QuestionSource.key` of questions about contributions.
QUESTION_KEY = "participation.question"


def erase_files(contributions: Collection[int]) -> None:
    """Delete the rows now, and the files once the transaction is through: before, it could still be undone."""
    rows = ContributionFile.objects.filter(contribution__in=contributions)
    for name in [name for name in rows.values_list("file", flat=True) if name]:
        transaction.on_commit(partial(default_storage.delete, name))
    rows.delete()


def erase_questions(contributions: Collection[int]) -> None:
    """Delete the questions to departments about these, their answers and the mails. The links show nothing any more."""
    rows = ContributionQuestion.objects.filter(contribution__in=contributions)
    department_mail.delete(QUESTION_KEY, list(rows.values_list("pk", flat=True)))
    rows.delete()


def erase_words(contributions: Collection[int]) -> None:
    """Empty their words and contacts; released words, decisions and what counts in figures stay."""
    erase_files(contributions)
    erase_questions(contributions)
    emptied: dict[str, Any] = {
        "text": "", "contact": "", "fingerprint": None, "similar_group": None, "has_personal_data": False,
    }  # fmt: skip
    number = Concat(Value("#"), Cast(F("number"), TextField()))
    Contribution.objects.filter(pk__in=contributions).update(**emptied, search_key=number, erased_at=timezone.now())
