"""Sorting a message: what it is, who sees to it, waiting, closed. Each verb locks its row and writes one event."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.audit import record
from inbox import rules
from inbox.domain import tell
from inbox.domain.refused import Refused
from inbox.enums import Kind, State
from inbox.models import Message, Note

MOST_NOTE = 2000


def locked(message: Message) -> Message:
    """The row, taken. Outside of a transaction this raises."""
    return Message.objects.select_for_update(of=("self",)).select_related("channel").get(pk=message.pk)


def read(message: Message) -> None:
    """Somebody opened it. Nobody's event: opening is no act."""
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=timezone.now())


@transaction.atomic
def sort(message: Message, kind: str, *, by: Any) -> Message:
    """Say what it is; the time for its answer follows from that and from when it was written."""
    row = locked(message)
    if kind and kind not in Kind.values:
        raise Refused(_("There is no such kind of message."), "kind")
    if row.kind == kind:
        return row
    row.kind, row.due_at = kind, rules.due_at(kind, row.counts_from)
    row.save(update_fields=["kind", "due_at", "search_key"])
    record("message.sort", by=by, target=row, label=label(row), kind=kind)
    return row


@transaction.atomic
def assign(message: Message, person: Any | None, *, by: Any) -> Message:
    """Give it to a colleague, or to nobody. Raises `Refused` for somebody who does not work here."""
    row = locked(message)
    here = row.municipality.memberships.running()
    if person is not None and not here.filter(user=person, user__is_active=True).exists():
        raise Refused(_("This person does not work in this municipality. Choose a colleague."), "assignee")
    if row.assignee_id == getattr(person, "pk", None):
        return row
    row.assignee = person
    row.save(update_fields=["assignee", "search_key"])
    tell.assigned(row, by=by)
    record("message.assign", by=by, target=row, label=label(row), person=str(person or "–"))
    return row


@transaction.atomic
def wait(message: Message, *, by: Any) -> Message:
    """Somebody else has to say something first; its time goes on."""
    return _move(message, State.WAITING, by)


@transaction.atomic
def close(message: Message, *, by: Any) -> Message:
    """It needs no answer of ours."""
    return _move(message, State.CLOSED, by)


@transaction.atomic
def reopen(message: Message, *, by: Any) -> Message:
    return _move(message, State.OPEN, by)


def _move(message: Message, state: State, by: Any) -> Message:
    row = locked(message)
    if row.state == state:
        return row
    row.state = state
    row.settled_at = timezone.now() if row.is_settled else None
    row.save(update_fields=["state", "settled_at", "search_key"])
    record("message.move", by=by, target=row, label=label(row), state=state.value)
    return row


@transaction.atomic
def note(message: Message, text: str, *, by: Any) -> Note:
    """Write something to colleagues. Raises `Refused` for an empty or endless note."""
    row, words = locked(message), text.replace("\x00", "").strip()
    if not words:
        raise Refused(_("Write something first."), "text")
    if len(words) > MOST_NOTE:
        raise Refused(_("The note is too long: %(most)s characters at most.") % {"most": MOST_NOTE}, "text")
    written = Note.objects.create(municipality_id=row.municipality_id, message=row, text=words, by=by)
    record("message.note", by=by, target=row, label=label(row))
    return written


def label(row: Message) -> str:
    """Audit rows outlive messages: they name the channel and never a citizen or their words."""
    return str(row.channel.name)
