"""Undoing a bulk act: each message gets back the values that the act changed, if nothing has changed it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain.mark_daily_counts import mark_questions
from inbox.enums import MessageKind
from inbox.models import BulkAct, Message
from municipalities.models import Municipality
from municipalities.tenancy import everywhere

FIELDS = (
    "state", "settled_at", "kind", "topic", "due_at", "settlement_id", "department_id", "assignee_id",
    "snoozed_until", "is_urgent", "tags",
)  # fmt: skip
"""What a person can change of a message; all of it is compared, so that no later decision is undone."""
WINDOW = timedelta(minutes=10)
RETENTION = timedelta(days=1)

Values = dict[str, Any]


@dataclass(frozen=True)
class UndoResult:
    """How many messages are as before, and which ones stayed because somebody changed them since."""

    done: int
    changed: list[Message]


def values_of(row: Message) -> Values:
    """The values of `FIELDS`, as JSON."""
    values = {name: getattr(row, name) for name in FIELDS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def remember(
    municipality: Municipality, act: str, changes: Sequence[tuple[int, Values, Values]], *, by: User
) -> BulkAct | None:
    """Keep what an act changed: ids of messages with their values before and after. None if it changed nothing."""
    rows = [{"message": pk, "before": before, "after": after} for pk, before, after in changes if before != after]
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
    by_pk = {row.pk: row for row in messages.filter(pk__in=[item["message"] for item in act.rows])}
    done, changed, questions = [], [], []
    for item in act.rows:
        row = by_pk.get(item["message"])
        if row is None:
            continue
        if row.erased_at or values_of(row) != item["after"]:
            changed.append(row)
            continue
        if row.kind != item["before"]["kind"] and MessageKind.QUESTION in (row.kind, item["before"]["kind"]):
            questions.append((row.municipality_id, row.at))
        for name in FIELDS:
            setattr(row, name, _read(name, item["before"][name]))
        done.append(row)
    Message.objects.bulk_update(done, [name.removesuffix("_id") for name in FIELDS])
    mark_questions(questions)
    act.undone_at = now
    act.save(update_fields=["undone_at"])
    record("message.undo", by=by, municipality_id=act.municipality_id, label=act.act, count=len(done))
    return UndoResult(len(done), changed)


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith(("_at", "_until")) else value


def purge_expired() -> int:
    """Delete acts that nobody can undo any more; returns how many."""
    with everywhere("forget bulk acts of yesterday"):
        return BulkAct.objects.filter(at__lt=timezone.now() - RETENTION).delete()[0]
