"""Undoing a bulk act: each message gets back the values that the act changed, if nothing has changed it since.

An act on the head of a private conversation also changes what follows it (`inbox.domain.conversations`): they are one
group, which is restored as a whole or not at all.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain.mark_daily_counts import mark_questions
from inbox.enums import OPEN_STATES, MessageKind
from inbox.models import BulkAct, Message
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

FIELDS = (
    "state", "settled_at", "kind", "topic", "due_at", "settlement_id", "department_id", "assignee_id",
    "snoozed_until", "is_urgent", "tags", "is_follow_up",
)  # fmt: skip
"""What a person can change of a message; all of it is compared, so that no later decision is undone."""
WINDOW = timedelta(minutes=10)
RETENTION = timedelta(days=1)


Values = dict[str, Any]
Change = dict[str, Any]
"""Of one message: "message" (its id), "before" and "after" (`values_of`)."""


@dataclass(frozen=True)
class UndoResult:
    """How many messages are as before, and which ones stayed because somebody changed them since."""

    done: int
    changed: list[Message]


def values_of(row: Message) -> Values:
    """The values of `FIELDS`, as JSON."""
    values = {name: getattr(row, name) for name in FIELDS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def changes_of(row: Message, verb: Callable[[Message], Any]) -> list[Change]:
    """Does `verb` on a message in a transaction, and returns what it changed, the message itself first. Raises what
    `verb` raises."""
    with transaction.atomic():
        before = {one.pk: values_of(one) for one in _group(row)}
        verb(row)
        messages = Message.objects.filter(pk__in=before)
        after = {one.pk: values_of(one) for one in messages}
    return [{"message": pk, "before": before[pk], "after": after[pk]} for pk in before if before[pk] != after.get(pk)]


def _group(row: Message) -> list[Message]:
    """A message and the other open ones of its conversation, locked."""
    rows = Message.objects.select_for_update(of=("self",)).order_by("pk")
    if row.conversation_id is None:
        return list(rows.filter(pk=row.pk))
    group = list(rows.filter(Q(pk=row.pk) | Q(conversation=row.conversation_id, state__in=OPEN_STATES)))
    return sorted(group, key=lambda one: one.pk != row.pk)


def remember(municipality: Municipality, act: str, groups: Sequence[list[Change]], *, by: User) -> BulkAct | None:
    """Keep what an act changed, a list for each message. None if it changed nothing."""
    rows = [group for group in groups if group]
    return BulkAct.objects.create(municipality=municipality, act=act[:40], rows=rows, by=by) if rows else None


@transaction.atomic
def undo(bulk_act: BulkAct, *, by: User) -> UndoResult:
    """Raises `ActionNotAllowed` for somebody else's act, after `WINDOW`, and the second time."""
    act, now = BulkAct.objects.select_for_update(of=("self",)).get(pk=bulk_act.pk), timezone.now()
    if act.by_id != by.pk:
        raise ActionNotAllowed(_("Only the person who did it can undo it."))
    if act.undone_at is not None:
        raise ActionNotAllowed(_("This is undone already."))
    if act.at < now - WINDOW:
        raise ActionNotAllowed(_("It is too late to undo this at once. Change the messages one by one."))
    messages = Message.objects.select_for_update(of=("self",)).order_by("pk")
    by_pk = {row.pk: row for row in messages.filter(pk__in=[item["message"] for group in act.rows for item in group])}
    newer = _newer_heads(by_pk.values())
    restored, changed, questions, count = [], [], [], 0
    for group in act.rows:
        rows = [by_pk[item["message"]] for item in group if item["message"] in by_pk]
        if any(_is_changed(by_pk.get(item["message"]), item, newer) for item in group):
            changed += rows[:1]
            continue
        count += 1
        for row, item in zip(rows, group, strict=True):
            if row.kind != item["before"]["kind"] and MessageKind.QUESTION in (row.kind, item["before"]["kind"]):
                questions.append((row.municipality_id, row.at))
            for name in FIELDS:
                setattr(row, name, _read(name, item["before"][name]))
            restored.append(row)
    Message.objects.bulk_update(restored, [name.removesuffix("_id") for name in FIELDS])
    mark_questions(questions)
    act.undone_at = now
    act.save(update_fields=["undone_at"])
    record("message.undo", by=by, municipality_id=act.municipality_id, label=act.act, count=count)
    return UndoResult(count, changed)


def _newer_heads(rows: Collection[Message]) -> set[int]:
    """Ids of conversations that have an open head which the act did not touch: the person has written again."""
    ids = {row.conversation_id for row in rows} - {None}
    heads = Message.objects.filter(conversation__in=ids, state__in=OPEN_STATES, is_follow_up=False)
    heads = heads.exclude(pk__in=[row.pk for row in rows])
    return set(heads.values_list("conversation_id", flat=True)) if ids else set()


def _is_changed(row: Message | None, item: Change, newer: Collection[int]) -> bool:
    if row is None or row.erased_at or values_of(row) != item["after"]:
        return True
    return row.conversation_id in newer and item["before"]["state"] in OPEN_STATES and row.state not in OPEN_STATES


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith(("_at", "_until")) else value


def purge_expired() -> int:
    """Delete acts that nobody can undo any more; returns how many."""
    with everywhere("forget bulk acts of yesterday"):
        return BulkAct.objects.filter(at__lt=timezone.now() - RETENTION).delete()[0]
