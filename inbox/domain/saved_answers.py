"""Saved answers: written once, available to everybody in the municipality who answers. Retired, never deleted."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox import saved_answer_text
from inbox.enums import MessageKind, Topic
from inbox.models import SavedAnswer
from inbox.saved_answer_text import STARTERS, SavedAnswerInput

MOST, MOST_NAME = 200, 80


@transaction.atomic
def create(municipality: Any, wanted: SavedAnswerInput, *, by: User) -> SavedAnswer:
    """Raises `ActionNotAllowed` for a name that is taken, a gap that nothing is known of, or nothing at all."""
    if SavedAnswer.objects.filter(is_retired=False).count() >= MOST:
        raise ActionNotAllowed(_("There are %(most)s saved answers already. Take one away first.") % {"most": MOST})
    row = _write(SavedAnswer(municipality=municipality), wanted, by)
    record("answer.create", by=by, target=row, label=row.name)
    return row


@transaction.atomic
def edit(saved: SavedAnswer, wanted: SavedAnswerInput, *, by: User) -> SavedAnswer:
    row = _write(_locked(saved), wanted, by)
    record("answer.edit", by=by, target=row, label=row.name)
    return row


@transaction.atomic
def retire(saved: SavedAnswer, *, by: User) -> SavedAnswer:
    row = _locked(saved)
    if not row.is_retired:
        row.is_retired = True
        row.save(update_fields=["is_retired", "at"])
        record("answer.retire", by=by, target=row, label=row.name)
    return row


@transaction.atomic
def restore(saved: SavedAnswer, *, by: User) -> SavedAnswer:
    """Raises `ActionNotAllowed` when another has its name by now."""
    row = _locked(saved)
    if row.is_retired:
        _refuse_taken(row, row.name)
        row.is_retired = False
        row.save(update_fields=["is_retired", "at"])
        record("answer.restore", by=by, target=row, label=row.name)
    return row


@transaction.atomic
def add_starters(municipality: Any, *, by: User) -> int:
    """Add the starters that are not there by their name; returns how many."""
    known = set(SavedAnswer.objects.values_list("name", flat=True))
    new = [starter for starter in STARTERS if starter.name not in known]
    SavedAnswer.objects.bulk_create(
        [SavedAnswer(municipality=municipality, by=by, **asdict(written)) for written in new]
    )
    if new:
        record("answer.begin", by=by, municipality_id=municipality.pk, label=str(municipality), count=len(new))
    return len(new)


def count_use(keys: list[int]) -> None:
    """Count the use in an answer that was sent. Not audited: the answer itself is."""
    SavedAnswer.objects.filter(pk__in=keys).update(use_count=F("use_count") + 1)


def _locked(saved: SavedAnswer) -> SavedAnswer:
    return SavedAnswer.objects.select_for_update().get(pk=saved.pk)


def _write(row: SavedAnswer, wanted: SavedAnswerInput, by: User) -> SavedAnswer:
    name = " ".join(wanted.name.replace("\x00", "").split())
    text = wanted.text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not name or len(name) > MOST_NAME:
        raise ActionNotAllowed(_("Give it a short name by which colleagues find it."), "name")
    _refuse_words(text)
    if wanted.topic not in ("", *Topic.values) or wanted.kind not in ("", *MessageKind.values):
        raise ActionNotAllowed(_("Choose from the list."), "topic")
    _refuse_taken(row, name)
    row.name, row.text, row.topic, row.kind, row.by = name, text, wanted.topic, wanted.kind, by
    row.save()
    return row


def _refuse_words(text: str) -> None:
    if not text:
        raise ActionNotAllowed(_("Write the answer first."), "text")
    if len(text) > saved_answer_text.MOST:
        raise ActionNotAllowed(
            _("The answer is too long: %(most)s characters at most.") % {"most": saved_answer_text.MOST}, "text"
        )
    if bad := saved_answer_text.unknown_placeholders(text):
        params = {"gap": bad[0], "known": ", ".join(saved_answer_text.PLACEHOLDERS)}
        raise ActionNotAllowed(
            _("Nothing is known for the gap “%(gap)s”. These can be filled: %(known)s.") % params, "text"
        )


def _refuse_taken(row: SavedAnswer, name: str) -> None:
    if SavedAnswer.objects.filter(name=name, is_retired=False).exclude(pk=row.pk).exists():
        raise ActionNotAllowed(_("There is a saved answer of this name already. Choose another name."), "name")
